import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, came, gone, joined, keyPart, turned } from './change.ts';
import { readTables } from './descriptors.ts';
import { type Holder, Holders, holderText } from './holders.ts';
import { looksOver, namespaceKey, netOf, type Side, sameBoot, samePids, wasAbsent } from './side.ts';
import { type Compared, type SocketRow, whereOf } from './socket-rows.ts';

interface Listener {
  readonly row: SocketRow;
  readonly identity: Value;
  readonly stable: Value;
  readonly at: string | null;
  readonly holders: readonly Holder[];
}

/** A place to be reached at; several sockets may share it (SO_REUSEPORT). */
type Places = Map<string, Listener[]>;

/** Whoever waits to be called: TCP in LISTEN, UDP and raw without a remote end, unix with the listening flag, SCTP endpoints. */
export function* compareListeners(
  db: CaseDb,
  families: readonly Compared[],
  before: Side,
  after: Side,
  oneBoot: boolean,
): Generator<Change, void> {
  const rows = (of: 'listeningBefore' | 'listeningAfter'): SocketRow[] => families.flatMap((family) => family[of]);
  const numbered = samePids(before, after);
  const old = places(rows('listeningBefore'), before, new Holders(db, before, numbered), oneBoot);
  const now = places(rows('listeningAfter'), after, new Holders(db, after, numbered), oneBoot);
  const sights: Sights = { oneBoot, before: sightOf(db, before, after), after: sightOf(db, after, before) };
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    for (const change of comparePlace([...(old.get(key) ?? [])], [...(now.get(key) ?? [])], sights)) {
      const row = (old.get(key) ?? now.get(key))?.[0]?.row;
      if (row === undefined) continue;
      if (change.change === 'removed' && !wasAbsent(before, after, whereOf(row), oneBoot)) continue;
      if (change.change === 'added' && !wasAbsent(after, before, whereOf(row), oneBoot)) continue;
      yield change;
    }
  }
}

function places(rows: readonly SocketRow[], side: Side, holders: Holders, oneBoot: boolean): Places {
  const found: Places = new Map();
  holders.expect(rows);
  const seen = new Set<string>();
  for (const row of rows) {
    const key = [namespaceKey(row.net_ns, side, oneBoot), row.protocol, keyPart(row.local), keyPart(row.remote)].join(' ');
    const socket = `${key} ${row.inode}`;
    if (seen.has(socket)) continue; // the other pass
    seen.add(socket);
    if (holders.isOwn(row.inode)) continue;
    const list = found.get(key) ?? [];
    found.set(key, list);
    list.push({ row, ...named(row, side), holders: holders.of(row.inode) });
  }
  return found;
}

function named(row: SocketRow, side: Side): Omit<Listener, 'row' | 'holders'> {
  const elsewhere = row.net_ns !== side.netNs;
  return {
    identity: joined(`${row.protocol} `, row.local, netOf(row.net_ns, side)),
    stable: joined(`${row.protocol} `, row.local, elsewhere ? ' elsewhere' : ''),
    at: handleOf(side.captureId, row.source_id, row.line),
  };
}

/** The same socket first; what is left on both sides took each other's place. */
function* comparePlace(old: Listener[], now: Listener[], sights: Sights): Generator<Change, void> {
  if (sights.oneBoot) {
    for (const listener of [...old]) {
      const i = now.findIndex((n) => n.row.inode === listener.row.inode);
      const same = now[i];
      if (same === undefined) continue;
      old.splice(old.indexOf(listener), 1);
      now.splice(i, 1);
      yield* compareHolders(listener, same, sights);
    }
  }
  for (let a = old.shift(), b = now.shift(); a !== undefined || b !== undefined; a = old.shift(), b = now.shift()) {
    if (a !== undefined && b !== undefined) {
      if (sights.oneBoot) yield turned('replaced', 'listener', 'socket', [a, told(a, true)], [b, told(b, true)]);
      else yield* compareHolders(a, b, sights);
    } else if (a !== undefined) yield gone('listener', a, told(a));
    else if (b !== undefined) yield came('listener', b, told(b));
  }
}

/** Nobody known to hold it is unknown, not nobody; so is one whose descriptors the other capture could not read. */
function* compareHolders(a: Listener, b: Listener, { before, after }: Sights): Generator<Change, void> {
  if (a.holders.length === 0 || b.holders.length === 0) return;
  const old = new Set(a.holders.map((h) => h.key));
  const now = new Set(b.holders.map((h) => h.key));
  const lost = a.holders.some((h) => !now.has(h.key) && after(h));
  const won = b.holders.some((h) => !old.has(h.key) && before(h));
  if (!lost && !won) return;
  const change = [...old].some((key) => now.has(key)) ? 'changed' : 'replaced';
  yield turned(change, 'listener', 'holders', [a, holderText(a.holders, true)], [b, holderText(b.holders, true)]);
}

/** For each capture, whether it would have shown that this process of the other one holds a socket. */
interface Sights {
  readonly oneBoot: boolean;
  readonly before: (holder: Holder) => boolean;
  readonly after: (holder: Holder) => boolean;
}

/** Its descriptors were read, or it was not there; where nothing says which process of this capture it would be: all could be read. */
function sightOf(db: CaseDb, side: Side, other: Side): (holder: Holder) => boolean {
  const all = side.seen.allLinks && side.seen.processes && (!sameBoot(side, other) || looksOver(side, other));
  if (!samePids(side, other)) return () => all;
  const read = readTables(db, side);
  const there = new Set(db.all<{ pid: number }>('SELECT pid FROM processes WHERE capture_id = ?', side.captureId).map(({ pid }) => pid));
  return ({ pid }) => read.has(`${pid} 0`) || (side.seen.processes && !there.has(pid));
}

/** With the executables where another one may hold it: two programs can have one name. */
function told({ row, holders }: Listener, executables = false): Value {
  return joined(`inode ${row.inode}`, holders.length > 0 ? ' held by ' : '', holderText(holders, executables));
}
