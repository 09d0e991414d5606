import { type PackFrame, parsePack } from '@coldstat/capture/archive';
import type { Counts } from '../procfs/lines.ts';
import { countLines } from '../procfs/whole.ts';
import type { FeedEntry, Load } from './feed.ts';

/** A frame that has a body. */
export type FilledFrame = Extract<PackFrame, { readonly body: Buffer }>;

/**
 * Goes through the frames of a pack of small text files. `take` gets a frame and the line its body begins on, and says how many lines became rows
 * or problems. All other lines (heads, the newline that closes a frame, frames that only say why there is nothing) count as header.
 */
export function eachFrame(entry: FeedEntry, load: Load, take: (frame: FilledFrame, line: number) => number): Counts {
  const { frames, error } = parsePack(entry.body);
  const lines = countLines(entry.body);
  let kept = 0;
  for (const { frame, line } of frames) if ('body' in frame) kept += take(frame, line + 1);
  if (error !== null) {
    const rest = Math.max(lines - error.line + 1, 0);
    load.problem(entry, { code: 'list-form', line: error.line, lines: rest, message: error.message });
    kept += rest;
  }
  return { lines, header: lines - kept };
}
