import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, came, gone, joined, keyPart, turned } from './change.ts';
import { type Holder, holdersOf, holderText, isOwn } from './holders.ts';
import { namespaceKey, type Side } from './side.ts';
import { FAMILIES, listening, type SocketRow } from './socket-rows.ts';

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
export function* compareListeners(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Generator<Change, void> {
  const old = places(db, before, oneBoot);
  const now = places(db, after, oneBoot);
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    yield* comparePlace([...(old.get(key) ?? [])], [...(now.get(key) ?? [])], oneBoot);
  }
}

function places(db: CaseDb, side: Side, oneBoot: boolean): Places {
  const found: Places = new Map();
  const seen = new Set<string>();
  for (const family of FAMILIES) {
    for (const row of listening(db, family, side)) {
      const key = [namespaceKey(row.net_ns, side, oneBoot), row.protocol, keyPart(row.local), keyPart(row.remote)].join(' ');
      const socket = `${key} ${row.inode}`;
      if (seen.has(socket)) continue; // the other pass
      seen.add(socket);
      const holders = holdersOf(db, side, row.inode, oneBoot);
      if (isOwn(holders, side)) continue;
      found.set(key, [...(found.get(key) ?? []), { row, ...named(row, side), holders }]);
    }
  }
  return found;
}

function named(row: SocketRow, side: Side): Omit<Listener, 'row' | 'holders'> {
  const elsewhere = row.net_ns !== side.netNs;
  return {
    identity: joined(`${row.protocol} `, row.local, elsewhere ? ` in net:[${row.net_ns}]` : ''),
    stable: joined(`${row.protocol} `, row.local, elsewhere ? ' elsewhere' : ''),
    at: handleOf(side.captureId, row.source_id, row.line),
  };
}

/** The same socket first; what is left on both sides took each other's place. */
function* comparePlace(old: Listener[], now: Listener[], oneBoot: boolean): Generator<Change, void> {
  if (oneBoot) {
    for (const listener of [...old]) {
      const i = now.findIndex((n) => n.row.inode === listener.row.inode);
      const same = now[i];
      if (same === undefined) continue;
      old.splice(old.indexOf(listener), 1);
      now.splice(i, 1);
      yield* compareHolders(listener, same);
    }
  }
  for (let a = old.shift(), b = now.shift(); a !== undefined || b !== undefined; a = old.shift(), b = now.shift()) {
    if (a !== undefined && b !== undefined) {
      if (oneBoot) yield turned('replaced', 'listener', 'socket', [a, told(a)], [b, told(b)]);
      else yield* compareHolders(a, b);
    } else if (a !== undefined) yield gone('listener', a, told(a));
    else if (b !== undefined) yield came('listener', b, told(b));
  }
}

/** Nobody known to hold it is unknown, not nobody. */
function* compareHolders(a: Listener, b: Listener): Generator<Change, void> {
  if (a.holders.length === 0 || b.holders.length === 0) return;
  const old = new Set(a.holders.map((h) => h.key));
  const now = new Set(b.holders.map((h) => h.key));
  if (old.size === now.size && [...old].every((key) => now.has(key))) return;
  const change = [...old].some((key) => now.has(key)) ? 'changed' : 'replaced';
  yield turned(change, 'listener', 'holders', [a, holderText(a.holders)], [b, holderText(b.holders)]);
}

function told({ row, holders }: Listener): Value {
  return joined(`inode ${row.inode}`, holders.length > 0 ? ' held by ' : '', holderText(holders));
}
