import type { Header } from './header.ts';
import type { Manifest } from './manifest.ts';
import type { ArchiveProblem } from './problem.ts';
import type { LogRecord } from './record.ts';

/** One body, whole in memory (entries are capped by the reader's limits). */
export interface SnapshotEntry {
  /** Name as in docs/ARCHIVE-FORMAT.md §2; foreign evidence is brought to the same names. */
  readonly name: string;
  /** Running number from 0 in the order of the evidence. */
  readonly index: number;
  /** Offset of the body in the uncompressed tar stream; null where the evidence is not a tar. */
  readonly offset: number | null;
  readonly body: Buffer;
}

/**
 * Evidence as the analyzer reads it: a header where there is one, then bodies, records and problems in the order of the evidence,
 * one at a time, so that memory is bounded by the largest entry.
 */
export type SnapshotItem =
  | { readonly type: 'header'; readonly header: Header }
  | { readonly type: 'entry'; readonly entry: SnapshotEntry }
  | { readonly type: 'record'; readonly record: LogRecord }
  | { readonly type: 'manifest'; readonly manifest: Manifest }
  | { readonly type: 'problem'; readonly problem: ArchiveProblem };

export interface Snapshot {
  readonly kind: 'coldstat' | 'directory' | 'tar' | 'literal';
  items(): AsyncIterable<SnapshotItem>;
  /**
   * SHA-256 (hex) of the archive file as stored and its size in bytes, once items() has been drained; for a directory, null.
   */
  digest(): { readonly sha256: string; readonly bytes: number } | null;
}
