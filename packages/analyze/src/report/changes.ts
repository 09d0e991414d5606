import type { CaseDb } from '../db/query.ts';
import { KINDS } from '../diff/change.ts';
import { incomparable, weaknesses } from '../diff/comparable.ts';
import { differences } from '../diff/diff.ts';
import { sideOf } from '../diff/side.ts';
import { pageCell } from '../render/cell.ts';
import type { Cell, ChangesReport } from './document.ts';

/** Two captures to compare. */
export type Pair = readonly [before: number, after: number];

/** So many captures of a host are compared each with each; of more, each with the next and the first with the last. */
const ALL_PAIRS = 5;

/** Which captures of one host are compared, the first with the last in front; `moments` are in order of time. */
export function pairsOf(moments: readonly { readonly id: number; readonly host: string }[]): Pair[] {
  const hosts = new Map<string, number[]>();
  for (const { id, host } of moments) hosts.set(host, [...(hosts.get(host) ?? []), id]);
  return [...hosts.values()].flatMap((ids) => {
    const [first, last] = [ids[0], ids.at(-1)];
    if (first === undefined || last === undefined || ids.length < 2) return [];
    const others = ids.flatMap((id, i) => ids.slice(i + 1, ids.length > ALL_PAIRS ? i + 2 : undefined).map((later): Pair => [id, later]));
    return [[first, last] as const, ...others.filter(([a, b]) => a !== first || b !== last)];
  });
}

export function changesReport(db: CaseDb, [beforeId, afterId]: Pair): ChangesReport {
  const [before, after] = [sideOf(db, beforeId), sideOf(db, afterId)];
  const rows: Cell[][] = [];
  const refused = incomparable(before, after);
  for (const c of refused !== null ? [] : differences(db, before, after, new Set(KINDS)))
    rows.push([...[c.change, c.kind, c.identity, c.field, c.before, c.after, c.about].map(pageCell), c.beforeAt, c.afterAt]);
  return {
    before: beforeId,
    after: afterId,
    refused: refused === null ? null : String(pageCell(refused)),
    weaker: weaknesses(before, after).map((note) => String(pageCell(note))),
    table: {
      columns: [
        { title: 'change', kind: 'facet' },
        { title: 'kind', kind: 'facet' },
        { title: 'what', kind: 'mono' },
        { title: 'field', kind: 'facet' },
        { title: 'before', kind: 'mono' },
        { title: 'after', kind: 'mono' },
        { title: 'about', kind: 'mono' },
        { title: 'bytes before', kind: 'handle' },
        { title: 'bytes after', kind: 'handle' },
      ],
      rows,
    },
  };
}
