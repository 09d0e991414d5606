import type { Header } from './archive/header.ts';
import type { ArchiveWriter } from './archive/write.ts';
import type { CaptureOptions } from './header.ts';
import { readClock } from './host.ts';
import type { Intake } from './intake.ts';
import type { CaptureResult } from './summary.ts';

interface Ending {
  readonly id: Header['capture_id'];
  readonly writer: ArchiveWriter;
  readonly intake: Intake;
  readonly windows: Record<string, readonly [number, number]>;
  /** Why it ended early; null when it did not. */
  readonly stopped: 'interrupted' | 'timeout' | null;
  /** What called the C library, if anything did. */
  readonly libc: string | null;
  /** Files outside /proc that the children opened. */
  readonly files: readonly string[];
  readonly cautions: readonly string[];
}

/** Settles what did not come, writes the manifest and says what the operator is to know. */
export async function close(options: CaptureOptions, ending: Ending): Promise<CaptureResult> {
  const { id, writer, intake, windows, stopped, libc, files, cautions } = ending;
  intake.settle();
  windows['total'] = [0, intake.now()];
  const exit = stopped ?? (intake.tally.refused > 0 ? 'refused' : 'complete');
  const output = options.output === null ? [] : [options.output];
  const opened = [process.execPath, '/etc/ld.so.preload', ...output, ...options.recipientFiles, ...files];
  const counts = intake.tally.counts();
  // Nobody looked at threads.
  const { threads: _, ...lightCounts } = counts;
  const { sha256, bytes } = await writer.finish({
    capture_id: id,
    counts: options.light ? lightCounts : counts,
    windows,
    clock: readClock(options.proc),
    self: { ...intake.tally.cost(), ffi: libc, files: [...new Set(opened)] },
    exit,
  });
  return { id, light: options.light, windows, tally: intake.tally, exit, sha256, archiveBytes: bytes, entries: writer.entries, cautions };
}
