import type { Need } from './evidence.ts';

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A small host for the test of a rule: names of files as they stand in an archive, and their bodies. */
export interface RuleTest {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** The capture before it, for rules that compare two. */
  readonly before: Readonly<Record<string, string>> | null;
}

/** One question of triage, as its file in rules/ has it (docs/RULES.md tells of the form). */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly why: string;
  /** Techniques of MITRE ATT&CK. */
  readonly attack: readonly string[];
  readonly benign: readonly string[];
  readonly next: string;
  readonly needs: readonly Need[];
  /** One SELECT; `:capture` is the capture it asks, `:before` the earlier one of the same host. */
  readonly sql: string;
  /** A sentence with {column} where a value of the row goes. */
  readonly finding: string;
  /** Columns that hold handles, or JSON arrays of them, of the rows a finding rests on. */
  readonly evidence: readonly string[];
  /** Columns whose values say for the next capture that it is the same thing. */
  readonly key: readonly string[];
  readonly tests: { readonly finds: readonly RuleTest[]; readonly ignores: readonly RuleTest[] };
  /** File it was read from. */
  readonly file: string;
  /** Not one of ours: its SQL runs apart and with a limit of time. */
  readonly foreign: boolean;
}

/** Rules that compare with the capture before are asked only where there is one. */
export function comparesTwo(rule: Rule): boolean {
  return rule.needs.includes('before') || rule.needs.includes('same-boot');
}
