import type { CaseDb } from '../db/query.ts';
import { type KeyBlock, type KeyColumns, keyBlocks, newKeyColumns, unpackKeys } from '../db/socket-keys.ts';
import { KeySet } from './key-set.ts';
import { namespaceKey, type Side } from './side.ts';

/** Where a row of sockets_inet is found. */
export interface Spot {
  readonly source: number;
  readonly line: number;
  readonly inode: number | null;
}

/** What one capture has and the other has not under the same key, and who waits to be called. */
export interface InetDifference {
  readonly onlyBefore: readonly Spot[];
  readonly onlyAfter: readonly Spot[];
  readonly listeningBefore: readonly Spot[];
  readonly listeningAfter: readonly Spot[];
}

/**
 * Within one boot a socket is its namespace, protocol, addresses, state and inode (without an inode: all but the state); across boots its namespace, protocol
 * and addresses. Any pass of the other capture will do. Goes over the packed keys of both captures once; no row is read.
 */
export function compareInet(db: CaseDb, before: Side, after: Side, oneBoot: boolean): InetDifference {
  const [old, now] = [keyBlocks(db, before.captureId), keyBlocks(db, after.captureId)];
  const found = { onlyBefore: [] as Spot[], onlyAfter: [] as Spot[], listeningBefore: [] as Spot[], listeningAfter: [] as Spot[] };
  const keys = new Keys(oneBoot);
  const seed = Number.parseInt(String(before.sha256).slice(0, 8), 16) ^ Number.parseInt(String(after.sha256).slice(0, 8), 16);
  for (const family of [4, 6] as const) {
    const [first, second] = [old, now].map((blocks) => blocks.filter((b) => b.family === family)) as [KeyBlock[], KeyBlock[]];
    const width = keys.width(family);
    const known = new KeySet(width, total(first), seed);
    let n = 0;
    for (const block of first) {
      const listening = keys.read(block, before, known.keys, n * width);
      for (let i = 0; i < block.sockets; i++) if (listening[i] === 1) found.listeningBefore.push(keys.spot(block, i));
      known.add(n, block.sockets, listening);
      n += block.sockets;
    }
    const scratch = new Int32Array(width * keys.sockets);
    for (const block of second) {
      const listening = keys.read(block, after, scratch, 0);
      for (let i = 0; i < block.sockets; i++) {
        if (listening[i] === 1) found.listeningAfter.push(keys.spot(block, i));
        else if (!known.meet(scratch, i * width)) found.onlyAfter.push(keys.spot(block, i));
      }
    }
    for (const spot of keys.spots(first, known.unmet())) found.onlyBefore.push(spot);
  }
  return found;
}

function total(blocks: readonly KeyBlock[]): number {
  return blocks.reduce((sum, { sockets }) => sum + sockets, 0);
}

/** TCP_LISTEN and TCP_CLOSE of net/tcp_states.h, which sockets of the other protocols bear that are not connected. */
const LISTEN = 10;
const CLOSE = 7;
const HIGH = 0x1_0000_0000;
/** Numbers of a key before its addresses. */
const HEAD = 3;
/** States are 8 bits; larger ones no kernel prints. */
const STATES = 256;

/** Keys as whole numbers, the same ones in both captures: one for namespace, protocol, state and all that is rare; ports; inode; addresses. */
class Keys {
  /** The most sockets of a block. */
  readonly sockets: number;
  readonly #oneBoot: boolean;
  readonly #columns: KeyColumns = newKeyColumns();
  readonly #listening: Uint8Array;
  /** By what is missing and state: the first number of keys in the block in hand. */
  readonly #usual: Int32Array = new Int32Array(16 * STATES);
  readonly #ids = new Map<string, number>();

  constructor(oneBoot: boolean) {
    this.#oneBoot = oneBoot;
    this.sockets = this.#columns.line.length;
    this.#listening = new Uint8Array(this.sockets);
  }

  width(family: 4 | 6): number {
    return HEAD + (family === 4 ? 2 : 8);
  }

  /** Writes the keys of a block one behind the other, and gives a 1 for each socket that waits to be called. */
  read(block: KeyBlock, side: Side, into: Int32Array, from: number): Uint8Array {
    unpackKeys(block, this.#columns);
    const { state, localPort, remotePort } = this.#columns;
    const { sockets, proto, family } = block;
    const width = this.width(family);
    const where = `${namespaceKey(block.netNs, side, this.#oneBoot)} ${proto}`;
    const closedListens = /^(?:udp|raw)/.test(proto);
    for (let i = 0, at = from; i < sockets; i++, at += width) {
      const s = state[i] as number;
      this.#listening[i] = s === LISTEN || (s === CLOSE && closedListens) ? 1 : 0;
      into[at + 1] = ((localPort[i] as number) << 16) | (remotePort[i] as number);
    }
    this.#heads(where, block, into, from);
    this.#addresses(family, sockets, into, from + HEAD);
    return this.#listening;
  }

  /** Across boots states and inodes do not count; without an inode the state does not. */
  #heads(where: string, { family, sockets }: KeyBlock, into: Int32Array, from: number): void {
    const { state, inode, localPort, remotePort, addresses } = this.#columns;
    const width = this.width(family);
    const [local, remote] = [addresses[0] as Float64Array, addresses[family === 4 ? 1 : 4] as Float64Array];
    const usual = this.#usual.fill(-1);
    for (let i = 0, at = from; i < sockets; i++, at += width) {
      const ino = this.#oneBoot ? (inode[i] as number) : 0;
      const s = ino === 0 ? 0 : (state[i] as number);
      into[at + 2] = ino;
      const ends = (localPort[i] as number) + (remotePort[i] as number) + (local[i] as number) + (remote[i] as number);
      const unknown = Number.isNaN(ends) ? missing(localPort[i], remotePort[i], local[i], remote[i]) : 0;
      if (ino >= 0 && ino < HIGH && s < STATES) {
        const n = unknown * STATES + s;
        if (usual[n] === -1) usual[n] = this.#id(`${where} ${unknown} ${s} 0`);
        into[at] = usual[n] as number;
      } else into[at] = this.#id(`${where} ${unknown} ${s} ${Math.floor(ino / HIGH)}`);
    }
  }

  #addresses(family: 4 | 6, sockets: number, into: Int32Array, from: number): void {
    const width = this.width(family);
    for (let word = 0; word < width - HEAD; word++) {
      const column = this.#columns.addresses[word] as Float64Array;
      for (let i = 0, at = from + word; i < sockets; i++, at += width) into[at] = column[i] as number;
    }
  }

  /** Where the socket is that stands in this place of the block read last. */
  spot({ ofSource }: KeyBlock, i: number): Spot {
    const inode = this.#columns.inode[i] as number;
    return { source: ofSource, line: this.#columns.line[i] as number, inode: Number.isNaN(inode) ? null : inode };
  }

  /** The same for some of all sockets of these blocks, by their running numbers, which ascend. */
  *spots(blocks: readonly KeyBlock[], numbers: readonly number[]): Generator<Spot, void> {
    let next = 0;
    let first = 0;
    for (const block of blocks) {
      const end = first + block.sockets;
      if (next < numbers.length && (numbers[next] as number) < end) unpackKeys(block, this.#columns);
      for (; next < numbers.length && (numbers[next] as number) < end; next++) yield this.spot(block, (numbers[next] as number) - first);
      first = end;
    }
  }

  #id(text: string): number {
    const known = this.#ids.get(text) ?? this.#ids.size;
    this.#ids.set(text, known);
    return known;
  }
}

/** A bit for each of four that is unknown. */
function missing(a: number | undefined, b: number | undefined, c: number | undefined, d: number | undefined): number {
  return (Number.isNaN(a) ? 1 : 0) | (Number.isNaN(b) ? 2 : 0) | (Number.isNaN(c) ? 4 : 0) | (Number.isNaN(d) ? 8 : 0);
}
