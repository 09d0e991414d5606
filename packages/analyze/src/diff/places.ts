import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, compareThings, joined, keyPart, type Thing } from './change.ts';
import { namespaceKey, type Side } from './side.ts';

/** What belongs to a namespace that both captures show: the routes and mounts of one that came or went came or went with it. */

interface Place {
  readonly ns: number | null;
  readonly source_id: number;
  readonly line: number;
  readonly name: Value;
  readonly fields: Readonly<Record<string, Value>>;
}

/** RTF_CACHE (linux/route.h and ipv6_route.h): entries that the kernel makes and forgets by itself. */
const CACHED = 0x01000000;

const ROUTES = `SELECT net_ns AS ns, source_id, line, destination, prefix, coalesce(prefix, mask) AS length, source, source_prefix, interface, metric, gateway,
  flags, mtu FROM routes WHERE capture_id = ? AND (flags & ${CACHED}) = 0 ORDER BY net_ns, family, destination, length, metric, source_id, line`;
const ROUTED = 'SELECT DISTINCT net_ns AS ns FROM interfaces WHERE capture_id = ?';
const MOUNTS = `SELECT mnt_ns AS ns, source_id, line, mount_point, fstype, source, root, options FROM mounts WHERE capture_id = ? ORDER BY mnt_ns, source_id, line`;
const MOUNTED = 'SELECT DISTINCT mnt_ns AS ns FROM mounts WHERE capture_id = ?';

type Row = { readonly ns: number | null; readonly source_id: number; readonly line: number } & Readonly<Record<string, Value>>;

export function* compareRoutes(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Generator<Change, void> {
  const both = shared(db, ROUTED, before, after, 'netNs', oneBoot);
  const read = (side: Side): Map<string, Thing> => things(db.all<Row>(ROUTES, side.captureId).map(route), side, 'netNs', both, oneBoot);
  yield* compareThings('route', read(before), read(after));
}

function route(r: Row): Place {
  const { ns, source_id, line, destination = null, length = null, interface: device = null, metric = null } = r;
  const from = r['source'] !== null && r['source_prefix'] !== 0 ? ` from ${r['source']}/${r['source_prefix']}` : '';
  const name = joined(`${destination}/${length}${from} on `, device ?? 'no interface', ` metric ${metric}`);
  return { ns, source_id, line, name, fields: { gateway: r['gateway'] ?? null, flags: r['flags'] ?? null, mtu: r['mtu'] ?? null } };
}

export function* compareMounts(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Generator<Change, void> {
  const both = shared(db, MOUNTED, before, after, 'mntNs', oneBoot);
  const mount = ({ ns, source_id, line, mount_point = null, ...fields }: Row): Place => ({
    ns,
    source_id,
    line,
    name: mount_point,
    fields,
  });
  const read = (side: Side): Map<string, Thing> => things(db.all<Row>(MOUNTS, side.captureId).map(mount), side, 'mntNs', both, oneBoot);
  yield* compareThings('mount', read(before), read(after));
}

/** Namespaces that can be compared: by number within one boot, across boots the captures' own alone. */
function shared(db: CaseDb, sql: string, before: Side, after: Side, own: 'netNs' | 'mntNs', oneBoot: boolean): ReadonlySet<string> {
  const read = (side: Side): Set<string> =>
    new Set(db.all<{ ns: number | null }>(sql, side.captureId).map(({ ns }) => space(ns, side, own, oneBoot)));
  const other = read(after);
  return new Set([...read(before)].filter((ns) => other.has(ns)));
}

function space(ns: number | null, side: Side, own: 'netNs' | 'mntNs', oneBoot: boolean): string {
  if (own === 'netNs') return namespaceKey(ns, side, oneBoot);
  return !oneBoot && (ns === side.mntNs || side.mntNs === null) ? 'own' : String(ns);
}

/** The same name in a namespace again, as one mount over another, is another thing, unless the other pass says it: pass B stands in other sources. */
function things(
  places: readonly Place[],
  side: Side,
  own: 'netNs' | 'mntNs',
  both: ReadonlySet<string>,
  oneBoot: boolean,
): Map<string, Thing> {
  const found = new Map<string, Thing>();
  const first = new Map<string, number>();
  for (const { ns, source_id, line, name, fields } of places) {
    const where = space(ns, side, own, oneBoot);
    if (!both.has(where)) continue;
    let key = `${where} ${keyPart(name)}`;
    if (first.get(key) !== undefined && first.get(key) !== source_id) continue;
    first.set(key, source_id);
    for (let n = 2; found.has(key); n++) key = `${where} ${keyPart(name)} ${n}`;
    const elsewhere = ns === side[own] ? '' : ` in ${own === 'netNs' ? 'net' : 'mnt'}:[${ns}]`;
    const stable = joined(name, elsewhere === '' ? '' : ' elsewhere');
    found.set(key, { identity: joined(name, elsewhere), stable, at: handleOf(side.captureId, source_id, line), fields });
  }
  return found;
}
