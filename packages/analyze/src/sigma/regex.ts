import { parseRegex } from './regex-parse.ts';
import { isWord, type RegexFlags, type Step } from './regex-step.ts';
import { isRefused, type Refused, type Truth } from './truth.ts';

/**
 * Regular expressions that take time in proportion to pattern times text, whatever the pattern: all ways to match are followed at once (Thompson's
 * construction). What cannot be matched so (back references, looking around) is refused.
 */

/** Steps that one text may cost; a text that costs more is not decided. */
const BUDGET = 40_000_000;

export class Regex {
  readonly #steps: readonly Step[];
  readonly #flags: RegexFlags;

  private constructor(steps: readonly Step[], flags: RegexFlags) {
    this.#steps = steps;
    this.#flags = flags;
  }

  static compile(pattern: string, flags: RegexFlags): Regex | Refused {
    const steps = parseRegex(pattern, flags);
    return isRefused(steps) ? steps : new Regex(steps, flags);
  }

  /** Whether a part of the text matches; null when that took too much. */
  test(text: string): Truth {
    const subject = this.#flags.ignoreCase ? text.toLowerCase() : text;
    // At which position each step was last added: so that each is followed once for each character.
    const seen = new Int32Array(this.#steps.length).fill(-1);
    let now: number[] = [];
    let next: number[] = [];
    let cost = 0;
    for (let at = 0; at <= subject.length; at++) {
      if (this.#add(0, at, subject, now, seen)) return true;
      if (at === subject.length) break;
      const code = subject.charCodeAt(at);
      for (const i of now) {
        const step = this.#steps[i];
        if (step?.op === 'char' && step.has(code) && this.#add(i + 1, at + 1, subject, next, seen)) return true;
      }
      cost += now.length + 1;
      if (cost > BUDGET) return null;
      [now, next] = [next, now];
      next.length = 0;
    }
    return false;
  }

  /** Adds the step and all that follow without a character; true when the end of the pattern is among them. */
  #add(first: number, at: number, text: string, list: number[], seen: Int32Array): boolean {
    const stack = [first];
    for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
      if (seen[i] === at) continue;
      seen[i] = at;
      const step = this.#steps[i];
      if (step === undefined) continue;
      if (step.op === 'match') return true;
      if (step.op === 'char') list.push(i);
      else if (step.op === 'jump') stack.push(step.a);
      else if (step.op === 'split') stack.push(step.b, step.a);
      else if (this.#holds(step.kind, at, text)) stack.push(i + 1);
    }
    return false;
  }

  #holds(kind: '^' | '$' | 'b' | 'B', at: number, text: string): boolean {
    if (kind === '^') return at === 0 || (this.#flags.multiline && text[at - 1] === '\n');
    if (kind === '$') return at === text.length || (this.#flags.multiline && text[at] === '\n');
    const edge = isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at));
    return edge === (kind === 'b');
  }
}
