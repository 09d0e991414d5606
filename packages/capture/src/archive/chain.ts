import { segmentName } from './layout.ts';
import type { Manifest } from './manifest.ts';
import type { ArchiveProblem } from './problem.ts';
import type { LogRecord } from './record.ts';

interface Seen {
  readonly index: number;
  readonly bytes: number;
  readonly sha256: string;
}

interface Segment {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Bodies that may wait for their record. The log stands in segments between them, so honest archives stay far below. */
const MAX_OPEN = 200_000;

/** Holds what the archive says of itself against what stands in it (docs/ARCHIVE-FORMAT.md §5–§7). */
export class Chain {
  /** Bodies that no record has named yet. */
  private readonly open = new Map<string, Seen>();
  private readonly segments: Segment[] = [];
  private prev = '0'.repeat(64);
  private seq = 0;
  private lastIndex = -1;
  /** Index of the last entry that a segment could have told of. */
  private covered = -1;

  /** When too many wait, nobody will tell of the older half any more. */
  *entry(name: string, seen: Seen): Generator<ArchiveProblem> {
    this.open.set(name, seen);
    if (this.open.size <= MAX_OPEN) return;
    for (const oldest of this.open.keys()) {
      if (this.open.size <= MAX_OPEN / 2) return;
      this.open.delete(oldest);
      yield unlogged(oldest);
    }
  }

  /** A segment whose first line says it is number `segment` and follows `prev`. */
  *segment(head: { readonly segment: number; readonly prev: string } | null, self: Segment, index: number): Generator<ArchiveProblem> {
    const n = this.segments.length + 1;
    const fault = (message: string): ArchiveProblem => ({ code: 'archive-altered', message, entry: self.name });
    if (self.name !== segmentName(n)) yield fault(`segment stands where ${segmentName(n)} should: one is missing or out of order`);
    else if (head !== null && head.segment !== n) yield fault(`segment says it is number ${head.segment}, not ${n}`);
    if (head !== null && head.prev !== this.prev) yield fault('segment does not follow the one before: its prev is another hash');
    this.segments.push(self);
    this.prev = self.sha256;
    this.covered = index;
  }

  *record(record: LogRecord, segment: string): Generator<ArchiveProblem> {
    const { seq, path, bytes, sha256 } = record;
    if (seq !== this.seq + 1) {
      yield {
        code: 'archive-altered',
        message: `record ${seq} follows record ${this.seq}: records are missing or out of order`,
        entry: segment,
      };
    }
    this.seq = seq;
    // What stands in an earlier archive has no entry here.
    if (bytes === undefined || record.ref !== undefined) return;
    const seen = this.open.get(path);
    if (seen === undefined) {
      yield {
        code: 'archive-missing',
        message: `record ${seq} tells of ${bytes} bytes, but there is no such entry before it`,
        entry: path,
      };
      return;
    }
    this.open.delete(path);
    if (seen.bytes !== bytes)
      yield { code: 'archive-altered', message: `body has ${seen.bytes} bytes, the log says ${bytes}`, entry: path };
    else if (seen.sha256 !== sha256) yield { code: 'archive-altered', message: 'body does not have the SHA-256 of the log', entry: path };
    if (seen.index < this.lastIndex) yield { code: 'archive-altered', message: 'entry is out of the order of the log', entry: path };
    this.lastIndex = Math.max(this.lastIndex, seen.index);
  }

  /** What the manifest commits to. `header` is null when there was none that could be read. */
  *manifest(
    m: Manifest,
    header: { readonly sha256: string; readonly id: string } | null,
    entries: number,
    bytes: number,
  ): Generator<ArchiveProblem> {
    const fault = (message: string, entry = 'manifest.json'): ArchiveProblem => ({ code: 'archive-altered', message, entry });
    if (header !== null && m.capture_id !== header.id) yield fault('capture_id is not that of the header');
    if (m.header_sha256 !== header?.sha256) yield fault('header does not have the SHA-256 of the manifest', 'header.json');
    if (m.entries !== entries) yield fault(`there are ${entries} entries, the manifest says ${m.entries}`);
    if (m.bytes !== bytes) yield fault(`the entries have ${bytes} bytes, the manifest says ${m.bytes}`);
    const here = new Map(this.segments.map((s) => [s.name, s]));
    for (const s of m.segments) {
      const found = here.get(s.name);
      here.delete(s.name);
      if (!found) yield { code: 'archive-missing', message: 'the manifest lists this segment of the log', entry: s.name };
      else if (found.bytes !== s.bytes || found.sha256 !== s.sha256)
        yield fault('segment does not have the SHA-256 of the manifest', s.name);
    }
    for (const name of here.keys())
      yield { code: 'archive-unlogged', message: 'the manifest does not list this segment of the log', entry: name };
  }

  /**
   * Bodies without a record. In an archive that breaks off, those after its last segment are what it had no time to record:
   * their number is returned, the others are problems.
   */
  *close(complete: boolean): Generator<ArchiveProblem, number> {
    let unrecorded = 0;
    for (const [name, seen] of this.open) {
      if (!complete && seen.index > this.covered) unrecorded++;
      else yield unlogged(name);
    }
    return unrecorded;
  }
}

function unlogged(entry: string): ArchiveProblem {
  return { code: 'archive-unlogged', message: 'no record of the log names this entry', entry };
}
