import { parsePack } from '@coldstat/capture/archive';
import type { PieceFinder } from './feed.ts';

/** Whole frames of a pack whose contents are no text, by the line their head stands on: from the head to the newline that closes the frame. */
export function framePieces(body: Buffer): PieceFinder {
  const ranges = new Map<number, readonly [number, number]>();
  let start = 0;
  for (const { frame, offset, line } of parsePack(body).frames) {
    const end = 'errno' in frame ? offset : offset + frame.body.length + 1;
    ranges.set(line, [start, end]);
    start = end;
  }
  return { range: (line) => ranges.get(line) };
}
