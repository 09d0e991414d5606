import { openBits } from '../open-bits.ts';
import type { Compat } from './options.ts';

/**
 * FILE-FLAG: open flags of fdinfo by the names of lsof, in its order. A name stands when any of its bits is set: O_DSYNC alone is SYN
 * already, and O_TMPFILE brings DTY with it.
 */

export type FlagTable = readonly (readonly [bits: number, name: string])[];

/** `machine` is uname -m of the host. lsof 4.93 has no name for the last three. */
export function flagTable(machine: string | null, compat: Compat): FlagTable {
  const m = openBits(machine);
  const newer: FlagTable = [
    [0o2000000, 'CX'],
    [0o10000000, 'PATH'],
    [0o20000000, 'TMPF'],
  ];
  return [
    [0o100, 'CR'],
    [0o200, 'EXCL'],
    [0o400, 'NTTY'],
    [0o1000, 'TR'],
    [0o2000, 'AP'],
    [0o4000, 'ND'],
    [0o4010000, 'SYN'],
    [0o20000, 'ASYN'],
    [m.direct, 'DIR'],
    [m.directory, 'DTY'],
    [m.nofollow, 'NFLK'],
    [0o1000000, 'NATM'],
    [m.largefile, 'LG'],
    ...(compat === '4.93' ? [] : newer),
  ];
}

export function flagNames(flags: number, table: FlagTable): string {
  const mode = flags & 0o3;
  const names = mode === 1 ? ['W'] : mode === 2 ? ['RW'] : [];
  let rest = mode === 3 ? flags : flags & ~0o3;
  for (const [bits, name] of table) {
    if ((rest & bits) === 0) continue;
    names.push(name);
    rest &= ~bits;
  }
  if (rest !== 0) names.push(`0x${(rest >>> 0).toString(16)}`);
  return names.join(',');
}

export function flagHex(flags: number): string {
  return `0x${flags.toString(16)};0x0`;
}
