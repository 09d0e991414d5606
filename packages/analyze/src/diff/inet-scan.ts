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
  const words = new Words(oneBoot);
  const known = new KeySet(first.count);
  const listening: [number[], number[]] = [[], []];
  const onlyAfter: number[] = [];
  for (const rows of chunks(db, before, first)) {
    for (const row of rows) {
      if (listens(row)) listening[0].push(row[0]);
      else known.add(words.group(row, before), words.id(row[1]), row[2] ?? 0, oneBoot ? (row[4] ?? -1) : 0, row[0]);
    }
  }
  for (const rows of chunks(db, after, second)) {
    for (const row of rows) {
      if (listens(row)) listening[1].push(row[0]);
      else if (!known.meet(words.group(row, after), words.id(row[1]), row[2] ?? 0, oneBoot ? (row[4] ?? -1) : 0)) onlyAfter.push(row[0]);
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

function* chunks(db: CaseDb, { captureId }: Side, { low, high }: Extent): Generator<readonly Scanned[], void> {
  for (let after = low, rows: Scanned[]; ; after = rows.at(-1)?.[0] ?? high) {
    rows = db.plain<Scanned>(ROWS, after, high, captureId);
    yield rows;
    if (rows.length < CHUNK) return;
  }
}

/** TCP_LISTEN and TCP_CLOSE of net/tcp_states.h, which sockets of the other protocols bear that are not connected. */
const LISTEN = 10;
const CLOSE = 7;
const PORTS = 0x1_0000_0000;

function listens(row: Scanned): boolean {
  const state = Math.floor((row[2] ?? 0) / PORTS);
  return state === LISTEN || (state === CLOSE && /^(?:udp|raw)/.test(row[1] ?? ''));
}

/** Small numbers for texts, the same ones in both captures. */
class Words {
  readonly #oneBoot: boolean;
  readonly #ids = new Map<string, number>();
  #netNs: number | null = null;
  #state = 0;
  #side: Side | undefined;
  #group = 0;

  constructor(oneBoot: boolean) {
    this.#oneBoot = oneBoot;
  }

  id(text: string | null): number {
    if (text === null) return -1;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#ids.size);
    return this.#ids.size - 1;
  }

  /** Namespace and state of a row, or its namespace alone where the state does not count; those of its neighbour are mostly the same. */
  group(row: Scanned, side: Side): number {
    const state = this.#oneBoot && row[4] !== 0 ? Math.floor((row[2] ?? 0) / PORTS) : -1;
    if (this.#side === side && this.#state === state && this.#netNs === row[3]) return this.#group;
    this.#side = side;
    this.#state = state;
    this.#netNs = row[3];
    this.#group = this.id(`${namespaceKey(row[3], side, this.#oneBoot)} ${state}`);
    return this.#group;
  }
}
