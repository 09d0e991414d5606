import { type ListLine, type PackFrame, parseListLine } from '@coldstat/capture/archive';
import type { Counts, LineProblem, Parser, Placed } from '../procfs/lines.ts';
import { LF } from '../procfs/scan.ts';
import { countLines } from '../procfs/whole.ts';
import type { FeedEntry, Load } from './feed.ts';
import { framesOf } from './frames.ts';

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
  const { frames, error } = framesOf(entry.body);
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

/** The head, and a line for the newline that closes the frame where the content ends with one of its own. */
function linesAround(frame: PackFrame): number {
  if ('errno' in frame) return 1;
  return frame.body.length === 0 || frame.body[frame.body.length - 1] === LF ? 2 : 1;
}

/**
 * Hands out the lines of a list; `take` says whether it knows the name. `usual` is asked first about the bytes [start, end) of a whole line:
 * null when it is not in the form it reads at once, else the same answer.
 */
export function readList(
  entry: FeedEntry,
  load: Load,
  take: (line: ListLine & { readonly line: number }) => boolean,
  usual: (start: number, end: number, line: number) => boolean | null = () => null,
): Counts {
  const { body } = entry;
  const unknown: number[] = [];
  let lines = 0;
  for (let start = 0; start < body.length; ) {
    const lf = body.indexOf(LF, start);
    const end = lf < 0 ? body.length : lf;
    const line = ++lines;
    const known = lf < 0 ? null : usual(start, end, line);
    const parsed = known === null ? parseListLine(body.toString('latin1', start, end)) : null;
    const message = typeof parsed === 'string' ? parsed : lf < 0 ? 'cut off: no newline at the end' : null;
    if (message !== null) load.problem(entry, { code: 'list-form', line, lines: 1, message });
    else if (!(known ?? take({ ...(parsed as ListLine), line }))) unknown.push(line);
    start = end + 1;
  }
  for (const line of unknown) load.problem(entry, { code: 'list-form', line, lines: 1, message: 'the name is not one of this list' });
  return { lines, header: 0 };
}
