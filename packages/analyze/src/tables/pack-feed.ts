import { type ListLine, type PackFrame, parseList, parsePack } from '@coldstat/capture/archive';
import type { Counts, LineProblem, Parser, Placed } from '../procfs/lines.ts';
import { countLines } from '../procfs/whole.ts';
import type { FeedEntry, Load } from './feed.ts';

/** Runs a parser over a whole body: its records go to `take`, its problems to the body in hand. */
export function run<R extends Placed>(parser: Parser<R>, entry: FeedEntry, load: Load, take: (record: R) => void): Counts {
  return parser(entry.body, load.env, { record: take, problem: (p) => load.problem(entry, p) });
}

/** The same over the content of a frame whose head stands on line `head` of the pack. */
export function runFrame<R extends Placed>(
  parser: Parser<R>,
  body: Buffer,
  head: number,
  entry: FeedEntry,
  load: Load,
  take: (record: R) => void,
): void {
  parser(body, load.env, { record: take, problem: (p: LineProblem) => load.problem(entry, { ...p, line: p.line + head }) });
}

/**
 * Hands out the frames of a pack with the line of their head; `take` says whether it knows the frame. Heads and the newlines that close frames
 * count as header, but of a frame nobody knows: all of that is the problem.
 */
export function readPack(entry: FeedEntry, load: Load, take: (frame: PackFrame, line: number) => boolean): Counts {
  const { frames, error } = parsePack(entry.body);
  const lines = countLines(entry.body);
  let header = 0;
  for (const { frame, line } of frames) {
    const around = linesAround(frame);
    if (!take(frame, line)) {
      const all = around + ('errno' in frame ? 0 : countLines(frame.body));
      load.problem(entry, { code: 'list-form', line, lines: all, message: 'not a frame of this pack' });
      continue;
    }
    header += around;
    if (!('errno' in frame) && frame.truncated) {
      load.problem(entry, { code: 'line-truncated', line, lines: 0, message: 'the content of the frame was cut off by a limit' });
    }
  }
  if (error !== null) load.problem(entry, { code: 'list-form', line: error.line, lines: lines - error.line + 1, message: error.message });
  return { lines, header };
}

const LF = 0x0a;

/** The head, and a line for the newline that closes the frame where the content ends with one of its own. */
function linesAround(frame: PackFrame): number {
  if ('errno' in frame) return 1;
  return frame.body.length === 0 || frame.body[frame.body.length - 1] === LF ? 2 : 1;
}

/** Hands out the lines of a list; `take` says whether it knows the name. */
export function readList(entry: FeedEntry, load: Load, take: (line: ListLine & { readonly line: number }) => boolean): Counts {
  const { lines, errors, total } = parseList(entry.body);
  for (const { line, message } of errors) load.problem(entry, { code: 'list-form', line, lines: 1, message });
  for (const line of lines) {
    if (!take(line)) load.problem(entry, { code: 'list-form', line: line.line, lines: 1, message: 'the name is not one of this list' });
  }
  return { lines: total, header: 0 };
}
