import { ownPids } from '../db/own.ts';
import type { CaseDb } from '../db/query.ts';
import { beforeOf } from './before.ts';
import { beyondSql } from './beyond-sql.ts';
import { type Finding, findingOf, type Row } from './finding.ts';
import { type Asked, bound, counter, lacking } from './needs.ts';
import { comparesTwo, type Rule, SEVERITIES } from './rule.ts';
import { withoutOwn } from './without-own.ts';

/** What a rule says of a capture. */
export interface Answer {
  readonly rule: Rule;
  readonly captureId: number;
  /** blind: nothing of something it needs was seen. clear: nothing was found in what was seen. */
  readonly result: 'found' | 'clear' | 'blind';
  readonly findings: readonly Finding[];
  /** What is missing when blind, else what was not judged because it could not be read: `1 of 146 processes (exe EACCES)`. */
  readonly missing: readonly string[];
  /** There were more findings than are kept. */
  readonly cut: boolean;
}

/** How the SQL of a rule is answered: at most LIMIT + 1 rows. Throws UserError. */
export type Ask = (rule: Rule, asked: Asked) => Promise<readonly Row[]>;

/** Findings of one rule in one capture. */
export const LIMIT = 1000;

/** Our own rules are asked where the case is open. */
export function askCase(db: CaseDb): Ask {
  return async (rule, asked) => {
    const { text, values } = bound(rule.sql, asked);
    const rows: Row[] = [];
    for (const row of db.iterate<Row>(text, ...values)) {
      rows.push(row);
      if (rows.length > LIMIT) break;
    }
    return rows;
  };
}

/** One answer for each rule, the most severe first. */
export async function* triage(db: CaseDb, rules: readonly Rule[], captureId: number, ask: Ask): AsyncGenerator<Answer, void> {
  const pair = { capture: captureId, before: captureBefore(db, captureId), ...beyondSql(db, captureId) };
  const before = beforeOf(db, pair);
  const asked = { ...pair, seen: before.seen };
  const own = [asked.capture, asked.before].flatMap((id) => (id === null ? [] : [{ captureId: id, pids: ownPids(db, id) }]));
  const count = counter(db, asked);
  for (const rule of inOrder(rules)) {
    const lacks = [lacking(count, rule.needs), before.lack(rule)];
    const absent = lacks.flatMap((lack) => lack.absent);
    const rows = absent.length > 0 ? [] : await ask({ ...rule, sql: withoutOwn(rule.sql, own) }, asked);
    const beforeId = comparesTwo(rule) ? asked.before : null;
    const findings = rows.slice(0, LIMIT).map((row) => findingOf(rule, row, captureId, beforeId));
    const missing = absent.length > 0 ? absent : lacks.flatMap((lack) => lack.partly);
    const result = findings.length > 0 ? 'found' : absent.length > 0 ? 'blind' : 'clear';
    yield { rule, captureId, result, findings, missing, cut: rows.length > LIMIT };
  }
}

function inOrder(rules: readonly Rule[]): Rule[] {
  return [...rules].sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || (a.id < b.id ? -1 : 1));
}

/** The last capture of the same host that began before this one. */
export function captureBefore(db: CaseDb, captureId: number): number | null {
  const row = db.get<{ id: number }>(
    `SELECT b.capture_id AS id FROM captures a JOIN captures b ON b.host = a.host AND b.capture_id <> a.capture_id
       AND (b.started_ns < a.started_ns OR (b.started_ns = a.started_ns AND b.capture_id < a.capture_id))
     WHERE a.capture_id = ? ORDER BY b.started_ns DESC, b.capture_id DESC LIMIT 1`,
    captureId,
  );
  return row?.id ?? null;
}
