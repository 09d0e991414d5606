import type { Parser, Placed } from './lines.ts';
import { byLine } from './rows.ts';

/** One line of /proc/PID/maps (show_map_vma in fs/proc/task_mmu.c). */
export interface MapLine extends Placed {
  /** Hex without leading zeros beyond what the kernel prints (8 digits at least). */
  readonly start: string;
  readonly end: string;
  readonly perms: string;
  readonly offset: bigint;
  /** Device numbers, printed in hex. */
  readonly major: number;
  readonly minor: number;
  readonly inode: bigint;
  /** Rest of the line; null when there is none. Only newline is escaped there (`\012`), backslash is not. */
  readonly path: Buffer | null;
}

const HEAD = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps]) ([0-9a-f]{1,16}) ([0-9a-f]{2,8}):([0-9a-f]{2,8}) (\d{1,20}) */;
/** The longest head: two addresses, offset, device and inode of 64 bits, padded to column 73. */
const HEAD_BYTES = 120;

export const parsePidMaps: Parser<MapLine> = byLine((sink) => ({ body, start, end, number }) => {
  const m = HEAD.exec(body.toString('latin1', start, Math.min(end, start + HEAD_BYTES)));
  if (m === null) return { code: 'line-form', message: 'not in the form START-END PERMS OFFSET DEVICE INODE' };
  const name = start + m[0].length;
  if (name < end && m[0].charCodeAt(m[0].length - 1) !== 0x20) return { code: 'line-form', message: 'no blank after the inode' };
  sink.record({
    line: number,
    start: m[1] ?? '',
    end: m[2] ?? '',
    perms: m[3] ?? '',
    offset: BigInt(`0x${m[4]}`),
    major: Number.parseInt(m[5] ?? '', 16),
    minor: Number.parseInt(m[6] ?? '', 16),
    inode: BigInt(m[7] ?? '0'),
    path: name < end ? body.subarray(name, end) : null,
  });
  return 'row';
});
