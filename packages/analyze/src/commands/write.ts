import type { Io } from './io.ts';

/** Characters gathered before they go out: few writes, and the first lines still come at once. */
const CHUNK = 1 << 16;
const FIRST = 1 << 12;

/** Writes lines as they are made, waiting for the reader: memory does not grow with the listing. */
export async function writeLines(lines: Iterable<string>, io: Io): Promise<void> {
  let chunk = '';
  let limit = FIRST;
  for (const line of lines) {
    chunk += line;
    if (chunk.length < limit) continue;
    await io.out(chunk);
    chunk = '';
    limit = CHUNK;
  }
  if (chunk !== '') await io.out(chunk);
}
