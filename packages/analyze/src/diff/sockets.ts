import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, came, gone, joined, type Kind, keyPart, type Thing, turned } from './change.ts';
import { holdersOf, holderText, isOwn } from './holders.ts';
import { namespaceKey, type Side, wasAbsent } from './side.ts';
import { byInode, type Compared, type SocketRow, whereOf } from './socket-rows.ts';

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
  for (const family of families) {
    if (oneBoot) yield* compareFamily(db, family, before, after, served);
    else yield* compareByAddress(db, family, before, after, served);
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
function* compareFamily(db: CaseDb, { family, ...only }: Compared, before: Side, after: Side, served: Served): Generator<Change, void> {
  const left: Left = { gone: new Map(), came: new Map() };
  for (const [inode, rows] of groupByInode(only.onlyBefore)) {
    const others = byInode(db, family, after, inode).filter((o) => o.protocol === rows[0]?.protocol && o.net_ns === rows[0]?.net_ns);
    if (others.length === 0) addLeft(db, left.gone, rows, before);
    else yield* compareStates(db, [byInode(db, family, before, inode), before], [others, after], served);
  }
  for (const [inode, rows] of groupByInode(only.onlyAfter)) {
    const others = byInode(db, family, before, inode).filter((o) => o.protocol === rows[0]?.protocol && o.net_ns === rows[0]?.net_ns);
    if (others.length === 0) addLeft(db, left.came, rows, after);
  }
  const [zeroOld, zeroNow] = [only.onlyBefore, only.onlyAfter].map(
    (rows) => new Map(rows.filter(({ inode }) => inode === 0).map((r) => [tuple(r), r])),
  );
  for (const [key, row] of zeroOld ?? []) if (!zeroNow?.has(key) && !left.gone.has(key)) left.gone.set(key, row);
  for (const [key, row] of zeroNow ?? []) if (!zeroOld?.has(key) && !left.came.has(key)) left.came.set(key, row);
  yield* told(db, left, before, after, served);
}

/** Those with an inode. */
function groupByInode(rows: readonly SocketRow[]): Map<number, SocketRow[]> {
  const groups = new Map<number, SocketRow[]>();
  for (const row of rows) {
    if (row.inode === 0 || row.inode === null) continue;
    const list = groups.get(row.inode);
    if (list === undefined) groups.set(row.inode, [row]);
    else list.push(row);
  }
  return groups;
}

/** Sockets of one address that have none to tell them apart by, such as unnamed unix sockets, are told apart by inode. */
function tuple(row: SocketRow): string {
  const name = row.local === null ? `inode ${row.inode}` : `${keyPart(row.local)} ${keyPart(row.remote)}`;
  return `${row.net_ns} ${row.protocol} ${name}`;
}

function addLeft(db: CaseDb, left: Map<string, SocketRow>, rows: readonly SocketRow[], side: Side): void {
  const last = rows.at(-1);
  if (last === undefined) return;
  const holders = holdersOf(db, side, last.inode, true);
  if (isOwn(holders, side)) return;
  // The pipes of the capture to its children, seen before or after a child lived.
  if (holders.length === 0 && rows.length === 1 && last.protocol === 'unix' && last.local === null) return;
  const key = tuple(last);
  left.set(left.has(key) ? `${key} ${last.inode}` : key, last);
}

/** The same socket: its state or its ends may have changed. Any state of one that any pass of the other shows is no change. */
function* compareStates(db: CaseDb, [old, before]: Shown, [now, after]: Shown, served: Served): Generator<Change, void> {
  const [a, b] = [old.at(-1), now[0]];
  if (a === undefined || b === undefined || isOwn(holdersOf(db, after, b.inode, true), after)) return;
  const kinds = [...old.map((row) => kindOf(row, before, true, served)), ...now.map((row) => kindOf(row, after, true, served))];
  const kind = kinds.find((k) => k === 'outbound') ?? kindOf(b, after, true, served);
  for (const field of ['local', 'remote', 'state'] as const) {
    if (now.some((n) => old.some((o) => keyPart(o[field]) === keyPart(n[field])))) continue;
    yield turned('changed', kind, field, [named(a, before, kind), a[field]], [named(b, after, kind), b[field]]);
  }
}

type Shown = readonly [readonly SocketRow[], Side];

/** What is left: an address on both sides was taken by another socket, or the same one lost or got its inode. */
function* told(db: CaseDb, left: Left, before: Side, after: Side, served: Served): Generator<Change, void> {
  for (const [key, row] of left.gone) {
    const other = left.came.get(key);
    const kind = kindOf(row, before, true, served);
    if (other === undefined) {
      if (wasAbsent(before, after, whereOf(row), true)) yield gone(kind, named(row, before, kind), full(db, row, before));
    } else {
      const [change, field] = row.inode !== 0 && other.inode !== 0 ? (['replaced', 'socket'] as const) : (['changed', 'state'] as const);
      yield turned(
        change,
        kind,
        field,
        [named(row, before, kind), full(db, row, before)],
        [named(other, after, kind), full(db, other, after)],
      );
    }
  }
  for (const [key, row] of left.came) {
    const kind = kindOf(row, after, true, served);
    if (!left.gone.has(key) && wasAbsent(after, before, whereOf(row), true))
      yield came(kind, named(row, after, kind), full(db, row, after));
  }
}

function named(row: SocketRow, side: Side, kind: Kind): Omit<Thing, 'fields'> {
  const inode = row.local === null ? `inode ${row.inode}` : '';
  const remote = row.remote === null || row.protocol === 'unix' || row.protocol === 'packet' ? '' : ` - ${row.remote}`;
  const elsewhere = row.net_ns !== side.netNs;
  return {
    identity: joined(`${row.protocol} ${inode}`, row.local, remote, elsewhere ? ` in net:[${row.net_ns}]` : ''),
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

function full(db: CaseDb, row: SocketRow, side: Side): Value {
  const holders = holderText(holdersOf(db, side, row.inode, true));
  const words = [row.state, row.inode === 0 ? null : `inode ${row.inode}`].filter((word) => word !== null);
  return joined(words.join(' '), holders === '' ? '' : ' held by ', holders);
}

/** Across boots: the addresses alone. Sockets without a name are not compared. */
function* compareByAddress(
  db: CaseDb,
  { onlyBefore, onlyAfter }: Compared,
  before: Side,
  after: Side,
  served: Served,
): Generator<Change, void> {
  const byAddress = (rows: readonly SocketRow[], side: Side): Map<string, SocketRow> =>
    new Map(
      rows
        .filter((r) => r.local !== null && r.protocol !== 'netlink')
        .map((r) => [[namespaceKey(r.net_ns, side, false), r.protocol, keyPart(r.local), keyPart(r.remote)].join(' '), r]),
    );
  const old = byAddress(onlyBefore, before);
  const now = byAddress(onlyAfter, after);
  for (const [key, row] of old) {
    if (now.has(key) || !wasAbsent(before, after, whereOf(row), false)) continue;
    const kind = kindOf(row, before, false, served);
    yield gone(kind, named(row, before, kind), full(db, row, before));
  }
  for (const [key, row] of now) {
    if (old.has(key) || !wasAbsent(after, before, whereOf(row), false)) continue;
    const kind = kindOf(row, after, false, served);
    yield came(kind, named(row, after, kind), full(db, row, after));
  }
}
