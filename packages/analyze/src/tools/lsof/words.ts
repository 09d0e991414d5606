/**
 * How lsof walks through its words: letters in groups behind `-` or `+`, values in the same word or the next, and values that are
 * given back when the letter can do without (COMPAT of lsof 4.95, GetOpt in its main program).
 */

export type Prefix = '-' | '+';

export interface Letter {
  readonly letter: string;
  readonly prefix: Prefix;
}

export class Words {
  readonly #args: readonly string[];
  /** Next word, and the next letter within it; 0 is before the prefix. */
  #word = 0;
  #at = 0;
  #prefix: Prefix = '-';
  /** Where the value that was taken last began. */
  #taken: readonly [number, number] = [0, 0];

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  /** The next letter, or null where the options end. */
  next(): Letter | null {
    const word = this.#args[this.#word];
    if (this.#at === 0) {
      if (word === undefined || (word[0] !== '-' && word[0] !== '+') || word.length < 2) return null;
      if (word === '--' || word === '++') {
        this.#word++;
        return null;
      }
      this.#prefix = word[0];
      this.#at = 1;
    }
    const letter = word?.[this.#at] ?? '';
    this.#at++;
    if (this.#at >= (word?.length ?? 0)) this.#endWord();
    return { letter, prefix: this.#prefix };
  }

  /** The value of the letter just given: the rest of its word, or the next word unless that is `--`. */
  value(): string | null {
    const rest = this.#at === 0 ? undefined : this.#args[this.#word]?.slice(this.#at);
    if (rest !== undefined) {
      this.#taken = [this.#word, this.#at];
      this.#endWord();
      return rest;
    }
    const word = this.#args[this.#word];
    if (word === undefined || word === '--') return null;
    this.#taken = [this.#word, 0];
    this.#word++;
    return word;
  }

  /** As value(), for letters that can do without: what begins with `-` or `+` is given back and is no value. */
  optional(): string | null {
    const value = this.value();
    if (value === null || (value[0] !== '-' && value[0] !== '+')) return value;
    this.giveBack(0);
    return null;
  }

  /** Values of L, o, r and S: a number, behind which letters may follow in the same word. */
  number(): number | null {
    const value = this.optional();
    if (value === null) return null;
    const digits = /^\d+/.exec(value)?.[0];
    this.giveBack(digits?.length ?? 0);
    return digits === undefined ? null : Number(digits);
  }

  /** Reads on behind the first `used` characters of the value taken last; all of it is parsed again when none were used. */
  giveBack(used: number): void {
    const [word, at] = this.#taken;
    this.#word = word;
    this.#at = at + used;
    if (this.#at >= (this.#args[word]?.length ?? 0)) this.#endWord();
  }

  /** What stands behind the options: names. */
  rest(): readonly string[] {
    return this.#args.slice(this.#word);
  }

  #endWord(): void {
    this.#word++;
    this.#at = 0;
  }
}
