import { escapeBytes, unescapeBytes } from './escape.ts';

/** One frame of a `.pack` body (docs/ARCHIVE-FORMAT.md §3.2). The name is latin1: one character is one byte. */
export type PackFrame =
  | { readonly name: string; readonly body: Buffer; readonly truncated: boolean }
  | { readonly name: string; readonly errno: string };

export function formatFrame(frame: PackFrame): Buffer {
  const name = escapeBytes(frame.name, false);
  if ('errno' in frame) return Buffer.from(`== ${name} !${frame.errno}\n`, 'latin1');
  const head = `== ${name} ${frame.body.length}${frame.truncated ? ' truncated' : ''}\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), frame.body, LF]);
}

const LF = Buffer.from('\n');
const HEAD = /^== (\S+) (?:(\d{1,15})( truncated)?|!([A-Z][A-Z0-9]*|\d+))$/;
const MAX_HEAD = 4096 * 4 + 64;

/** Position of a frame in the pack: byte offsets of its content, and the line its head stands on, counted from 1. */
export interface PlacedFrame {
  readonly frame: PackFrame;
  readonly offset: number;
  readonly line: number;
}

/** Reads a whole `.pack` body. What follows the first frame that is not in the form is one error: frames cannot be found again safely. */
export function parsePack(body: Buffer): { frames: PlacedFrame[]; error: { offset: number; line: number; message: string } | null } {
  const frames: PlacedFrame[] = [];
  let line = 1;
  for (let at = 0; at < body.length; ) {
    const fail = (message: string) => ({ frames, error: { offset: at, line, message } });
    const lf = body.indexOf(10, at);
    if (lf < 0 || lf - at > MAX_HEAD) return fail('frame head without an end');
    const m = HEAD.exec(body.toString('latin1', at, lf));
    const name = m ? unescapeBytes(m[1] as string) : undefined;
    if (!m || name === undefined) return fail('frame head is not in the form');
    if (m[4] !== undefined) {
      frames.push({ frame: { name, errno: m[4] }, offset: lf + 1, line });
      at = lf + 1;
      line++;
      continue;
    }
    const end = lf + 1 + Number(m[2]);
    if (end >= body.length || body[end] !== 10) return fail('frame is cut off or its length is wrong');
    const content = body.subarray(lf + 1, end);
    frames.push({ frame: { name, body: content, truncated: m[3] !== undefined }, offset: lf + 1, line });
    line += 2 + countLines(content); // the head, the content, the newline that closes it
    at = end + 1;
  }
  return { frames, error: null };
}

/** Newlines in the content: what it adds to the line numbers of the pack. */
function countLines(content: Buffer): number {
  let n = 0;
  for (let i = content.indexOf(10); i >= 0; i = content.indexOf(10, i + 1)) n++;
  return n;
}
