import type { Parser, Placed } from './lines.ts';
import { decimalOf, hexOf, wideOf } from './number.ts';
import { byLine, columns, Doubts, type Refused } from './rows.ts';

/** One line of /proc/locks (fs/locks.c lock_get_status). */
export interface FileLock extends Placed {
  readonly id: number;
  readonly waiting: boolean;
  /** POSIX, FLOCK, OFDLCK, LEASE, ACCESS, DELEG, LAYOUT, UNKNOWN. */
  readonly kind: string;
  /** ADVISORY, MANDATORY, MSNFS, ACTIVE, BREAKING, BREAKER, *NOINODE*, UNKNOWN. */
  readonly mode: string;
  readonly access: string;
  /** In the reader's pid namespace; -1 and 0 as printed. */
  readonly pid: number | null;
  /** `MAJOR:MINOR` decimal (printed in hex); null for `<none>`. */
  readonly dev: string | null;
  readonly inode: bigint | null;
  readonly start: bigint | null;
  /** Null for EOF. */
  readonly end: bigint | null;
}

const FORM: Refused = { code: 'line-form', message: 'the line is not a lock' };

/** `N: [-> ]KIND MODE ACCESS PID MAJ:MIN:INODE START END`; a waiter bears the number of the lock it waits for and one or more arrows. */
export const parseLocks: Parser<FileLock> = byLine<FileLock>((sink) => (line) => {
  const [number = '', ...rest] = columns(line);
  const c = rest.filter((w) => w !== '->');
  const id = /^\d+:$/.test(number) ? decimalOf(number.slice(0, -1)) : null;
  const [kind = '', mode = '', access = '', pid, file = '', start, end] = c;
  const place = /^([0-9a-f]{1,8}):([0-9a-f]{1,8}):(\d{1,20})$/.exec(file);
  if (id === null || c.length !== 7 || !/^[A-Z]+$/.test(kind) || (place === null && file !== '<none>:0')) return FORM;
  const doubts = new Doubts();
  sink.record({
    line: line.number,
    id,
    waiting: rest.length > c.length,
    kind,
    mode,
    access,
    pid: doubts.of('pid', decimalOf(pid)),
    dev: place === null ? null : `${hexOf(place[1])}:${hexOf(place[2])}`,
    inode: place === null ? null : doubts.of('inode', wideOf(place[3])),
    start: doubts.of('start', wideOf(start)),
    end: end === 'EOF' ? null : doubts.of('end', wideOf(end)),
  });
  doubts.tell(sink, line.number);
  return 'row';
});
