import { UserError } from '../user-error.ts';
import type { Finding } from './finding.ts';
import type { Answer } from './triage.ts';

/** An answer as it is told. */
export interface Told extends Answer {
  /** Findings that were left out because the operator knows them. */
  readonly suppressed: number;
}

/** Without what is suppressed; a rule of which nothing is left is clear. */
export function withoutKnown(answer: Answer, suppressions: readonly Suppressions[]): Told {
  // Every list is asked, so that each can say which of its lines are of no use.
  const findings = answer.findings.filter((finding) => suppressions.filter((s) => s.covers(finding)).length === 0);
  const suppressed = answer.findings.length - findings.length;
  return { ...answer, findings, suppressed, result: answer.result === 'found' && findings.length === 0 ? 'clear' : answer.result };
}

/** Findings the operator knows: lines of a file, each a key or `RULE`, `RULE:GLOB` with * and ?. */
export class Suppressions {
  readonly #lines: readonly { readonly number: number; readonly text: string; used: boolean }[];
  readonly #file: string;

  /** Throws UserError for a line that can be no key. */
  constructor(text: string, file: string) {
    this.#file = file;
    this.#lines = text.split(/\r?\n/).flatMap((line, i) => {
      const key = line.replace(/\s+#.*$/, '').trim();
      if (key === '' || key.startsWith('#')) return [];
      if (!/^[a-z*?][a-z0-9*?-]*(:[!-~]*)?$/.test(key))
        throw new UserError(
          `${file}: line ${i + 1} is no key of a finding`,
          'a line is a key as coldstat triage prints it, a rule, or RULE:GLOB',
        );
      return [{ number: i + 1, text: key.includes(':') ? key : `${key}:*`, used: false }];
    });
  }

  /** Whether a line covers it; that line then counts as used. */
  covers({ key }: Finding): boolean {
    let covered = false;
    for (const line of this.#lines) {
      if (!globMatches(line.text, key)) continue;
      line.used = true;
      covered = true;
    }
    return covered;
  }

  /** Lines that covered nothing, each in a sentence. */
  unused(): string[] {
    return this.#lines.filter((line) => !line.used).map((line) => `${this.#file}: line ${line.number} suppresses nothing: ${line.text}`);
  }
}

/** `*` is any text, `?` one character. Steps at most pattern times text, whatever they hold. */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let star = -1;
  let from = 0;
  for (let t = 0; t < text.length; ) {
    if (pattern[p] === '*') {
      star = p++;
      from = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++from;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
