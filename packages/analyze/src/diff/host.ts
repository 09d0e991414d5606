import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Absent, type Change, compareThings, joined, type Kind, keyPart, type Thing } from './change.ts';
import { absentFrom } from './seen.ts';
import { namespaceKey, netOf, type Side, wasAbsent } from './side.ts';

/** Things of the host that have a name. `key` is what they are known by, the other columns may change. */
const NAMED: readonly { readonly kind: Kind; readonly file: string; readonly sql: string }[] = [
  {
    kind: 'user',
    file: 'etc/passwd',
    sql: 'SELECT name AS key, uid, gid, description, directory, shell, source_id, line FROM users WHERE capture_id = ? ORDER BY source_id, line',
  },
  {
    kind: 'service',
    file: 'etc/services',
    sql: "SELECT CAST(name AS TEXT) || ' ' || port || '/' || CAST(protocol AS TEXT) AS key, aliases, source_id, line FROM services WHERE capture_id = ? ORDER BY source_id, line",
  },
  {
    kind: 'module',
    file: 'proc/modules',
    sql: 'SELECT name AS key, size, taints, source_id, line FROM modules WHERE capture_id = ? ORDER BY source_id, line',
  },
];

/** Counters are not compared. */
const INTERFACES = `SELECT i.name AS name, i.net_ns AS net_ns, max(i.ifindex) AS ifindex, max(i.mtu) AS mtu, max(i.flags) AS flags, max(i.address) AS address,
  coalesce((SELECT group_concat(text, ' ') FROM (SELECT DISTINCT address || coalesce('/' || prefix, '') AS text FROM interface_addresses a
    WHERE a.capture_id = i.capture_id AND a.net_ns IS i.net_ns AND a.interface = i.name ORDER BY text)), '') AS addresses,
  min(i.source_id) AS source_id, i.line AS line FROM interfaces i WHERE i.capture_id = ? GROUP BY i.net_ns, i.name ORDER BY i.net_ns, i.name`;

export function* compareHost(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Generator<Change, void> {
  for (const { kind, file, sql } of NAMED) {
    const [old, now] = [before, after].map((side) => named(db.all<Placed>(sql, side.captureId), side));
    const absent = { before: () => wasAbsent(after, before, { file }, oneBoot), after: () => wasAbsent(before, after, { file }, oneBoot) };
    if (old !== undefined && now !== undefined) yield* compareThings(kind, old, now, absent);
  }
  const lacks = (from: Side, to: Side, file: string) => {
    return ({ netNs }: Interface): boolean => wasAbsent(from, to, { file, netNs }, oneBoot);
  };
  const absent = (file: string): Absent<Interface> => ({ before: lacks(after, before, file), after: lacks(before, after, file) });
  yield* compareThings('interface', interfaces(db, before, oneBoot), interfaces(db, after, oneBoot), absent('dev'));
  yield* compareThings('interface', addresses(db, before, after, oneBoot), addresses(db, after, before, oneBoot), absent('fib_trie'));
}

/** IPv4 addresses of the host itself, of which no captured file tells the interface; a local route to a whole net (127.0.0.0/8) is none. */
const ADDRESSES = `SELECT address, net_ns, min(source_id) AS source_id, line FROM interface_addresses
  WHERE capture_id = ? AND interface IS NULL AND prefix = 32 GROUP BY net_ns, address ORDER BY net_ns, address`;

/** Those of a namespace that came or went came or went with it. */
function addresses(db: CaseDb, side: Side, other: Side, oneBoot: boolean): Map<string, Interface> {
  const rows = db.all<{ address: string; net_ns: number | null } & Placed>(ADDRESSES, side.captureId);
  const shown = (netNs: number | null): boolean => (oneBoot ? other.seen.files.has(`fib_trie ${netNs}`) : netNs === side.netNs);
  const compared = rows.filter(({ net_ns }) => shown(net_ns));
  return new Map(
    compared.map(({ address, net_ns, source_id, line }) => {
      const elsewhere = net_ns !== side.netNs;
      const identity = `address ${address}${netOf(net_ns, side)}`;
      const stable = `address ${address}${elsewhere ? ' elsewhere' : ''}`;
      const thing = { identity, stable, at: handleOf(side.captureId, source_id, line), netNs: net_ns, fields: {} };
      return [`${namespaceKey(net_ns, side, oneBoot)} ${address}`, thing];
    }),
  );
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

interface Interface extends Thing {
  readonly netNs: number | null;
}

/** Across boots those of the captures' own namespaces alone: every other has a `lo`, and nothing says which is which. */
function interfaces(db: CaseDb, side: Side, oneBoot: boolean): Map<string, Interface> {
  const rows = db.all<{ name: Value; net_ns: number | null } & Placed>(INTERFACES, side.captureId);
  const compared = rows.filter(({ net_ns }) => oneBoot || net_ns === side.netNs);
  return new Map(
    compared.map(({ name, net_ns, source_id, line, ...fields }) => {
      const elsewhere = net_ns !== side.netNs;
      const identity = joined(name, netOf(net_ns, side));
      // Half of the addresses would look as if the others had gone.
      const whole = absentFrom(side.seen, { file: 'if_inet6', netNs: net_ns }, true);
      const thing = {
        identity,
        stable: joined(name, elsewhere ? ' elsewhere' : ''),
        at: handleOf(side.captureId, source_id, line),
        netNs: net_ns,
        fields: whole ? fields : { ...fields, addresses: null },
      };
      return [`${namespaceKey(net_ns, side, oneBoot)} ${keyPart(name)}`, thing];
    }),
  );
}
