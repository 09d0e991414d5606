import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, compareThings, joined, type Thing } from './change.ts';
import { looksOver, type Side } from './side.ts';

/** The capture makes none; one that only a thread or a descriptor keeps is one, too. */
const NAMESPACES = `SELECT n.kind, n.inode, n.pid, p.name FROM namespaces n LEFT JOIN processes p ON p.capture_id = n.capture_id AND p.pid = n.pid
  WHERE n.capture_id = ? ORDER BY n.kind, n.inode`;

/** Namespaces that came or went, within one boot: across boots their numbers mean nothing. */
export function* compareNamespaces(db: CaseDb, before: Side, after: Side): Generator<Change, void> {
  // A light capture has not read the links that tell of them.
  const all = (side: Side, other: Side): boolean => side.seen.allLinks && side.light !== 1 && looksOver(side, other);
  const absent = { before: () => all(before, after), after: () => all(after, before) };
  yield* compareThings('namespace', namespaces(db, before), namespaces(db, after), absent);
}

function namespaces(db: CaseDb, side: Side): Map<string, Thing> {
  const rows = db.all<{ kind: string; inode: number; pid: number | null; name: Value }>(NAMESPACES, side.captureId);
  return new Map(
    rows.map(({ kind, inode, pid, name }) => {
      const identity = `${kind}:[${inode}]`;
      return [identity, { identity, stable: kind, at: null, fields: {}, told: pid === null ? null : joined(`${pid} `, name) }];
    }),
  );
}
