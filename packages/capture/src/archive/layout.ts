/** Names inside an archive (docs/ARCHIVE-FORMAT.md §1, §2). */

export const HEADER_NAME = 'header.json';
export const MANIFEST_NAME = 'manifest.json';
export const FORMAT = 'coldstat-archive';
export const FORMAT_VERSION = 1;
export const PASS_B = 'pass-b/';

const NAME = /^[A-Za-z0-9._/-]{1,100}$/;

/** Whether a name may stand in an archive: the alphabet, no empty, `.` or `..` segment, no slash at either end. */
export function isEntryName(name: string): boolean {
  if (!NAME.test(name)) return false;
  for (const segment of name.split('/')) {
    if (segment === '' || segment === '.' || segment === '..') return false;
  }
  return true;
}

/** Name of log segment `n`, counted from 1. */
export function segmentName(n: number): string {
  return `log/${String(n).padStart(6, '0')}.ndjson`;
}

export function isSegmentName(name: string): boolean {
  return /^log\/\d{6}\.ndjson$/.test(name);
}

export type Pass = 'A' | 'B';

/** What an entry name says: which pass, and the path of the source below `/`. */
export interface EntryPath {
  readonly pass: Pass;
  readonly path: string;
}

export function splitPass(name: string): EntryPath {
  return name.startsWith(PASS_B) ? { pass: 'B', path: name.slice(PASS_B.length) } : { pass: 'A', path: name };
}
