import type { CaseDb } from '../db/query.ts';
import { type Evidence, NEEDS, type Need } from './evidence.ts';

/** The captures a rule is asked about, and what SQL alone cannot tell of the first. */
export interface Asked {
  readonly capture: number;
  /** The capture of the same host before it. */
  readonly before: number | null;
  /** JSON array of the rows that break a check of the ledger: section, check, subject, says, at. */
  readonly broken: () => string;
  /** JSON array of the sockets without a holder: reason, protocol, local, remote, state, at. */
  readonly unheld: () => string;
  /** JSON array of the tables of this capture, `TABLE NAMESPACE`, of which the one before would have shown what was in them. */
  readonly seen: () => string;
}

/** `absent`: nothing of a need was seen, so the question cannot be asked. `partly`: what was not judged, beside what was. */
export interface Lack {
  readonly absent: readonly string[];
  readonly partly: readonly string[];
}

/** Answers SQL about the captures that are asked about; each question once. */
export type Count = (sql: string) => readonly Counted[];

interface Counted {
  readonly reason?: string | null;
  readonly n: number;
}

export function lacking(count: Count, needs: readonly Need[]): Lack {
  const absent: string[] = [];
  const partly: string[] = [];
  for (const need of needs) {
    const evidence: Evidence = NEEDS[need];
    if ((count(evidence.there)[0]?.n ?? 0) === 0) absent.push(evidence.missing);
    else if (evidence.each !== undefined && evidence.unit !== undefined) {
      const rows = count(evidence.each);
      const all = rows.reduce((sum, { n }) => sum + n, 0);
      const not = rows.filter(({ reason }) => reason != null);
      const n = not.reduce((sum, one) => sum + one.n, 0);
      const [units, what] = evidence.unit;
      const reasons = not.map((one) => (not.length === 1 ? one.reason : `${one.reason} ${one.n}`)).join(', ');
      if (n > 0 && n === all) absent.push(`${what} of none of ${all} ${units} could be read (${reasons})`);
      else if (n > 0) partly.push(`${n} of ${all} ${units} (${what} ${reasons})`);
    }
  }
  return { absent: [...new Set(absent)], partly };
}

/** Questions about one pair of captures. */
export function counter(db: CaseDb, asked: Asked): Count {
  const known = new Map<string, readonly Counted[]>();
  return (sql) => {
    const { text, values } = bound(sql, asked);
    const rows = known.get(sql) ?? db.all<Counted>(text, ...values);
    known.set(sql, rows);
    return rows;
  };
}

/** What a rule may write, and what is bound for it. */
export function parameters(sql: string, asked: Asked): Readonly<Record<string, string | number | null>> {
  const all = { capture: () => asked.capture, before: () => asked.before, broken: asked.broken, unheld: asked.unheld, seen: asked.seen };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (sql.includes(`:${name}`) ? [[name, value()]] : [])));
}

/** Named parameters as places, which is what CaseDb binds; what stands in quotes is text. */
export function bound(sql: string, asked: Asked): { readonly text: string; readonly values: readonly (string | number | null)[] } {
  const known = parameters(sql, asked);
  const values: (string | number | null)[] = [];
  const text = sql.replace(/'[^']*'|:(capture|before|broken|unheld|seen)\b/g, (whole, name: string | undefined) => {
    if (name === undefined) return whole;
    values.push(known[name] ?? null);
    return '?';
  });
  return { text, values };
}
