import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, came, gone, joined, type Kind, keyPart, type Thing, turned } from './change.ts';
import { Holders, holderText } from './holders.ts';
import { namespaceKey, netOf, type Side, samePids, wasAbsent } from './side.ts';
import { byInode, type Compared, groupByInode, type SocketRow, whereOf } from './socket-rows.ts';

/** Sockets that are no listeners: connections, and sockets of families without one. */
export function* compareSockets(
  db: CaseDb,
  families: readonly Compared[],
  before: Side,
  after: Side,
  oneBoot: boolean,
): Generator<Change, void> {
  const doors = (rows: readonly SocketRow[], side: Side): string[] => rows.map((row) => door(row, side, oneBoot));
  const served: Served = new Set(families.flatMap((f) => [...doors(f.listeningBefore, before), ...doors(f.listeningAfter, after)]));
  const [old, now] = [before, after].map((side) => new Holders(db, side, samePids(before, after))) as [Holders, Holders];
  for (const family of families) {
    if (oneBoot) yield* compareFamily(db, family, old, now, served);
    else yield* compareByAddress(family, old, now, served);
  }
}

/** Namespaces, protocols and ports at which either capture shows a listener: what ends there was called, the rest called. */
type Served = ReadonlySet<string>;

function door(row: SocketRow, side: Side, oneBoot: boolean): string {
  return `${namespaceKey(row.net_ns, side, oneBoot)} ${row.protocol.replace(/6$/, '')} ${String(row.local).replace(/^.*:/s, '')}`;
}

const CALLS = new Set(['tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'udplite6']);

function kindOf(row: SocketRow, side: Side, oneBoot: boolean, served: Served): Kind {
  if (row.protocol === 'unix') return 'unix';
  if (!CALLS.has(row.protocol) || String(row.remote).endsWith(':0')) return 'socket';
  return served.has(door(row, side, oneBoot)) ? 'socket' : 'outbound';
}

interface Left {
  readonly gone: Map<string, SocketRow>;
  readonly came: Map<string, SocketRow>;
}

/** Within one boot: by inode, then, for what is left, by address. */
function* compareFamily(db: CaseDb, { family, ...only }: Compared, old: Holders, now: Holders, served: Served): Generator<Change, void> {
  const left: Left = { gone: new Map(), came: new Map() };
  const [goneBy, cameBy] = [groupByInode(only.onlyBefore), groupByInode(only.onlyAfter)];
  const inAfter = byInode(db, family, now.side, goneBy.keys());
  const inBefore = byInode(db, family, old.side, new Set([...cameBy.keys(), ...inAfter.keys()]));
  old.expect(only.onlyBefore);
  now.expect([...only.onlyAfter, ...[...inAfter.values()].flat()]);
  const alike = (rows: readonly SocketRow[], others: readonly SocketRow[] = []): readonly SocketRow[] =>
    others.filter((o) => o.protocol === rows[0]?.protocol && o.net_ns === rows[0]?.net_ns);
  for (const [inode, rows] of goneBy) {
    const others = alike(rows, inAfter.get(inode));
    if (others.length === 0) addLeft(left.gone, rows, old);
    else yield* compareStates([inBefore.get(inode) ?? [], old], [others, now], served);
  }
  for (const [inode, rows] of cameBy) if (alike(rows, inBefore.get(inode)).length === 0) addLeft(left.came, rows, now);
  const [zeroOld, zeroNow] = [only.onlyBefore, only.onlyAfter].map(
    (rows) => new Map(rows.filter(({ inode }) => inode === 0).map((r) => [tuple(r), r])),
  );
  for (const [key, row] of zeroOld ?? []) if (!zeroNow?.has(key) && !left.gone.has(key)) left.gone.set(key, row);
  for (const [key, row] of zeroNow ?? []) if (!zeroOld?.has(key) && !left.came.has(key)) left.came.set(key, row);
  yield* told(left, old, now, served);
}

/** Sockets of one address that have none to tell them apart by, such as unnamed unix sockets, are told apart by inode. */
function tuple(row: SocketRow): string {
  const name = row.local === null ? `inode ${row.inode}` : `${keyPart(row.local)} ${keyPart(row.remote)}`;
  return `${row.net_ns} ${row.protocol} ${name}`;
}

function addLeft(left: Map<string, SocketRow>, rows: readonly SocketRow[], holders: Holders): void {
  const last = rows.at(-1);
  if (last === undefined || holders.isOwn(last.inode)) return;
  // The pipes of the capture to its children, seen before or after a child lived.
  if (rows.length === 1 && last.protocol === 'unix' && last.local === null && holders.of(last.inode).length === 0) return;
  const key = tuple(last);
  left.set(left.has(key) ? `${key} ${last.inode}` : key, last);
}

/** The same socket: its state or its ends may have changed. Any state of one that any pass of the other shows is no change. */
function* compareStates([old, before]: Shown, [now, after]: Shown, served: Served): Generator<Change, void> {
  const [a, b] = [old.at(-1), now[0]];
  if (a === undefined || b === undefined || after.isOwn(b.inode)) return;
  const kinds = [...old.map((row) => kindOf(row, before.side, true, served)), ...now.map((row) => kindOf(row, after.side, true, served))];
  const kind = kinds.find((k) => k === 'outbound') ?? kindOf(b, after.side, true, served);
  for (const field of ['local', 'remote', 'state'] as const) {
    if (now.some((n) => old.some((o) => keyPart(o[field]) === keyPart(n[field])))) continue;
    yield turned('changed', kind, field, [named(a, before.side, kind), a[field]], [named(b, after.side, kind), b[field]]);
  }
}

type Shown = readonly [readonly SocketRow[], Holders];

/** What is left: an address on both sides was taken by another socket, or the same one lost or got its inode. */
function* told(left: Left, before: Holders, after: Holders, served: Served): Generator<Change, void> {
  before.expect(left.gone.values());
  after.expect(left.came.values());
  for (const [key, row] of left.gone) {
    const other = left.came.get(key);
    const kind = kindOf(row, before.side, true, served);
    const thing = named(row, before.side, kind);
    if (other === undefined) {
      if (wasAbsent(before.side, after.side, whereOf(row), true)) yield gone(kind, thing, full(row, before));
    } else {
      const [change, field] = row.inode !== 0 && other.inode !== 0 ? (['replaced', 'socket'] as const) : (['changed', 'state'] as const);
      yield turned(change, kind, field, [thing, full(row, before)], [named(other, after.side, kind), full(other, after)]);
    }
  }
  for (const [key, row] of left.came) {
    const kind = kindOf(row, after.side, true, served);
    if (!left.gone.has(key) && wasAbsent(after.side, before.side, whereOf(row), true))
      yield came(kind, named(row, after.side, kind), full(row, after));
  }
}

function named(row: SocketRow, side: Side, kind: Kind): Omit<Thing, 'fields'> {
  const inode = row.local === null ? `inode ${row.inode}` : '';
  const remote = row.remote === null || row.protocol === 'unix' || row.protocol === 'packet' ? '' : ` - ${row.remote}`;
  const elsewhere = row.net_ns !== side.netNs;
  return {
    identity: joined(`${row.protocol} ${inode}`, row.local, remote, netOf(row.net_ns, side)),
    stable: joined(...stable(row, kind), elsewhere ? ' elsewhere' : ''),
    at: handleOf(side.captureId, row.source_id, row.line),
  };
}

/** A caller without the port it called from; who was called, without the port of the caller; a netlink socket without its port id. */
function stable(row: SocketRow, kind: Kind): readonly Value[] {
  const host = (end: Value): string => String(end).replace(/:\d+$/, '');
  if (kind === 'outbound') return [`${row.protocol} to ${row.remote}`];
  if (row.protocol === 'netlink') return [`netlink ${host(row.local).split(':')[0]}`];
  if (row.protocol === 'unix') return ['unix ', row.local ?? 'without a name'];
  if (row.protocol === 'packet' || row.remote === null) return [`${row.protocol} `, row.local];
  return [`${row.protocol} ${row.local} from ${host(row.remote)}`];
}

function full(row: SocketRow, by: Holders): Value {
  const holders = holderText(by.of(row.inode));
  const words = [row.state, row.inode === 0 ? null : `inode ${row.inode}`].filter((word) => word !== null);
  return joined(words.join(' '), holders === '' ? '' : ' held by ', holders);
}

/** Across boots: the addresses alone. Sockets without a name are not compared. */
function* compareByAddress({ onlyBefore, onlyAfter }: Compared, before: Holders, after: Holders, served: Served): Generator<Change, void> {
  const byAddress = (rows: readonly SocketRow[], { side }: Holders): Map<string, SocketRow> =>
    new Map(
      rows
        .filter((r) => r.local !== null && r.protocol !== 'netlink')
        .map((r) => [[namespaceKey(r.net_ns, side, false), r.protocol, keyPart(r.local), keyPart(r.remote)].join(' '), r]),
    );
  const old = byAddress(onlyBefore, before);
  const now = byAddress(onlyAfter, after);
  const alone = (these: typeof old, others: typeof old, from: Holders, to: Holders): readonly SocketRow[] => {
    const rows = [...these].flatMap(([key, row]) => (others.has(key) || !wasAbsent(from.side, to.side, whereOf(row), false) ? [] : [row]));
    from.expect(rows);
    return rows;
  };
  for (const row of alone(old, now, before, after)) {
    const kind = kindOf(row, before.side, false, served);
    yield gone(kind, named(row, before.side, kind), full(row, before));
  }
  for (const row of alone(now, old, after, before)) {
    const kind = kindOf(row, after.side, false, served);
    yield came(kind, named(row, after.side, kind), full(row, after));
  }
}
