import { escapeBytes, unescapeBytes } from './escape.ts';

/** What stat(2) told. `dev` and `rdev` are [major, minor]; the rest as in struct stat. */
export interface ListStat {
  readonly mode: number;
  readonly nlink: bigint;
  readonly uid: number;
  readonly gid: number;
  readonly dev: readonly [number, number];
  readonly ino: bigint;
  readonly rdev: readonly [number, number];
  readonly size: bigint;
}

/** A value, an errno (`!EACCES`), or null for not taken. */
export type Taken<T> = T | { readonly errno: string } | null;

/** One line of a `.list` body (docs/ARCHIVE-FORMAT.md §3.1). Names and targets are latin1 strings: one character is one byte. */
export interface ListLine {
  readonly name: string;
  readonly lmode: Taken<number>;
  /** lmode was derived from the flags in fdinfo and not asked of the link. */
  readonly lmodeDerived: boolean;
  readonly stat: Taken<ListStat>;
  /** stat was taken by the link's text, not through the link. */
  readonly statByName: boolean;
  readonly target: Taken<string>;
}

export interface ListError {
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

function isErrno(v: unknown): v is { readonly errno: string } {
  return typeof v === 'object' && v !== null && 'errno' in v;
}

export function formatListLine(l: ListLine): string {
  const lmode = l.lmode === null ? '-' : isErrno(l.lmode) ? `!${l.lmode.errno}` : (l.lmodeDerived ? '~' : '') + l.lmode.toString(8);
  const target = l.target === null ? '-' : isErrno(l.target) ? `!${l.target.errno}` : `>${escapeBytes(l.target, true)}`;
  const stat = l.stat === null ? '-' : isErrno(l.stat) ? `!${l.stat.errno}` : (l.statByName ? '=' : '') + formatListStat(l.stat);
  return `${escapeBytes(l.name, false)}\t${lmode}\t${stat}\t${target}\n`;
}

/** The third field of a line. */
export function formatListStat(s: ListStat): string {
  return `${s.mode.toString(8)},${s.nlink},${s.uid},${s.gid},${s.dev.join(':')},${s.ino},${s.rdev.join(':')},${s.size}`;
}

const STAT = /^(=?)([0-7]+),(\d+),(\d+),(\d+),(\d+):(\d+),(\d+),(\d+):(\d+),(\d+)$/;
const ERRNO = /^!([A-Z][A-Z0-9]*|\d+)$/;
/** Marks a field that is not in the form; undefined is a value callers may want. */
const BAD: unique symbol = Symbol('bad');

/** Reads a whole `.list` body. Lines that are not in the form become errors; none is dropped. */
export function parseList(body: Buffer): { lines: (ListLine & { line: number })[]; errors: ListError[]; total: number } {
  const lines: (ListLine & { line: number })[] = [];
  const errors: ListError[] = [];
  const text = body.toString('latin1');
  let n = 0;
  for (let at = 0; at < text.length; ) {
    const lf = text.indexOf('\n', at);
    const end = lf < 0 ? text.length : lf;
    n++;
    const parsed = parseListLine(text.slice(at, end));
    if (typeof parsed === 'string') errors.push({ line: n, message: parsed });
    else if (lf < 0) errors.push({ line: n, message: 'cut off: no newline at the end' });
    else lines.push({ ...parsed, line: n });
    at = end + 1;
  }
  return { lines, errors, total: n };
}

/** One line, without its newline; a string says what is wrong with it. */
export function parseListLine(text: string): ListLine | string {
  const f = text.split('\t');
  if (f.length !== 4) return `${f.length} fields, not 4`;
  const [rawName = '', rawMode = '', rawStat = '', rawTarget = ''] = f;
  const name = unescapeBytes(rawName);
  if (name === undefined) return 'name is not in escaped form';
  const lmode = parseMode(rawMode);
  if (lmode === BAD) return 'link mode is not in the form';
  const stat = parseStat(rawStat);
  if (stat === BAD) return 'stat is not in the form';
  const target = parseTarget(rawTarget);
  if (target === BAD) return 'target is not in the form';
  return { name, lmode, lmodeDerived: rawMode[0] === '~', stat, statByName: rawStat[0] === '=', target };
}

function parseMode(text: string): Taken<number> | typeof BAD {
  if (text === '-') return null;
  const errno = ERRNO.exec(text);
  if (errno) return { errno: errno[1] as string };
  return /^~?[0-7]{1,4}$/.test(text) ? Number.parseInt(text.replace('~', ''), 8) : BAD;
}

function parseStat(text: string): Taken<ListStat> | typeof BAD {
  if (text === '-') return null;
  const errno = ERRNO.exec(text);
  if (errno) return { errno: errno[1] as string };
  const m = STAT.exec(text);
  if (!m) return BAD;
  return {
    mode: Number.parseInt(m[2] as string, 8),
    nlink: BigInt(m[3] as string),
    uid: Number(m[4]),
    gid: Number(m[5]),
    dev: [Number(m[6]), Number(m[7])],
    ino: BigInt(m[8] as string),
    rdev: [Number(m[9]), Number(m[10])],
    size: BigInt(m[11] as string),
  };
}

function parseTarget(text: string): Taken<string> | typeof BAD {
  if (text === '-') return null;
  if (text[0] === '>') return unescapeBytes(text.slice(1)) ?? BAD;
  const errno = ERRNO.exec(text);
  return errno ? { errno: errno[1] as string } : BAD;
}
