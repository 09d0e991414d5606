import { isEntryName } from './layout.ts';

export const BLOCK = 512;

/** A header block of the strict subset, or what is wrong with it. */
export type TarHeader =
  | {
      readonly kind: 'entry';
      readonly name: string;
      readonly size: number;
      /** Breach that keeps the body from being interpreted. */
      readonly fault: { readonly code: 'entry-name' | 'entry-type'; readonly message: string } | null;
      /** Fields that a writer of this format never fills: somebody packed it again. */
      readonly remark: string | null;
    }
  | { readonly kind: 'zero' }
  /** The structure breaks: where the next header stands cannot be told. */
  | { readonly kind: 'broken'; readonly message: string };

/** Reads one block of 512 bytes (docs/ARCHIVE-FORMAT.md §1.2, §1.3). Names are latin1. */
export function readTarHeader(block: Buffer): TarHeader {
  if (isZero(block)) return { kind: 'zero' };
  if (!checksumIsRight(block)) return { kind: 'broken', message: 'header checksum is wrong' };
  const sizeText = block.toString('latin1', 124, 136);
  const m = /^([0-7]{1,11})[ \0]+$/.exec(sizeText);
  if (!m) return { kind: 'broken', message: 'size field is not octal' };
  const size = Number.parseInt(m[1] as string, 8);
  const type = block[156] as number;
  if (size > 0 && type >= 0x31 && type <= 0x36) {
    return {
      kind: 'broken',
      message: `an entry of type ${String.fromCharCode(type)} claims ${size} bytes; readers differ on what follows`,
    };
  }
  return { kind: 'entry', name: cString(block, 0, 100), size, fault: faultOf(block, type), remark: remarkOf(block) };
}

export function isZero(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

/** The sum of all bytes, with the checksum field itself taken as blanks. */
export function checksumIsRight(block: Buffer): boolean {
  const m = /^ *([0-7]{1,7})[ \0]/.exec(block.toString('latin1', 148, 156));
  if (!m) return false;
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += block[i] as number;
  return sum === Number.parseInt(m[1] as string, 8);
}

/** Bytes up to the first NUL, as latin1. */
export function cString(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString('latin1', start, end < 0 || end > start + length ? start + length : end);
}

function faultOf(block: Buffer, type: number): { code: 'entry-name' | 'entry-type'; message: string } | null {
  if (block.toString('latin1', 257, 265) !== 'ustar\x0000') return { code: 'entry-type', message: 'header is not POSIX ustar' };
  if (type !== 0x30) return { code: 'entry-type', message: `type flag is 0x${type.toString(16).padStart(2, '0')}, not a regular file` };
  if (block[157] !== 0) return { code: 'entry-type', message: 'a regular file bears a link name' };
  if (block[345] !== 0) return { code: 'entry-name', message: 'the prefix field is in use' };
  const name = cString(block, 0, 100);
  if (!isEntryName(name)) return { code: 'entry-name', message: 'name is outside what the format allows' };
  if (!isZero(block.subarray(name.length, 100))) return { code: 'entry-name', message: 'there are bytes behind the NUL of the name' };
  return null;
}

/** Field, offset, length and value as the format has it. */
const FIXED: readonly (readonly [string, number, number, number])[] = [
  ['mode', 100, 8, 0o444],
  ['uid', 108, 8, 0],
  ['gid', 116, 8, 0],
  ['mtime', 136, 12, 0],
];

function remarkOf(block: Buffer): string | null {
  for (const [field, at, length, want] of FIXED) {
    const m = /^([0-7]+)[ \0]*$/.exec(block.toString('latin1', at, at + length));
    if (!m || Number.parseInt(m[1] as string, 8) !== want) return `tar field ${field} is not ${want.toString(8)}`;
  }
  return null;
}
