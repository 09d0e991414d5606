import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, joined, keyPart } from './change.ts';
import { holdersOf, holderText, isOwn } from './holders.ts';
import { namespaceKey, type Side } from './side.ts';
import { byInode, different, FAMILIES, type Family, notListening, type SocketRow, withoutInode } from './socket-rows.ts';

/** Sockets that are no listeners: connections, and sockets of families without one. */
export function* compareSockets(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Generator<Change, void> {
  for (const family of FAMILIES) {
    if (oneBoot) yield* compareFamily(db, family, before, after);
    else yield* compareByAddress(db, family, before, after);
  }
}

interface Left {
  readonly gone: Map<string, SocketRow>;
  readonly came: Map<string, SocketRow>;
}

/** Within one boot: by inode, then, for what is left, by address. */
function* compareFamily(db: CaseDb, family: Family, before: Side, after: Side): Generator<Change, void> {
  const old = different(db, family, before, after);
  const now = different(db, family, after, before);
  const left: Left = { gone: new Map(), came: new Map() };
  for (const [inode, rows] of groupByInode(old)) {
    const others = byInode(db, family, after, inode).filter((o) => o.protocol === rows[0]?.protocol && o.net_ns === rows[0]?.net_ns);
    if (others.length === 0) addLeft(db, left.gone, rows, before);
    else yield* compareStates(db, byInode(db, family, before, inode), others, after);
  }
  for (const [inode, rows] of groupByInode(now)) {
    const others = byInode(db, family, before, inode).filter((o) => o.protocol === rows[0]?.protocol && o.net_ns === rows[0]?.net_ns);
    if (others.length === 0) addLeft(db, left.came, rows, after);
  }
  const [zeroOld, zeroNow] = [before, after].map((side) => new Map(withoutInode(db, family, side).map((r) => [tuple(r), r])));
  for (const [key, row] of zeroOld ?? []) if (!zeroNow?.has(key) && !left.gone.has(key)) left.gone.set(key, row);
  for (const [key, row] of zeroNow ?? []) if (!zeroOld?.has(key) && !left.came.has(key)) left.came.set(key, row);
  yield* told(db, left, before, after);
}

function groupByInode(rows: readonly SocketRow[]): Map<number, SocketRow[]> {
  const groups = new Map<number, SocketRow[]>();
  for (const row of rows) {
    const list = groups.get(row.inode ?? 0);
    if (list === undefined) groups.set(row.inode ?? 0, [row]);
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
function* compareStates(db: CaseDb, old: readonly SocketRow[], now: readonly SocketRow[], after: Side): Generator<Change, void> {
  const [a, b] = [old.at(-1), now[0]];
  if (a === undefined || b === undefined || isOwn(holdersOf(db, after, b.inode, true), after)) return;
  for (const field of ['local', 'remote', 'state'] as const) {
    if (now.some((n) => old.some((o) => keyPart(o[field]) === keyPart(n[field])))) continue;
    yield { change: 'changed', kind: 'socket', identity: name(b, after), field, before: a[field], after: b[field] };
  }
}

/** What is left: an address on both sides was taken by another socket, or the same one lost or got its inode. */
function* told(db: CaseDb, { gone, came }: Left, before: Side, after: Side): Generator<Change, void> {
  for (const [key, row] of gone) {
    const other = came.get(key);
    if (other === undefined)
      yield { change: 'removed', kind: 'socket', identity: name(row, before), field: null, before: full(db, row, before), after: null };
    else if (row.inode !== 0 && other.inode !== 0) {
      yield {
        change: 'replaced',
        kind: 'socket',
        identity: name(other, after),
        field: 'socket',
        before: full(db, row, before),
        after: full(db, other, after),
      };
    } else
      yield {
        change: 'changed',
        kind: 'socket',
        identity: name(other, after),
        field: 'state',
        before: full(db, row, before),
        after: full(db, other, after),
      };
  }
  for (const [key, row] of came) {
    if (!gone.has(key))
      yield { change: 'added', kind: 'socket', identity: name(row, after), field: null, before: null, after: full(db, row, after) };
  }
}

function name(row: SocketRow, side: Side): Value {
  const inode = row.local === null ? `inode ${row.inode}` : '';
  const remote = row.remote === null || row.protocol === 'unix' || row.protocol === 'packet' ? '' : ` - ${row.remote}`;
  return joined(`${row.protocol} ${inode}`, row.local, remote, row.net_ns === side.netNs ? '' : ` in net:[${row.net_ns}]`);
}

function full(db: CaseDb, row: SocketRow, side: Side): Value {
  const holders = holderText(holdersOf(db, side, row.inode, true));
  const words = [row.state, row.inode === 0 ? null : `inode ${row.inode}`].filter((word) => word !== null);
  return joined(words.join(' '), holders === '' ? '' : ' held by ', holders);
}

/** Across boots: the addresses alone. Sockets without a name are not compared. */
function* compareByAddress(db: CaseDb, family: Family, before: Side, after: Side): Generator<Change, void> {
  const read = (side: Side): Map<string, SocketRow> =>
    new Map(
      notListening(db, family, side)
        .filter((r) => r.local !== null && r.protocol !== 'netlink')
        .map((r) => [[namespaceKey(r.net_ns, side, false), r.protocol, keyPart(r.local), keyPart(r.remote)].join(' '), r]),
    );
  const old = read(before);
  const now = read(after);
  for (const [key, row] of old) {
    if (!now.has(key))
      yield { change: 'removed', kind: 'socket', identity: name(row, before), field: null, before: full(db, row, before), after: null };
  }
  for (const [key, row] of now) {
    if (!old.has(key))
      yield { change: 'added', kind: 'socket', identity: name(row, after), field: null, before: null, after: full(db, row, after) };
  }
}
