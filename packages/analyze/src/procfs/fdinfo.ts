import type { Parser, Placed } from './lines.ts';
import { byLine } from './rows.ts';

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
  sink.record({ line: number, key, value: colon < 0 ? '' : text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '') });
  return 'row';
});

/** What every descriptor has; null where the kernel does not say (mnt_id: from 3.15, ino: from 5.14) or says it in another form. */
export interface Fdinfo {
  readonly pos: bigint | null;
  readonly flags: number | null;
  readonly mntId: number | null;
  readonly ino: bigint | null;
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
    pos: pos === undefined ? null : BigInt(pos),
    flags: flags === undefined ? null : Number.parseInt(flags, 8),
    mntId: decimal('mnt_id'),
    ino: ino === undefined ? null : BigInt(ino),
    scmFds: decimal('scm_fds'),
    detail,
  };
}

const USUAL = /^pos:\t(\d{1,19})\nflags:\t(0[0-7]{0,14})\nmnt_id:\t(\d{1,10})\nino:\t(\d{1,20})\n(?:scm_fds: (\d{1,9})\n)?$/;
const USUAL_BYTES = 128;

/** The same at once for what files, pipes and sockets have on kernels since 5.14: no more than these lines in this order. Null for any other. */
export function usualFdinfo(body: Buffer): Fdinfo | null {
  const m = body.length > USUAL_BYTES ? null : USUAL.exec(body.toString('latin1'));
  if (m === null) return null;
  const [, pos = '', flags = '', mntId, ino = '', scmFds] = m;
  return {
    pos: BigInt(pos),
    flags: Number.parseInt(flags, 8),
    mntId: Number(mntId),
    ino: BigInt(ino),
    scmFds: scmFds === undefined ? null : Number(scmFds),
    detail: [],
  };
}

const FORMS: ReadonlyMap<string, RegExp> = new Map([
  ['pos', /^-?\d{1,19}$/],
  ['flags', /^0[0-7]{0,14}$/],
  ['mnt_id', /^\d{1,10}$/],
  ['ino', /^\d{1,20}$/],
  ['scm_fds', /^\d{1,9}$/],
]);
