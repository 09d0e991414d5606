import { type CustodyRecord, FIRST_PREV, type Identity, lineHash, readRecord } from './record.ts';

/** What a custody log says, up to the first link that does not hold. */
export interface Chain {
  readonly records: readonly CustodyRecord[];
  /** SHA-256 of the last line that holds: the next record's `prev`, and what to note down elsewhere. */
  readonly head: string;
  /** The first link that does not hold. Lines after it are not interpreted: nothing vouches for them. */
  readonly broken: { readonly line: number; readonly message: string } | null;
  /** Lines in the file. */
  readonly lines: number;
}

const LF = 10;

/** Reads a custody log. Nothing is thrown: what is wrong is the broken link. */
export function readChain(log: Buffer): Chain {
  const records: CustodyRecord[] = [];
  let head = FIRST_PREV;
  let broken: Chain['broken'] = null;
  let lines = 0;
  for (let at = 0; at < log.length; ) {
    const lf = log.indexOf(LF, at);
    const line = log.subarray(at, lf < 0 ? log.length : lf);
    at += line.length + 1;
    lines++;
    if (broken !== null) continue;
    const record = lf < 0 ? 'is cut off: no newline at its end' : link(line, records.length + 1, head);
    if (typeof record === 'string') broken = { line: lines, message: record };
    else {
      records.push(record);
      head = lineHash(line);
    }
  }
  return { records, head, broken, lines };
}

function link(line: Buffer, seq: number, head: string): CustodyRecord | string {
  const record = readRecord(line);
  if (typeof record === 'string') return record;
  if (record.seq !== seq) return `is number ${record.seq}, not ${seq}`;
  if (record.prev !== head) return 'does not bear the hash of the record before it, which was changed, removed or put in later';
  return record;
}

/** The first event at which the archive is not the one of the event before, or, at the end, not the file there is now; null when all are one. */
export function changedAt(records: readonly CustodyRecord[], now: Identity | null): string | null {
  for (const [i, record] of records.entries()) {
    const before = records[i - 1]?.archive.sha256;
    if (before !== undefined && before !== record.archive.sha256) {
      return `event ${record.seq} (${record.event}) is about another file than event ${record.seq - 1}: SHA-256 ${record.archive.sha256}, before ${before}`;
    }
  }
  const last = records.at(-1);
  if (last === undefined || now === null || now.sha256 === last.archive.sha256) return null;
  return `the file is not the one of event ${last.seq} (${last.event}): SHA-256 ${now.sha256}, then ${last.archive.sha256}`;
}
