import type { Header } from './header.ts';
import type { Manifest } from './manifest.ts';
import type { ArchiveProblem, ArchiveProblemCode } from './problem.ts';
import type { LogRecord } from './record.ts';

/** One body, whole in memory (entries are capped by the reader's limits). */
export interface SnapshotEntry {
  /** Name as in docs/ARCHIVE-FORMAT.md §2; foreign evidence is brought to the same names. */
  readonly name: string;
  /** Running number from 0 in the order of the evidence; null where the body stands in an earlier archive of the series. */
  readonly index: number | null;
  /** Offset of the body in the uncompressed tar stream; null where the evidence is not a tar, and of such a body. */
  readonly offset: number | null;
  readonly body: Buffer;
  /** Of the body, hex: computed by the reader, so that nobody has to do it twice. */
  readonly sha256: string;
  /** Inode of the network namespace, decimal text, where foreign evidence tells it; in an archive it is in the record. */
  readonly netns?: string;
}

/** What can only be said at the end, and has to be shown first. */
export interface SnapshotSummary {
  /**
   * complete: the manifest is there and the stream ends as it should. incomplete: it breaks off, everything up to there was read; or it is of a series, and bodies of earlier archives are not at hand.
   * damaged: its structure breaks or a limit was exceeded, nothing after that was read. foreign: no archive of ours, nothing is promised.
   */
  readonly state: 'complete' | 'incomplete' | 'damaged' | 'foreign';
  /** Something in it is not as its log and manifest say. */
  readonly altered: boolean;
  /** Entries met, those set aside included; total size of their bodies. */
  readonly entries: number;
  readonly bytes: number;
  /** How often each problem of the container was met. */
  readonly problems: ReadonlyMap<ArchiveProblemCode, number>;
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
  readonly kind: 'coldstat' | 'directory' | 'tar' | 'tcpdiag' | 'literal';
  /** May be drained once: evidence may be a pipe. Nothing that is wrong with the evidence is thrown. */
  items(): AsyncIterable<SnapshotItem>;
  /**
   * SHA-256 (hex) of the archive file as stored and its size in bytes, once items() has been drained; for a directory, null.
   */
  digest(): { readonly sha256: string; readonly bytes: number } | null;
  /** Once items() has been drained. */
  summary(): SnapshotSummary;
}
