import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, compareThings, joined, type Kind, keyPart, type Thing } from './change.ts';
import { namespaceKey, type Side } from './side.ts';

/** Things of the host that have a name. `key` is what they are known by, the other columns may change. */
const NAMED: readonly { readonly kind: Kind; readonly sql: string }[] = [
  {
    kind: 'user',
    sql: 'SELECT name AS key, uid, gid, description, directory, shell, source_id, line FROM users WHERE capture_id = ? ORDER BY source_id, line',
  },
  {
    kind: 'service',
    sql: "SELECT CAST(name AS TEXT) || ' ' || port || '/' || CAST(protocol AS TEXT) AS key, aliases, source_id, line FROM services WHERE capture_id = ? ORDER BY source_id, line",
  },
  { kind: 'module', sql: 'SELECT name AS key, size, taints, source_id, line FROM modules WHERE capture_id = ? ORDER BY source_id, line' },
];

/** Counters are not compared. */
const INTERFACES = `SELECT i.name AS name, i.net_ns AS net_ns, max(i.ifindex) AS ifindex, max(i.mtu) AS mtu, max(i.flags) AS flags, max(i.address) AS address,
  coalesce((SELECT group_concat(text, ' ') FROM (SELECT DISTINCT address || coalesce('/' || prefix, '') AS text FROM interface_addresses a
    WHERE a.capture_id = i.capture_id AND a.net_ns IS i.net_ns AND a.interface = i.name ORDER BY text)), '') AS addresses,
  min(i.source_id) AS source_id, i.line AS line FROM interfaces i WHERE i.capture_id = ? GROUP BY i.net_ns, i.name ORDER BY i.net_ns, i.name`;

export function* compareHost(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Generator<Change, void> {
  for (const { kind, sql } of NAMED) {
    const [old, now] = [before, after].map((side) => named(db.all<Placed>(sql, side.captureId), side));
    // A file that could not be read says nothing of what was in it.
    if (old !== undefined && now !== undefined && old.size > 0 && now.size > 0) yield* compareThings(kind, old, now);
  }
  yield* compareThings('interface', interfaces(db, before, oneBoot), interfaces(db, after, oneBoot));
}

type Placed = { readonly source_id: number; readonly line: number } & Readonly<Record<string, Value>>;

/** A name that stands twice is two things: the second one is another key. */
function named(rows: readonly Placed[], side: Side): Map<string, Thing> {
  const things = new Map<string, Thing>();
  for (const { key = null, source_id, line, ...fields } of rows) {
    let unique = keyPart(key);
    for (let n = 2; things.has(unique); n++) unique = `${keyPart(key)} ${n}`;
    things.set(unique, { identity: key, stable: key, at: handleOf(side.captureId, source_id, line), fields });
  }
  return things;
}

function interfaces(db: CaseDb, side: Side, oneBoot: boolean): Map<string, Thing> {
  const rows = db.all<{ name: Value; net_ns: number | null } & Placed>(INTERFACES, side.captureId);
  return new Map(
    rows.map(({ name, net_ns, source_id, line, ...fields }) => {
      const elsewhere = net_ns !== side.netNs;
      const identity = joined(name, elsewhere ? ` in net:[${net_ns}]` : '');
      const thing = {
        identity,
        stable: joined(name, elsewhere ? ' elsewhere' : ''),
        at: handleOf(side.captureId, source_id, line),
        fields,
      };
      return [`${namespaceKey(net_ns, side, oneBoot)} ${keyPart(name)}`, thing];
    }),
  );
}
