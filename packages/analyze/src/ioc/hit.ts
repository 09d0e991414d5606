import { isUtf8 } from 'node:buffer';
import { undeleted } from '../db/deleted.ts';
import type { Value } from '../render/value.ts';
import type { Candidate } from './slots.ts';

/** A row of a capture that an indicator means. */
export interface Hit {
  readonly candidate: Candidate;
  /** What kind of thing it was seen in. */
  readonly seen: string;
  /** Where in it. */
  readonly field: string;
  /** What stands there. */
  readonly value: Value;
  /** The thing itself. */
  readonly detail: Value;
  /** The process it belongs to; of a socket the holder with the lowest number. */
  readonly pid: number | null;
  readonly sourceId: number | null;
  readonly line: number | null;
}

/** Text to compare with; of bytes that are not UTF-8 one character each, so that what is ASCII stays. Null stays null. */
export function textOf(value: Value): string | null {
  if (value === null) return null;
  if (!(value instanceof Uint8Array)) return String(value);
  const bytes = Buffer.from(value);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

/** The path of a file that is gone, and the link to it as it was captured; of others the path alone. */
export function bothPaths(path: string): readonly string[] {
  const bare = undeleted(path);
  return bare === path ? [path] : [bare, path];
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Answers of a question about text, kept for the texts that come again and again. */
export class Memo<T> {
  readonly #known = new Map<string, readonly T[]>();
  readonly #ask: (text: string) => Iterable<T>;

  constructor(ask: (text: string) => Iterable<T>) {
    this.#ask = ask;
  }

  of(text: string): readonly T[] {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const answer = [...this.#ask(text)];
    // Evidence may bring any number of different texts.
    if (this.#known.size >= MEMO) this.#known.clear();
    this.#known.set(text, answer);
    return answer;
  }
}

const MEMO = 50_000;
