import type { Severity } from '../triage/rule.ts';
import type { Condition } from './condition.ts';
import type { FieldTest } from './field-test.ts';

export type Category = 'process_creation' | 'network_connection';

/** All lines of one of these must hold. */
export type Selection = readonly (readonly FieldTest[])[];

/** A rule that can be asked. */
export interface SigmaRule {
  /** `sigma-` and the id of the rule, or its title in small letters. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly attack: readonly string[];
  readonly benign: readonly string[];
  readonly category: Category;
  readonly selections: ReadonlyMap<string, Selection>;
  readonly condition: Condition;
  /** File, and number of the document when it holds several. */
  readonly file: string;
}

/** A rule that is not asked: of another logsource, or with something that is not understood. */
export interface NotAsked {
  readonly file: string;
  readonly title: string | null;
  readonly kind: 'not applicable' | 'refused';
  readonly reason: string;
}
