import type { CaseDb } from '../db/query.ts';
import { KeySet } from './key-set.ts';
import { namespaceKey, type Side } from './side.ts';

/** Rows of sockets_inet by rowid: what one capture has and the other has not under the same key, and who waits to be called. */
export interface InetDifference {
  readonly onlyBefore: readonly number[];
  readonly onlyAfter: readonly number[];
  readonly listeningBefore: readonly number[];
  readonly listeningAfter: readonly number[];
}

/** Rows are fetched so many at a time. */
const CHUNK = 5000;

const RANGE = 'SELECT min(rowid) - 1 AS low, max(rowid) AS high, count(*) AS count FROM sockets_inet WHERE capture_id = ?';
/**
 * As few and as small columns as a key needs: most of the time goes into handing them over. A state has 8 bits and a port 16. The unary plus keeps SQLite to the
 * order of rowids, in which the rows of one capture stand together.
 */
const ROWS = `SELECT rowid, proto || ' ' || local_address || ' ' || remote_address, (state_raw * 65536 + local_port) * 65536 + remote_port, net_ns, inode
  FROM sockets_inet WHERE rowid > ? AND rowid <= ? AND +capture_id = ? ORDER BY rowid LIMIT ${CHUNK}`;

type Scanned = readonly [rowid: number, ends: string | null, stateAndPorts: number | null, netNs: number | null, inode: number | null];

interface Extent {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Goes over the rows of both captures once each. Within one boot a socket is its namespace, protocol, addresses, state and inode (without an inode: all but
 * the state); across boots its namespace, protocol and addresses. Any pass of the other capture will do.
 */
export function compareInet(db: CaseDb, before: Side, after: Side, oneBoot: boolean): InetDifference {
  const [first, second] = [extent(db, before), extent(db, after)];
  const words = new Words();
  const known = new KeySet(first.count);
  const listening: [number[], number[]] = [[], []];
  const onlyAfter: number[] = [];
  for (const [rowid, ends, numbers, netNs, inode] of rowsOf(db, before, first)) {
    if (listens(ends, numbers)) listening[0].push(rowid);
    else {
      const group = words.group(netNs, oneBoot && inode !== 0 ? numbers : null, before, oneBoot);
      known.add(group, words.id(ends), numbers ?? 0, oneBoot ? (inode ?? -1) : 0, rowid);
    }
  }
  for (const [rowid, ends, numbers, netNs, inode] of rowsOf(db, after, second)) {
    if (listens(ends, numbers)) listening[1].push(rowid);
    else {
      const group = words.group(netNs, oneBoot && inode !== 0 ? numbers : null, after, oneBoot);
      if (!known.meet(group, words.id(ends), numbers ?? 0, oneBoot ? (inode ?? -1) : 0)) onlyAfter.push(rowid);
    }
  }
  return { onlyBefore: known.unmet(), onlyAfter, listeningBefore: listening[0], listeningAfter: listening[1] };
}

function extent(db: CaseDb, { captureId }: Side): Extent {
  const { low, high, count } = db.get<{ low: number | null; high: number | null; count: number }>(RANGE, captureId) ?? {
    low: null,
    high: null,
    count: 0,
  };
  return { low: low ?? 0, high: high ?? 0, count };
}

function* rowsOf(db: CaseDb, { captureId }: Side, { low, high }: Extent): Generator<Scanned, void> {
  for (let after = low, rows: Scanned[]; ; after = rows.at(-1)?.[0] ?? high) {
    rows = db.plain<Scanned>(ROWS, after, high, captureId);
    yield* rows;
    if (rows.length < CHUNK) return;
  }
}

/** TCP_LISTEN and TCP_CLOSE of net/tcp_states.h, which sockets of the other protocols bear that are not connected. */
const LISTEN = 10;
const CLOSE = 7;
const PORTS = 0x1_0000_0000;

function listens(ends: string | null, numbers: number | null): boolean {
  const state = Math.floor((numbers ?? 0) / PORTS);
  return state === LISTEN || (state === CLOSE && /^(?:udp|raw)/.test(ends ?? ''));
}

/** Small numbers for texts, the same ones in both captures. */
class Words {
  readonly #ids = new Map<string, number>();
  #last: { readonly netNs: number | null; readonly state: number; readonly side: Side; readonly id: number } | undefined;

  id(text: string | null): number {
    if (text === null) return -1;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#ids.size);
    return this.#ids.size - 1;
  }

  /** Namespace and state of a row, of its namespace alone where `numbers` is null; those of its neighbour are mostly the same. */
  group(netNs: number | null, numbers: number | null, side: Side, oneBoot: boolean): number {
    const state = numbers === null ? -1 : Math.floor(numbers / PORTS);
    const last = this.#last;
    if (last !== undefined && last.state === state && last.netNs === netNs && last.side === side) return last.id;
    const id = this.id(`${namespaceKey(netNs, side, oneBoot)} ${state}`);
    this.#last = { netNs, state, side, id };
    return id;
  }
}
