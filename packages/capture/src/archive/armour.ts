import { createHash } from 'node:crypto';
import type { Sink, Written } from './sink.ts';

/** Lines around evidence that goes through a channel for text (docs/ARCHIVE-FORMAT.md §9.2). */
export const ARMOUR_BEGIN = '-----BEGIN COLDSTAT EVIDENCE-----';
export const ARMOUR_END = '-----END COLDSTAT EVIDENCE-----';

/** Bytes in one line of 76 characters of base64 (RFC 2045 §6.8). */
const LINE_BYTES = 57;

/** The closing line: hash and size of what the text holds. */
export function armourSum(sha256: string, bytes: number): string {
  return `SHA-256 ${sha256} ${bytes}`;
}

/** Writes what it is given as lines of base64 between markers. */
export class ArmourSink implements Sink {
  readonly #to: Sink;
  readonly #hash = createHash('sha256');
  #rest: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #begun = false;

  constructor(to: Sink) {
    this.#to = to;
  }

  put(bytes: Buffer, done: Written): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    const all = Buffer.concat([this.#rest, bytes]);
    const whole = all.length - (all.length % LINE_BYTES);
    this.#rest = Buffer.from(all.subarray(whole));
    this.#text(lines(all.subarray(0, whole)), done);
  }

  /** The last line, the marker and the sum. */
  end(done: Written): void {
    const sum = armourSum(this.#hash.digest('hex'), this.#bytes);
    this.#text(`${lines(this.#rest)}${ARMOUR_END}\n${sum}\n`, done);
  }

  #text(text: string, done: Written): void {
    const start = this.#begun ? '' : `${ARMOUR_BEGIN}\n`;
    this.#begun = true;
    this.#to.put(Buffer.from(start + text, 'latin1'), done);
  }
}

function lines(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += LINE_BYTES)
    text += `${bytes.toString('base64', at, Math.min(at + LINE_BYTES, bytes.length))}\n`;
  return text;
}
