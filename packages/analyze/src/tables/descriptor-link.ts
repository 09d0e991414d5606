import type { ListLine } from '@coldstat/capture/archive';
import { Fields } from '../procfs/fields.ts';
import type { Value } from '../render/value.ts';
import { deviceValue } from './bytes.ts';
import { statValues, targetValues } from './link-feeds.ts';

/** One line of fd.list as a row of `fds` wants it. */
export interface DescriptorLink {
  readonly line: number;
  /** latin1; null when there is none. */
  readonly target: string | null;
  /** The same as a value of a column, and why there is none. */
  readonly text: Value;
  readonly targetErrno: string | null;
  readonly mode: number | null;
  /** Null where it was not taken. */
  readonly stat: LinkStat | null;
  readonly statByName: boolean;
}

/** What stat told; `errno` alone where it failed. */
interface LinkStat {
  readonly mode: Value;
  readonly nlink: Value;
  readonly uid: Value;
  readonly gid: Value;
  readonly dev: Value;
  readonly ino: Value;
  readonly rdev: Value;
  readonly size: Value;
  readonly errno: Value;
}

/** The same from a line in any form. */
export function descriptorLink(link: ListLine, line: number): DescriptorLink {
  const [text, targetErrno] = targetValues(link.target);
  return {
    line,
    target: typeof link.target === 'string' ? link.target : null,
    text,
    targetErrno,
    mode: typeof link.lmode === 'number' ? link.lmode : null,
    stat: link.stat === null ? null : linkStat(link.stat),
    statByName: link.statByName,
  };
}

function linkStat(stat: ListLine['stat']): LinkStat {
  const [mode = null, nlink = null, uid = null, gid = null, dev = null, ino = null, rdev = null, size = null, errno = null] =
    statValues(stat);
  return { mode, nlink, uid, gid, dev, ino, rdev, size, errno };
}

const TAB = 0x09;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;
const TILDE = 0x7e;

const fields: Fields = new Fields();

/** A line in the form that nearly all have, with the number of its descriptor. */
export interface UsualLink {
  readonly fd: number;
  readonly link: DescriptorLink;
}

/**
 * Reads the line [start, end) of fd.list at once where it is in the usual form (docs/ARCHIVE-FORMAT.md §3.1): a number, the mode of the link,
 * stat or none, a target without an escape, and no number above 15 digits. Null for any other, right or wrong.
 */
export function usualLink(body: Buffer, start: number, end: number, line: number): UsualLink | null {
  fields.from(body, start);
  const fd = fields.decimal(TAB, 10);
  if (fd < 0) return null;
  fields.skip(TILDE);
  const mode = fields.octal(TAB, 4);
  if (mode < 0) return null;
  const byName = fields.skip(EQUALS);
  const stat = !byName && fields.skip(MINUS) ? null : usualStat();
  if (stat === undefined || (stat === null && !fields.skip(TAB)) || !fields.skip(GREATER)) return null;
  const from = fields.at;
  for (let i = from; i < end; i++) {
    const byte = body[i] as number;
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return null;
  }
  if (from > end) return null;
  const target = body.toString('latin1', from, end);
  return { fd, link: { line, target, text: target, targetErrno: null, mode, stat, statByName: byName } };
}

/** The third field, with the tab behind it. */
function usualStat(): LinkStat | undefined {
  const mode = fields.octal(COMMA, 10);
  const nlink = mode < 0 ? -1 : fields.decimal(COMMA);
  const uid = nlink < 0 ? -1 : fields.decimal(COMMA);
  const gid = uid < 0 ? -1 : fields.decimal(COMMA);
  const major = gid < 0 ? -1 : fields.decimal(COLON);
  const minor = major < 0 ? -1 : fields.decimal(COMMA);
  const ino = minor < 0 ? -1 : fields.decimal(COMMA);
  const rmajor = ino < 0 ? -1 : fields.decimal(COLON);
  const rminor = rmajor < 0 ? -1 : fields.decimal(COMMA);
  const size = rminor < 0 ? -1 : fields.decimal(TAB);
  if (size < 0) return undefined;
  return { mode, nlink, uid, gid, dev: deviceValue(major, minor), ino, rdev: deviceValue(rmajor, rminor), size, errno: null };
}
