import type { CaseDb } from '../../db/query.ts';
import { terminal } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import { type Asked, askedOf, type NameRow } from './asked.ts';
import { type Peer, Peers } from './peers.ts';
import { type Name, type TableSocket, tableSocket } from './table-sockets.ts';

/** What the capture tells of one socket, in pfiles' words. */
export interface SocketText {
  /** SOCK_STREAM …; undefined when nothing tells it. */
  readonly type: string | undefined;
  /** Options that are known to be set, in the order of Solaris. */
  readonly options: readonly string[];
  /** All options were asked: what is not among them is not set. */
  readonly asked: boolean;
  readonly sockname: string | undefined;
  readonly peername: string | undefined;
  /** Processes at the other end. */
  readonly peers: readonly Peer[];
  /** Sockets at the other end that no process of the capture holds, by inode. */
  readonly heldByNobody: readonly number[];
  /** Process that SO_PEERCRED named. */
  readonly peerCred: number | undefined;
  /** What is not known, and why. */
  readonly unknown: readonly string[];
}

/** Sockets by inode, from everything a capture may hold: what they were asked (--sockopt), the kernel's dump (--netlink), the tables of /proc. */
export class Sockets {
  readonly #db: CaseDb;
  readonly #captureId: number;
  readonly #peers: Peers;
  readonly #little: boolean;

  constructor(db: CaseDb, captureId: number) {
    this.#db = db;
    this.#captureId = captureId;
    this.#peers = new Peers(db, captureId);
    const order = db.get<{ order: Value }>('SELECT byte_order AS "order" FROM captures WHERE capture_id = ?', captureId)?.order;
    this.#little = order !== 'big';
  }

  find(inode: number): SocketText {
    const table = tableSocket(this.#db, this.#captureId, inode);
    const answer = askedOf(this.#db, this.#captureId, inode, this.#little);
    const asked = answer !== null && !('errno' in answer) ? answer : undefined;
    const unix = table?.family === 'unix' || asked?.local?.family === 'AF_UNIX';
    const ends = unix ? this.#peers.unixSockets(inode) : [this.#peers.inetSocket(inode)].filter((n) => n !== undefined);
    const peerCred = unix ? asked?.peerPid : undefined;
    const holders = ends.map((end) => this.#peers.holders(end));
    const peername = asked?.peer === undefined ? (unix ? this.#peers.unixName(inode) : table?.remote) : asked.peer;
    return {
      type: asked?.type ?? table?.type,
      options: asked?.options ?? table?.options ?? [],
      asked: asked !== undefined,
      sockname: nameText(asked?.local ?? table?.local),
      peername: nameText(peername),
      peers: peersOf(holders.flat(), ends.length === 0 && peerCred !== undefined ? [this.#peers.process(peerCred)] : []),
      heldByNobody: ends.filter((_, i) => holders[i]?.length === 0),
      peerCred,
      unknown: this.#unknown(table, asked, answer !== null && 'errno' in answer ? answer.errno : undefined, unix && peername === undefined),
    };
  }

  #unknown(table: TableSocket | undefined, asked: Asked | undefined, errno: string | undefined, peerless: boolean): string[] {
    if (asked !== undefined) return asked.refused.map((text) => `(${text})`);
    const none = table === undefined ? ['(in no table)'] : [];
    const options = `(${table === undefined || table.options.length === 0 ? '' : 'other '}socket options not captured${errno === undefined ? '' : `: ${errno}`})`;
    const peer = peerless && table?.connected === true && !this.#peers.unixKnown ? ['(peer not captured)'] : [];
    return [...none, options, ...peer];
  }
}

/** Each process once. */
function peersOf(holders: readonly Peer[], named: readonly Peer[]): readonly Peer[] {
  const all = [...holders, ...named];
  return all.filter((peer, i) => all.findIndex(({ pid }) => pid === peer.pid) === i);
}

function nameText(name: Name | NameRow | undefined): string | undefined {
  if (name === undefined) return undefined;
  if ('text' in name) return `${name.family}  ${name.text}`;
  const { family } = name;
  if (family === 'AF_UNIX' && 'path' in name) return `AF_UNIX ${terminal(printed(name.path))}`.trimEnd();
  if (!('address' in name)) return family ?? undefined;
  const { address, port } = name;
  if (family === 'AF_NETLINK') return `AF_NETLINK  pid: ${address ?? '?'}  groups: 0x${(port ?? 0).toString(16).padStart(8, '0')}`;
  if (family === 'AF_PACKET') return `AF_PACKET  protocol: 0x${(port ?? 0).toString(16).padStart(4, '0')}  ifindex: ${address ?? '?'}`;
  if (family === 'AF_VSOCK') return `AF_VSOCK  cid: ${address ?? '?'}  port: ${port ?? '?'}`;
  if (family !== 'AF_INET' && family !== 'AF_INET6') return family ?? undefined;
  return `${family} ${address ?? '?'}  port: ${port ?? '?'}`;
}

/** As /proc/net/unix writes an abstract name: `@` for each NUL in it. */
function printed(path: Value): Value {
  return path instanceof Uint8Array && path[0] === 0 ? Buffer.from(path).map((byte) => (byte === 0 ? 0x40 : byte)) : path;
}
