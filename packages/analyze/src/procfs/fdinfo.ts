import { Fields } from './fields.ts';
import type { Parser, Placed } from './lines.ts';
import { exactOf } from './number.ts';
import { byLine } from './rows.ts';
import { BLANK, LF } from './scan.ts';
import { withoutBlanks } from './words.ts';

/** One line of /proc/PID/fdinfo/N (seq_show in fs/proc/fd.c, then what the kind of file adds). */
export interface FdinfoLine extends Placed {
  /** Before the first colon; the whole line when there is none. */
  readonly key: string;
  /** After it, without blanks and tabs around; latin1, one character a byte. */
  readonly value: string;
}

export const parseFdinfo: Parser<FdinfoLine> = byLine((sink) => ({ body, start, end, number }) => {
  const text = body.toString('latin1', start, end);
  const colon = text.indexOf(':');
  const key = colon < 0 ? text : text.slice(0, colon);
  sink.record({ line: number, key, value: colon < 0 ? '' : withoutBlanks(text.slice(colon + 1)) });
  return 'row';
});

/** What every descriptor has; null where the kernel does not say (mnt_id: from 3.15, ino: from 5.14) or says it in another form. */
export interface Fdinfo {
  readonly pos: number | bigint | null;
  readonly flags: number | null;
  readonly mntId: number | null;
  readonly ino: number | bigint | null;
  /** Descriptors in flight in a unix socket. */
  readonly scmFds: number | null;
  /** The other lines, in order. */
  readonly detail: readonly (readonly [key: string, value: string])[];
}

export function readFdinfo(lines: Iterable<FdinfoLine>): Fdinfo {
  const found = new Map<string, string>();
  const detail: [string, string][] = [];
  for (const { key, value } of lines) {
    const form = FORMS.get(key);
    if (form?.test(value) && !found.has(key)) found.set(key, value);
    else detail.push([key, value]);
  }
  const decimal = (key: string): number | null => (found.has(key) ? Number(found.get(key)) : null);
  const pos = found.get('pos');
  const flags = found.get('flags');
  const ino = found.get('ino');
  return {
    pos: pos === undefined ? null : exactOf(pos),
    flags: flags === undefined ? null : Number.parseInt(flags, 8),
    mntId: decimal('mnt_id'),
    ino: ino === undefined ? null : exactOf(ino),
    scmFds: decimal('scm_fds'),
    detail,
  };
}

const POS = Buffer.from('pos:\t');
const FLAGS = Buffer.from('flags:\t0');
const MNT_ID = Buffer.from('mnt_id:\t');
const INO = Buffer.from('ino:\t');
const SCM_FDS = Buffer.from('scm_fds:');
const fields: Fields = new Fields();
const NOTHING: Fdinfo['detail'] = [];

/**
 * The same at once for what files, pipes and sockets have on kernels since 5.14: no more than these lines in this order, and no number above
 * 15 digits. Null for any other.
 */
export function usualFdinfo(body: Buffer): Fdinfo | null {
  fields.from(body, 0);
  const pos = fields.skipAll(POS) ? fields.decimal(LF) : -1;
  // A leading zero is the first digit; alone it is all of them.
  const flags = pos < 0 || !fields.skipAll(FLAGS) ? -1 : fields.skip(LF) ? 0 : fields.octal(LF, 14);
  const mntId = flags >= 0 && fields.skipAll(MNT_ID) ? fields.decimal(LF, 10) : -1;
  const ino = mntId >= 0 && fields.skipAll(INO) ? fields.decimal(LF) : -1;
  if (ino < 0) return null;
  if (fields.at === body.length) return { pos, flags, mntId, ino, scmFds: null, detail: NOTHING };
  const scmFds = fields.skipAll(SCM_FDS) && fields.skip(BLANK) ? fields.decimal(LF, 9) : -1;
  return scmFds < 0 || fields.at !== body.length ? null : { pos, flags, mntId, ino, scmFds, detail: NOTHING };
}

const FORMS: ReadonlyMap<string, RegExp> = new Map([
  ['pos', /^-?\d{1,19}$/],
  ['flags', /^0[0-7]{0,14}$/],
  ['mnt_id', /^\d{1,10}$/],
  ['ino', /^\d{1,20}$/],
  ['scm_fds', /^\d{1,9}$/],
]);
