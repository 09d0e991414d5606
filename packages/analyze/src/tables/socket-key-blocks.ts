import type { InetSocket } from '../procfs/net-inet.ts';
import type { Value } from '../render/value.ts';
import { addressWords } from './address-words.ts';
import type { FeedEntry, Load } from './feed.ts';
import { tableName } from './net-path.ts';
import { packColumn, packedSize } from './number-columns.ts';
import { SOCKETS_A_BLOCK } from './socket-keys.ts';

/** Line, state, inode, both ports. */
const BEFORE_ADDRESSES = 5;

/** Rows of socket_keys of one capture, made beside the rows of sockets_inet. */
export class SocketKeyBlocks {
  readonly #add: (row: readonly Value[]) => void;
  readonly #short: Columns = new Columns(4);
  readonly #long: Columns = new Columns(6);
  #block = 0;

  constructor(load: Load) {
    this.#add = load.into('socket_keys');
  }

  /** One socket of the body in hand. */
  socket(r: InetSocket, entry: FeedEntry): void {
    const columns = isLong(r.localAddress ?? r.remoteAddress) ? this.#long : this.#short;
    columns.add(r);
    if (columns.size === SOCKETS_A_BLOCK) this.#write(columns, entry);
  }

  /** The body has ended. */
  flush(entry: FeedEntry): void {
    if (this.#short.size > 0) this.#write(this.#short, entry);
    if (this.#long.size > 0) this.#write(this.#long, entry);
  }

  #write(columns: Columns, { sourceId, netNs, path }: FeedEntry): void {
    this.#add([++this.#block, sourceId, netNs, tableName(path), columns.family, columns.size, columns.pack()]);
  }
}

/** The blocks of a capture, one maker for all its tables. */
export function socketKeyBlocks(load: Load): SocketKeyBlocks {
  return load.shared(
    'socket-keys',
    () => new SocketKeyBlocks(load),
    () => {},
  );
}

/** An IPv6 address has a colon among its first five characters. */
function isLong(address: string | null): boolean {
  return address !== null && address.lastIndexOf(':', 4) >= 0;
}

/** Numbers of up to SOCKETS_A_BLOCK sockets whose addresses are of one length. */
class Columns {
  readonly family: 4 | 6;
  size = 0;
  readonly #words: number;
  readonly #columns: readonly Float64Array[];
  /** Of each end the address that was taken apart last: neighbours often share one. */
  readonly #last: [string | null, string | null] = [null, null];
  readonly #ends: readonly [Float64Array, Float64Array];
  /** Scratch of pack. */
  readonly #view: DataView;

  constructor(family: 4 | 6) {
    this.family = family;
    this.#words = family === 4 ? 1 : 4;
    this.#columns = Array.from({ length: BEFORE_ADDRESSES + 2 * this.#words }, () => new Float64Array(SOCKETS_A_BLOCK));
    this.#view = new DataView(new ArrayBuffer(this.#columns.length * packedSize(SOCKETS_A_BLOCK)));
    this.#ends = [new Float64Array(this.#words), new Float64Array(this.#words)];
  }

  add({ line, state, inode, localPort, remotePort, localAddress, remoteAddress }: InetSocket): void {
    const [lines, states, inodes, localPorts, remotePorts] = this.#columns as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const at = this.size++;
    lines[at] = line;
    states[at] = state;
    inodes[at] = inode ?? Number.NaN;
    localPorts[at] = localPort ?? Number.NaN;
    remotePorts[at] = remotePort ?? Number.NaN;
    this.#address(0, localAddress, at);
    this.#address(1, remoteAddress, at);
  }

  #address(end: 0 | 1, text: string | null, at: number): void {
    const words = this.#ends[end];
    if (text === null) words.fill(Number.NaN);
    else if (text !== this.#last[end]) addressWords(text, words);
    this.#last[end] = text;
    for (let i = 0; i < this.#words; i++) {
      (this.#columns[BEFORE_ADDRESSES + end * this.#words + i] as Float64Array)[at] = words[i] as number;
    }
  }

  /** All of them as bytes; the next ones begin anew. */
  pack(): Buffer {
    const view = this.#view;
    let at = 0;
    for (const column of this.#columns) at = packColumn(column, this.size, view, at);
    this.size = 0;
    // As many bytes as there are: rows wait for others, and a part would hold the whole.
    return Buffer.from(new Uint8Array(view.buffer, 0, at));
  }
}
