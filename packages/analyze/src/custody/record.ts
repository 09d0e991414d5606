import { hash } from 'node:crypto';
import { parseJson } from '@coldstat/capture/archive';

/** What can happen to an archive, a closed list; the sentences are for the help. */
export const EVENTS = {
  received: 'it came into the hands of the person named',
  copied: 'a copy of it was made',
  transferred: 'it was handed to somebody else, whom the note names',
  stored: 'it was put away, where the note says',
  verified: 'its hashes were recomputed (coldstat verify)',
  signed: 'a signature was made over it (coldstat sign)',
  loaded: 'it was loaded into a case file (coldstat load)',
  exported: 'something was written out of it (coldstat extract, coldstat redact)',
  decrypted: 'it was decrypted into this file, or this file into another, as the note says',
  returned: 'it was given back',
  destroyed: 'it was destroyed',
} as const;
export type EventName = keyof typeof EVENTS;

/** The archive as it was when the event was recorded. */
export interface Identity {
  readonly name: string;
  readonly bytes: number;
  /** Of the file as it is stored, hex. */
  readonly sha256: string;
}

/** One event in `ARCHIVE.custody.ndjson` (docs/ARCHIVE-FORMAT.md §7.2). */
export interface CustodyRecord {
  /** 1, 2, 3 … */
  readonly seq: number;
  /** SHA-256 (hex) of the line before, without its newline; 64 zeros in the first. */
  readonly prev: string;
  readonly event: EventName;
  /** Who, as given on the command line. */
  readonly by: string;
  /** UTC, ISO 8601 with milliseconds. */
  readonly at: string;
  /** The time is that of the workstation's clock, or was stated by whoever recorded the event. */
  readonly at_source: 'clock' | 'stated';
  readonly archive: Identity;
  /** The program that wrote the record, with its version. */
  readonly tool: string;
  /** What came of it, in the words of the program that recorded it. */
  readonly detail: string | null;
  readonly note: string | null;
}

export const FIRST_PREV: string = '0'.repeat(64);

/** A record as the line it is stored as, without the newline. */
export function recordLine(record: CustodyRecord): string {
  return JSON.stringify(record);
}

export function lineHash(line: Buffer): string {
  return hash('sha256', line, 'hex');
}

/** Reads a line; a string says what is wrong with it. Members that are not known are passed over: the hash covers the line as it is. */
export function readRecord(line: Buffer): CustodyRecord | string {
  const value = parseJson(line);
  if (!isObject(value)) return 'is not a JSON object';
  const { seq, prev, event, by, at, at_source, archive, tool, detail = null, note = null } = value;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq)) return 'has no seq';
  if (!isHash(prev)) return 'has no hash of the record before';
  if (typeof event !== 'string' || !Object.hasOwn(EVENTS, event)) return 'names no known event';
  if (typeof by !== 'string' || by === '') return 'does not say by whom';
  if (typeof at !== 'string' || utcOf(at) !== at) return 'bears no time in UTC';
  if (at_source !== 'clock' && at_source !== 'stated') return 'does not say where its time is from';
  if (!isObject(archive)) return 'names no archive';
  const { name, bytes, sha256 } = archive;
  if (typeof name !== 'string' || typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || !isHash(sha256)) return 'names no archive';
  if (typeof tool !== 'string' || !isText(detail) || !isText(note)) return 'has a member of the wrong type';
  return { seq, prev, event: event as EventName, by, at, at_source, archive: { name, bytes, sha256 }, tool, detail, note };
}

/** An ISO 8601 time with its zone as UTC with milliseconds; null when it is none. */
export function utcOf(text: string): string | null {
  const m = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (m === null) return null;
  const [, date = '', time = '', fraction = '', zone = ''] = m;
  const local = `${date}T${time}.${fraction.padEnd(3, '0')}`;
  const asUtc = new Date(`${local}Z`);
  // A 30th of February would be taken for the 1st or 2nd of March.
  if (Number.isNaN(asUtc.getTime()) || asUtc.toISOString() !== `${local}Z`) return null;
  const moment = new Date(`${local}${zone}`);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isText(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
