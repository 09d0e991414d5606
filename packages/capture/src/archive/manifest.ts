import type { Clock } from './header.ts';

/** Shape of manifest.json (docs/ARCHIVE-FORMAT.md §6). */
export interface Manifest {
  readonly format: 'coldstat-archive';
  readonly version: number;
  readonly capture_id: string;
  readonly header_sha256: string;
  readonly segments: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  readonly entries: number;
  readonly bytes: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Start and end in microseconds since the header's monotonic clock. */
  readonly windows: Readonly<Record<string, readonly [number, number]>>;
  readonly clock: Clock;
  readonly self: Readonly<Record<string, unknown>>;
  readonly exit: 'complete' | 'refused' | 'interrupted' | 'timeout';
}
