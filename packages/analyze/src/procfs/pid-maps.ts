import { Fields } from './fields.ts';
import type { Parser, Placed } from './lines.ts';
import { exactOf } from './number.ts';
import { byLine, type Line } from './rows.ts';
import { BLANK, COLON, hex } from './scan.ts';

/** One line of /proc/PID/maps (show_map_vma in fs/proc/task_mmu.c). */
export interface MapLine extends Placed {
  /** Hex without leading zeros beyond what the kernel prints (8 digits at least). */
  readonly start: string;
  readonly end: string;
  readonly perms: string;
  readonly offset: number | bigint;
  /** Device numbers, printed in hex. */
  readonly major: number;
  readonly minor: number;
  readonly inode: number | bigint;
  /** Rest of the line; null when there is none. Only newline is escaped there (`\012`), backslash is not. */
  readonly path: Buffer | null;
}

const HEAD = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps]) ([0-9a-f]{1,16}) ([0-9a-f]{2,8}):([0-9a-f]{2,8}) (\d{1,20}) */;
/** The longest head: two addresses, offset, device and inode of 64 bits, padded to column 73. */
const HEAD_BYTES = 120;

export const parsePidMaps: Parser<MapLine> = byLine((sink) => (line) => {
  const usual = usualMap(line);
  if (usual !== null) {
    sink.record(usual);
    return 'row';
  }
  const { body, start, end, number } = line;
  const m = HEAD.exec(body.toString('latin1', start, Math.min(end, start + HEAD_BYTES)));
  if (m === null) return { code: 'line-form', message: 'not in the form START-END PERMS OFFSET DEVICE INODE' };
  const name = start + m[0].length;
  if (name < end && m[0].charCodeAt(m[0].length - 1) !== 0x20) return { code: 'line-form', message: 'no blank after the inode' };
  sink.record({
    line: number,
    start: m[1] ?? '',
    end: m[2] ?? '',
    perms: m[3] ?? '',
    offset: exactOf(`0x${m[4]}`),
    major: Number.parseInt(m[5] ?? '', 16),
    minor: Number.parseInt(m[6] ?? '', 16),
    inode: exactOf(m[7] ?? '0'),
    path: name < end ? body.subarray(name, end) : null,
  });
  return 'row';
});

const MINUS = 0x2d;
const fields: Fields = new Fields();

/** The same at once for a line in the usual form, with no number above 52 bits or 15 digits but the addresses. Null for any other. */
function usualMap({ body, start, end, number }: Line): MapLine | null {
  const dash = hexEnd(body, start, 16);
  const space = body[dash] === MINUS ? hexEnd(body, dash + 1, 16) : -1;
  const perms = body[space] === BLANK ? space + 1 : -1;
  if (perms < 0 || body[perms + 4] !== BLANK || !arePermissions(body, perms)) return null;
  const offset = hexEnd(body, perms + 5, 13);
  const major = body[offset] === BLANK ? hexEnd(body, offset + 1, 8) : -1;
  const minor = body[major] === COLON && major >= offset + 3 ? hexEnd(body, major + 1, 8) : -1;
  if (body[minor] !== BLANK || minor < major + 3) return null;
  fields.from(body, minor + 1);
  const inode = fields.decimal(BLANK);
  let name = fields.at;
  while (name < end && body[name] === BLANK) name++;
  if (inode < 0 || name >= start + HEAD_BYTES) return null;
  return {
    line: number,
    start: body.toString('latin1', start, dash),
    end: body.toString('latin1', dash + 1, space),
    perms: body.toString('latin1', perms, perms + 4),
    offset: hex(body, perms + 5, offset),
    major: hex(body, offset + 1, major),
    minor: hex(body, major + 1, minor),
    inode,
    path: name < end ? body.subarray(name, end) : null,
  };
}

/** The end of one to `digits` digits of lower-case hexadecimal; -1 when there are none or more. */
function hexEnd(body: Buffer, start: number, digits: number): number {
  let at = start;
  for (;;) {
    const byte = body[at] as number;
    if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66))) break;
    at++;
  }
  return at === start || at - start > digits ? -1 : at;
}

const PERMISSIONS = Buffer.from('rwx');
const PRIVATE = 0x70;
const SHARED = 0x73;

function arePermissions(body: Buffer, at: number): boolean {
  for (let i = 0; i < 3; i++) if (body[at + i] !== MINUS && body[at + i] !== PERMISSIONS[i]) return false;
  return body[at + 3] === PRIVATE || body[at + 3] === SHARED;
}
