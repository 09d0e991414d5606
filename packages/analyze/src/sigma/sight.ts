import type { FieldValue } from './field-test.ts';
import { FIELDS, type Names, type Subject } from './fields.ts';
import type { Category } from './rule.ts';

/** Rows that are named of those nothing can be said of. */
const NAMED = 3;

/** Rows of which a rule can say nothing for want of one field. */
interface Unsaid {
  n: number;
  readonly at: string[];
  readonly why: Map<string, number>;
}

/** By field. */
export type Undecided = Map<string, Unsaid>;

/** `missing`: the fields that are not known of a row, and why. */
export function note(undecided: Undecided, missing: ReadonlyMap<string, string>, at: string | null): void {
  for (const [field, why] of missing) {
    const rows: Unsaid = undecided.get(field) ?? { n: 0, at: [], why: new Map() };
    rows.n++;
    rows.why.set(why, (rows.why.get(why) ?? 0) + 1);
    if (rows.at.length < NAMED && at !== null) rows.at.push(at);
    undecided.set(field, rows);
  }
}

/** What was seen of each field over all rows, as triage counts it: kernel threads have none of it, and that the capture could read itself says nothing. */
export class Sight {
  readonly #category: Category;
  readonly #fields: readonly string[];
  readonly #seen: Set<string> = new Set();
  #all = 0;

  constructor(category: Category, fields: Iterable<string>) {
    this.#category = category;
    this.#fields = [...new Set(fields)];
  }

  look(subject: Subject, names: Names): ReadonlyMap<string, FieldValue> {
    const others = subject.kernel_thread !== 1 && subject.own !== 1;
    if (others) this.#all++;
    const values = new Map<string, FieldValue>();
    for (const field of this.#fields) {
      const value = FIELDS[this.#category].get(field)?.(subject, names);
      if (value === undefined) continue;
      values.set(field, value);
      if (others && !value.more && value.texts.length > 0) this.#seen.add(field);
    }
    return values;
  }

  seen(field: string): boolean {
    return this.#seen.has(field);
  }

  /** For a field that was not seen. */
  blind(field: string, rows: Unsaid): string {
    return `${field} is known of none of ${this.#rows()} (${reasons(rows)}), and would decide ${rows.n}: ${handles(rows)}`;
  }

  partly(field: string, rows: Unsaid): string {
    return `${rows.n} of ${this.#rows()} (${field} ${reasons(rows)}: ${handles(rows)})`;
  }

  #rows(): string {
    const [one, many] = this.#category === 'process_creation' ? ['process', 'processes'] : ['connection', 'connections'];
    return `${this.#all} ${this.#all === 1 ? one : many}`;
  }
}

function reasons({ why }: Unsaid): string {
  return [...why].map(([reason, n]) => (why.size === 1 ? reason : `${reason} ${n}`)).join(', ');
}

function handles({ n, at }: Unsaid): string {
  return `${at.join(' ')}${n > at.length ? ' …' : ''}`;
}
