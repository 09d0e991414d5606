import { endianness } from 'node:os';

/** Numbers as the kernel of this host lays them out. */
const LITTLE = endianness() === 'LE';

export function u16(bytes: Buffer, at: number): number {
  return LITTLE ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}

export function u32(bytes: Buffer, at: number): number {
  return LITTLE ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

export function i32(bytes: Buffer, at: number): number {
  return u32(bytes, at) | 0;
}

export function putU16(bytes: Buffer, at: number, value: number): void {
  if (LITTLE) bytes.writeUInt16LE(value, at);
  else bytes.writeUInt16BE(value, at);
}

export function putU32(bytes: Buffer, at: number, value: number): void {
  if (LITTLE) bytes.writeUInt32LE(value, at);
  else bytes.writeUInt32BE(value, at);
}
