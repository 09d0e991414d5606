import { type PlacedFrame, parsePack } from '@coldstat/capture/archive';
import { Fields } from '../procfs/fields.ts';
import { BLANK, LF } from '../procfs/scan.ts';

type Frames = ReturnType<typeof parsePack>;

const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
/** Names in the usual form are no longer: `PID/status`, a number, a file of /sys. */
const MAX_NAME = 64;
const HEAD = Buffer.from([EQUALS, EQUALS, BLANK]);

const fields: Fields = new Fields();

/**
 * The frames of a pack, as parsePack gives them. Frames that were read whole, under a short name without an escape, are read at once, since packs
 * have one for each descriptor; parsePack reads the pack from the first that is not such a one.
 */
export function framesOf(body: Buffer): Frames {
  const frames: PlacedFrame[] = [];
  let line = 1;
  let at = 0;
  while (at < body.length) {
    const end = nameEnd(body, at);
    if (end < 0) break;
    fields.from(body, end + 1);
    const size = fields.decimal(LF);
    const offset = fields.at;
    const close = offset + size;
    if (size < 0 || close >= body.length || body[close] !== LF) break;
    const name = body.toString('latin1', at + HEAD.length, end);
    frames.push({ frame: { name, body: body.subarray(offset, close), truncated: false }, offset, line });
    line += 2;
    for (let i = offset; i < close; i++) if (body[i] === LF) line++;
    at = close + 1;
  }
  return at < body.length ? rest(body, at, line, frames) : { frames, error: null };
}

/** Position of the blank behind the name of the frame whose head begins at `at`; -1 when it is not in the usual form. */
function nameEnd(body: Buffer, at: number): number {
  fields.from(body, at);
  if (!fields.skipAll(HEAD)) return -1;
  const start = at + HEAD.length;
  for (let i = start; i < start + MAX_NAME; i++) {
    const byte = body[i];
    if (byte === BLANK) return i > start ? i : -1;
    if (byte === undefined || byte < BLANK || byte > 0x7e || byte === BACKSLASH) return -1;
  }
  return -1;
}

function rest(body: Buffer, at: number, line: number, before: readonly PlacedFrame[]): Frames {
  const { frames, error } = parsePack(body.subarray(at));
  const placed = frames.map((f) => ({ frame: f.frame, offset: f.offset + at, line: f.line + line - 1 }));
  return {
    frames: [...before, ...placed],
    error: error === null ? null : { ...error, offset: error.offset + at, line: error.line + line - 1 },
  };
}
