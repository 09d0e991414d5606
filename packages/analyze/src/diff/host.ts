import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, compareThings, joined, type Kind, keyPart, type Thing } from './change.ts';
import { namespaceKey, type Side } from './side.ts';

/** Things of the host that have a name. `key` is what they are known by, the other columns may change. */
const NAMED: readonly { readonly kind: Kind; readonly sql: string }[] = [
  {
    kind: 'user',
    sql: 'SELECT name AS key, uid, gid, description, directory, shell FROM users WHERE capture_id = ? ORDER BY source_id, line',
  },
  {
    kind: 'service',
    sql: "SELECT CAST(name AS TEXT) || ' ' || port || '/' || CAST(protocol AS TEXT) AS key, aliases FROM services WHERE capture_id = ? ORDER BY source_id, line",
  },
  { kind: 'module', sql: 'SELECT name AS key, size, taints FROM modules WHERE capture_id = ? ORDER BY source_id, line' },
];

/** Counters are not compared. */
const INTERFACES = `SELECT i.name AS name, i.net_ns AS net_ns, max(i.ifindex) AS ifindex, max(i.mtu) AS mtu, max(i.flags) AS flags, max(i.address) AS address,
  coalesce((SELECT group_concat(text, ' ') FROM (SELECT DISTINCT address || coalesce('/' || prefix, '') AS text FROM interface_addresses a
    WHERE a.capture_id = i.capture_id AND a.net_ns IS i.net_ns AND a.interface = i.name ORDER BY text)), '') AS addresses
  FROM interfaces i WHERE i.capture_id = ? GROUP BY i.net_ns, i.name ORDER BY i.net_ns, i.name`;

export function* compareHost(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Generator<Change, void> {
  for (const { kind, sql } of NAMED) {
    const [old, now] = [before, after].map((side) => named(db.all<Record<string, Value>>(sql, side.captureId)));
    // A file that could not be read says nothing of what was in it.
    if (old !== undefined && now !== undefined && old.size > 0 && now.size > 0) yield* compareThings(kind, old, now);
  }
  yield* compareThings('interface', interfaces(db, before, oneBoot), interfaces(db, after, oneBoot));
}

/** A name that stands twice is two things: the second one is another key. */
function named(rows: readonly Record<string, Value>[]): Map<string, Thing> {
  const things = new Map<string, Thing>();
  for (const { key = null, ...fields } of rows) {
    let unique = keyPart(key);
    for (let n = 2; things.has(unique); n++) unique = `${keyPart(key)} ${n}`;
    things.set(unique, { identity: key, fields });
  }
  return things;
}

function interfaces(db: CaseDb, side: Side, oneBoot: boolean): Map<string, Thing> {
  const rows = db.all<{ name: Value; net_ns: number | null } & Record<string, Value>>(INTERFACES, side.captureId);
  return new Map(
    rows.map(({ name, net_ns, ...fields }) => {
      const identity = joined(name, net_ns === side.netNs ? '' : ` in net:[${net_ns}]`);
      return [`${namespaceKey(net_ns, side, oneBoot)} ${keyPart(name)}`, { identity, fields }];
    }),
  );
}
