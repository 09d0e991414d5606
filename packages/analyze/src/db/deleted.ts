import type { Value } from '../render/value.ts';

const DELETED = ' (deleted)';

/** The link of a process to its executable ends so when the file has lost its name (fs/d_path.c), as at every upgrade; a file may also be called so. */
export function isDeleted(path: Value): boolean {
  if (path instanceof Uint8Array) return Buffer.from(path).subarray(-DELETED.length).toString('latin1') === DELETED;
  return typeof path === 'string' && path.endsWith(DELETED);
}

/** The path as it was before the file was deleted: what the program is known by, before an upgrade and after. */
export function undeleted(path: string): string;
export function undeleted(path: Value): Value;
export function undeleted(path: Value): Value {
  if (!isDeleted(path)) return path;
  return path instanceof Uint8Array ? path.subarray(0, -DELETED.length) : String(path).slice(0, -DELETED.length);
}
