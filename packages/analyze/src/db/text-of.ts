import { isUtf8 } from 'node:buffer';
import type { Value } from '../render/value.ts';

/** What the kernel writes behind the path of a file that has no name any more (fs/d_path.c). */
export const DELETED: RegExp = / \(deleted\)$/;

/** Bytes that are not UTF-8 are looked at one character a byte: nothing that is ASCII changes. */
export function textOf(value: Value): string | null {
  if (value === null) return null;
  if (!(value instanceof Uint8Array)) return String(value);
  const bytes = Buffer.from(value);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
