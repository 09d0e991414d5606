import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, compareThings, joined, keyPart, type Thing } from './change.ts';
import { netOf, type Side, wasAbsent } from './side.ts';

/** What belongs to a namespace that both captures show: the routes and mounts of one that came or went came or went with it. */

interface Place {
  readonly ns: number | null;
  readonly family: Value;
  readonly source_id: number;
  readonly line: number;
  readonly name: Value;
  readonly fields: Readonly<Record<string, Value>>;
}

/** RTF_CACHE (linux/route.h and ipv6_route.h): entries that the kernel makes and forgets by itself. */
const CACHED = 0x01000000;

const ROUTES = `SELECT net_ns AS ns, family, source_id, line, destination, prefix, coalesce(prefix, mask) AS length, source, source_prefix, interface, metric, gateway,
  flags, mtu FROM routes WHERE capture_id = ? AND (flags & ${CACHED}) = 0 ORDER BY net_ns, family, destination, length, metric, source_id, line`;
const MOUNTS = `SELECT mnt_ns AS ns, source_id, line, mount_point, fstype, source, root, options FROM mounts WHERE capture_id = ? ORDER BY mnt_ns, source_id, line`;

type Row = { readonly ns: number | null; readonly source_id: number; readonly line: number } & Readonly<Record<string, Value>>;

export function* compareRoutes(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Generator<Change, void> {
  const read = (side: Side): Map<string, PlacedThing> => {
    const mine = db.all<Row>(ROUTES, side.captureId).filter(({ ns }) => oneBoot || ns === side.netNs);
    return things(mine.map(route), side, side.netNs, 'net', oneBoot);
  };
  const absent = (from: Side, to: Side): ((route: PlacedThing) => boolean) => {
    return ({ ns, family }) =>
      shows(to, oneBoot ? ns : to.netNs) && wasAbsent(from, to, { file: FILE[Number(family)] ?? '', netNs: ns }, oneBoot);
  };
  yield* compareThings('route', read(before), read(after), { before: absent(after, before), after: absent(before, after) });
}

const FILE: Readonly<Record<number, string>> = { 4: 'route', 6: 'ipv6_route' };

/** The interfaces of the namespace are there; of one that is not, the namespace is told. */
function shows(side: Side, netNs: number | null): boolean {
  return side.seen.files.has(`dev ${netNs}`);
}

function route(r: Row): Place {
  const { ns, source_id, line, family = null, destination = null, length = null, interface: device = null, metric = null } = r;
  const from = r['source'] !== null && r['source_prefix'] !== 0 ? ` from ${r['source']}/${r['source_prefix']}` : '';
  const name = joined(`${destination}/${length}${from} on `, device ?? 'no interface', ` metric ${metric}`);
  return { ns, family, source_id, line, name, fields: { gateway: r['gateway'] ?? null, flags: r['flags'] ?? null, mtu: r['mtu'] ?? null } };
}

export function* compareMounts(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Generator<Change, void> {
  const mount = ({ ns, source_id, line, mount_point = null, ...fields }: Row): Place => {
    return { ns, family: null, source_id, line, name: mount_point, fields };
  };
  const read = (side: Side): Map<string, PlacedThing> => {
    const mine = db.all<Row>(MOUNTS, side.captureId).filter(({ ns }) => oneBoot || ns === side.mntNs || side.mntNs === null);
    return things(mine.map(mount), side, side.mntNs, 'mnt', oneBoot);
  };
  const absent = (to: Side): ((mount: PlacedThing) => boolean) => {
    return ({ ns }) => (oneBoot || to.mntNs === null ? to.seen.mounts.get(ns) : to.seen.mounts.get(to.mntNs)) === true;
  };
  yield* compareThings('mount', read(before), read(after), { before: absent(before), after: absent(after) });
}

interface PlacedThing extends Thing {
  readonly ns: number | null;
  readonly family: Value;
}

/** The same name in a namespace again, as one mount over another, is another thing, unless the other pass says it: pass B stands in other sources. */
function things(places: readonly Place[], side: Side, own: number | null, kind: 'net' | 'mnt', oneBoot: boolean): Map<string, PlacedThing> {
  const found = new Map<string, PlacedThing>();
  const first = new Map<string, number>();
  for (const { ns, family, source_id, line, name, fields } of places) {
    const where = oneBoot ? ns : 'own';
    let key = `${where} ${keyPart(name)}`;
    if (first.get(key) !== undefined && first.get(key) !== source_id) continue;
    first.set(key, source_id);
    for (let n = 2; found.has(key); n++) key = `${where} ${keyPart(name)} ${n}`;
    const elsewhere = ns === own || ns === null ? '' : ` in ${kind}:[${ns}]`;
    const stable = joined(name, elsewhere === '' ? '' : ' elsewhere');
    found.set(key, {
      identity: joined(name, kind === 'net' && ns !== null ? netOf(ns, side) : elsewhere),
      stable,
      at: handleOf(side.captureId, source_id, line),
      ns,
      family,
      fields,
    });
  }
  return found;
}
