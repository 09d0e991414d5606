import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { rowlessDescriptors } from './descriptors.ts';
import { allHolders, type Holder, HolderSets, heldClass } from './holders.ts';
import { unheldSockets } from './ownership.ts';
import { DESCRIPTOR_REASONS, HELD_CLASSES, SOCKET_REASONS } from './reasons.ts';
import { scanGroups } from './scans.ts';
import { heldRows, SOCKET_TABLES } from './socket-tables.ts';

/** A socket with all its holders or the reason why it has none, or a descriptor of a socket that stands in no table. */
export interface Owned {
  /** One of classMeanings. */
  readonly class: string;
  /** False for a descriptor without a row, of which nothing but the descriptor is known. */
  readonly tabled: boolean;
  /** The table it stands in; without a row the kernel's name of its protocol, where it was asked. */
  readonly protocol: Value;
  readonly local: Value;
  readonly remote: Value;
  readonly state: string | null;
  readonly netNs: number | null;
  readonly inode: number | null;
  /** A, B or AB; null without a row. */
  readonly passes: string | null;
  readonly holders: readonly OneHolder[];
  /** A row of it, that of the first pass where there are two; of the descriptor where there is none. */
  readonly sourceId: number | null;
  readonly line: number | null;
}

interface OneHolder extends Pick<Holder, 'pid' | 'tid' | 'fd' | 'program'> {
  /** Name of its descriptor table (see HolderSets). */
  readonly set: string | null;
}

/** Every class and what it means, in the order of listings: who needs a look comes first, who has a holder last. */
export function classMeanings(): Map<string, string> {
  const of = (reasons: Readonly<Record<string, readonly [string, string]>>, sure: readonly string[]): [string, string][] =>
    Object.entries(reasons).flatMap(([name, [sureness, text]]) => (sure.includes(sureness) ? [[name, text]] : []));
  const { held, ...hidden } = HELD_CLASSES;
  return new Map([
    ...of(SOCKET_REASONS, ['none', 'maybe']),
    ['io-uring', SOCKET_REASONS['io-uring'][1]],
    ...Object.entries(hidden),
    ...of(DESCRIPTOR_REASONS, ['maybe']),
    ...of(SOCKET_REASONS, ['sure']),
    ...of(DESCRIPTOR_REASONS, ['sure']),
    ['held', held],
  ]);
}

/** Everything of these classes (null for all), by class in the order of classMeanings. */
export function* ownership(db: CaseDb, captureId: number, wanted: ReadonlySet<string> | null): Generator<Owned, void> {
  const holders = allHolders(db, captureId);
  const sets = new HolderSets(db, captureId);
  const wants = (name: string): boolean => wanted === null || wanted.has(name);
  const byClass = new Map<string, Owned[]>();
  const keep = (owned: Owned): void => {
    if (!wants(owned.class)) return;
    const known = byClass.get(owned.class);
    if (known === undefined) byClass.set(owned.class, [owned]);
    else known.push(owned);
  };
  for (const one of unheld(db, captureId)) keep(one);
  if ([...Object.keys(DESCRIPTOR_REASONS)].some(wants)) for (const one of rowless(db, captureId, holders)) keep(one);
  if (['thread-only', 'dead-leader'].some(wants)) for (const one of held(db, captureId, holders, sets)) if (one.class !== 'held') keep(one);
  for (const name of classMeanings().keys()) yield* byClass.get(name) ?? [];
  // Nearly all sockets are held: they are made one at a time.
  if (wants('held')) for (const one of held(db, captureId, holders, sets)) if (one.class === 'held') yield one;
}

function* unheld(db: CaseDb, captureId: number): Generator<Owned, void> {
  for (const { reason, places, ...socket } of unheldSockets(db, captureId)) {
    yield { ...socket, class: reason, tabled: true, holders: [], ...place(places) };
  }
}

function place(places: readonly string[]): { readonly sourceId: number | null; readonly line: number | null } {
  const [sourceId, line] = (places[0] ?? '').split(':').map(Number);
  return { sourceId: sourceId || null, line: line ?? null };
}

function* rowless(db: CaseDb, captureId: number, holders: ReadonlyMap<number, readonly Holder[]>): Generator<Owned, void> {
  const names = new Map(
    db
      .all<{ inode: number; name: Value }>('SELECT inode, name FROM socket_protonames WHERE capture_id = ?', captureId)
      .map((r) => [r.inode, r.name]),
  );
  const nothing = { local: null, remote: null, state: null, passes: null, tabled: false };
  for (const { reason, pid, tid, fd, inode, ...rest } of rowlessDescriptors(db, captureId, scanGroups(db, captureId)).rowless) {
    const program = holders.get(inode)?.find((h) => h.pid === pid)?.program ?? null;
    yield {
      ...nothing,
      ...rest,
      protocol: names.get(inode) ?? null,
      class: reason,
      inode,
      holders: [{ pid, tid, fd, program, set: null }],
    };
  }
}

function* held(db: CaseDb, captureId: number, holders: ReadonlyMap<number, readonly Holder[]>, sets: HolderSets): Generator<Owned, void> {
  for (const table of SOCKET_TABLES) {
    for (const row of heldRows(db, captureId, table)) {
      const list = holders.get(row.inode ?? 0) ?? [];
      const names = sets.of(list);
      const { protocol, local, remote, state, inode, passes } = row;
      const all = list.map(({ pid, tid, fd, program }, i): OneHolder => ({ pid, tid, fd, program, set: names[i] ?? null }));
      const socket = { protocol, local, remote, state, inode, passes, netNs: row.net_ns };
      yield { ...socket, class: heldClass(list), tabled: true, holders: all, ...place(row.places.split(',')) };
    }
  }
}
