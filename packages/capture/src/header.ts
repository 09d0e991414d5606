import type { Clock, Header } from './archive/header.ts';
import { FORMAT, FORMAT_VERSION } from './archive/layout.ts';
import type { SeriesHeader } from './archive/series.ts';
import type { Sink } from './archive/sink.ts';
import type { Compression, Seal } from './archive/write.ts';
import type { OptIn } from './artefacts.ts';
import { readHost, readKernel, readSelf } from './host.ts';
import type { KernelOptions } from './kernel/answers.ts';
import type { Program } from './own-program.ts';
import type { Readers } from './readers.ts';
import type { SeriesBodies } from './series-bodies.ts';
import type { Setup } from './wire.ts';

export interface CaptureOptions {
  /** Where the archive is written to; opened and closed by the caller. */
  readonly to: Sink;
  /** Its path, null for standard output. */
  readonly output: string | null;
  readonly compress: Compression;
  /** Encrypts what is written out; null where nobody asked. */
  readonly seal: Seal | null;
  /** For whom. */
  readonly recipients: readonly string[];
  /** Files the recipients were read from. */
  readonly recipientFiles: readonly string[];
  readonly case: string | null;
  readonly operator: string | null;
  readonly reason: string | null;
  readonly timeOffsetMs: number | null;
  /** Where proc is mounted, absolute. */
  readonly proc: string;
  readonly with: readonly OptIn[];
  readonly maxTimeMs: number | null;
  /** Socket tables and the links of descriptors, nothing else. */
  readonly light: boolean;
  /** The moment of a series that this is; null for a capture that stands alone. */
  readonly moment: Moment | null;
  /** What is asked of the kernel by system call. */
  readonly kernel: KernelOptions;
  /** How to start this program as a reading child. */
  readonly program: Program;
  readonly tool: Header['tool'];
  /** Told what is going on, now and then. */
  readonly progress: (text: string) => void;
}

interface Moment {
  readonly header: SeriesHeader;
  readonly bodies: SeriesBodies;
  readonly readers: Readers;
}

/** `header.json`: what was asked for, on which host, by whom. */
export function makeHeader(options: CaptureOptions, id: string, clock: Clock): Header {
  const { tool, proc, compress, timeOffsetMs, maxTimeMs } = options;
  const { netlink, sockopt, probeMs } = options.kernel;
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    capture_id: id,
    case: options.case,
    operator: options.operator,
    reason: options.reason,
    time_offset_ms: timeOffsetMs,
    tool,
    host: readHost(proc),
    kernel: readKernel(proc),
    clock,
    self: readSelf(proc),
    options: {
      with: options.with,
      compress,
      encrypt_to: options.recipients,
      max_time_ms: maxTimeMs,
      proc,
      netlink,
      sockopt,
      probe_ms: probeMs,
      light: options.light,
    },
    ...(options.moment !== null && { series: options.moment.header }),
  };
}

/** What of our own presence the operator must know at once: something that can make this program see another host than there is. */
export function cautionsOf(self: Header['self']): string[] {
  const environment = Array.isArray(self['environment']) ? self['environment'].map(String) : [];
  const set = environment.map((pair) => pair.split('=')[0] ?? '').filter((name) => /^(LD_|NODE_OPTIONS$|OPENSSL_CONF$)/.test(name));
  return [
    ...set.map((name) => `${name.replace(/[^A-Z0-9_]/g, '?')} is set`),
    ...(self['preload_file'] === null ? [] : ['/etc/ld.so.preload exists']),
    ...(self['tracer_pid'] ? [`this program is traced by process ${self['tracer_pid']}`] : []),
    ...(self['seccomp'] ? ['this program runs under seccomp'] : []),
    ...(self['others_hidden'] ? ['hidepid: processes of other users are not in this capture'] : []),
    ...(self['hidepid'] !== null && !self['others_hidden'] ? ['proc is mounted with hidepid'] : []),
  ];
}

/** What a reading child is told of the capture. `origin`: nanoseconds of the monotonic clock; `label`: whether attr/current answers. */
export function setupOf({ proc, with: asked, kernel, light }: CaptureOptions, origin: bigint, label: boolean): Setup {
  return { proc, origin: String(origin), with: asked, sockets: kernel.netlink || kernel.sockopt, light, label };
}
