import { UnixPeers } from '../unix-peers.ts';
import { infoValue } from './anon-names.ts';
import type { Evidence } from './evidence.ts';
import type { Ends, Holder, OpenFile } from './open-file.ts';
import { PTMX, Ptys } from './ptys.ts';

export interface End {
  readonly pid: number;
  readonly fd: number;
  readonly access: string | null;
  readonly name: string | Uint8Array | null;
}

interface EndRow extends End {
  readonly detail: string | null;
}

const COLUMNS = 'f.pid, f.fd, f.access, p.name, f.detail';
const FROM = 'FROM fds AS f LEFT JOIN processes AS p ON p.capture_id = f.capture_id AND p.pid = f.pid WHERE f.capture_id = ? AND f.tid = 0';
const ORDER = 'ORDER BY f.pid, f.fd';
/** Of sockets lsof names the one it met last first. */
const LAST_FIRST = 'ORDER BY f.pid DESC, f.fd DESC';
const PIPES = `SELECT ${COLUMNS} ${FROM} AND f.kind = 'pipe' AND f.ino = ? ${ORDER}`;
const NODES = `SELECT ${COLUMNS} ${FROM} AND f.kind = 'file' AND f.ino = ? AND f.st_dev = ? ${ORDER}`;
const SOCKETS = `SELECT ${COLUMNS} ${FROM} AND f.socket_inode = ? ${LAST_FIRST}`;
const EVENTFDS = `SELECT ${COLUMNS} ${FROM} AND f.kind = 'anon_inode' AND f.target = 'anon_inode:[eventfd]' ${ORDER}`;
const CONNECTED = `SELECT inode, proto, local_address AS localAddress, local_port AS localPort, remote_address AS remoteAddress,
  remote_port AS remotePort, net_ns AS netNs FROM sockets_inet WHERE capture_id = ? AND state_raw = 1 AND inode > 0 ORDER BY pass DESC, line`;

interface Connected extends Ends {
  readonly inode: number;
  readonly netNs: number | null;
}

/** `-E` and `+E`: who else holds a pipe, pty, eventfd, message queue, or the other end of an Internet or unix connection. */
export class Endpoints {
  readonly #evidence: Evidence;
  readonly #width: number;
  readonly #strict: boolean;
  readonly #ends: Set<string> = new Set();
  readonly #pids: Set<number> = new Set();
  #eventfds: Map<string, EndRow[]> | null = null;
  #ptys: Ptys | null = null;
  #peers: Map<string, number> | null = null;
  #unix: UnixPeers | null = null;

  /** `strict`: of several sockets at the other end of a unix socket the one that the live tool names. */
  constructor(evidence: Evidence, commandWidth: number, strict: boolean) {
    this.#evidence = evidence;
    this.#width = commandWidth;
    this.#strict = strict;
  }

  /** Marks the other ends of a listed file. */
  remember(holder: Holder, file: OpenFile): void {
    for (const end of this.#of(holder, file)) {
      this.#ends.add(`${end.pid}:${end.fd}`);
      this.#pids.add(end.pid);
    }
  }

  holds(pid: number): boolean {
    return this.#pids.has(pid);
  }

  isEnd(holder: Holder, file: OpenFile): boolean {
    return file.role === null && this.#ends.has(`${holder.pid}:${file.fd}`);
  }

  /** `PID,command,FDmode` of each end, behind `->/dev/pts/N` for the master of a pty, `->INO=N` for each unix socket; null when there is none. */
  text(holder: Holder, file: OpenFile): string | null {
    if (file.kind === 'unix') {
      const sockets = this.#unixPeers(file).map((inode) => [`->INO=${inode}`, ...this.#texts(this.#holders(inode))].join(' '));
      return sockets.length === 0 ? null : sockets.join(' ');
    }
    const ends = this.#texts(this.#of(holder, file));
    const slave = file.rdev === PTMX ? infoValue(file.info, 'tty-index') : null;
    if (slave !== null && ends.length > 0) ends.unshift(`->/dev/pts/${slave}`);
    return ends.length === 0 ? null : ends.join(' ');
  }

  #texts(ends: readonly End[]): string[] {
    return ends.map((e) => `${e.pid},${commandText(e.name, this.#width)},${e.fd}${e.access ?? ''}`);
  }

  #holders(inode: number): readonly End[] {
    return this.#evidence.db.all<EndRow>(SOCKETS, this.#evidence.captureId, inode);
  }

  #unixPeers(file: OpenFile): readonly number[] {
    this.#unix ??= new UnixPeers(this.#evidence.db, this.#evidence.captureId);
    const inode = Number(file.inode);
    return this.#strict ? this.#unix.asLsof(inode) : this.#unix.all(inode);
  }

  #of(holder: Holder, file: OpenFile): readonly End[] {
    if (file.kind === 'unix') return this.#unixPeers(file).flatMap((inode) => this.#holders(inode));
    if (file.role !== null || file.inode === null) return file.ends === null ? [] : this.#connection(file);
    const others = (rows: readonly EndRow[]): End[] => rows.filter((r) => r.pid !== holder.pid || r.fd !== file.fd);
    const { db, captureId } = this.#evidence;
    if (file.kind === 'pipe') return others(db.all<EndRow>(PIPES, captureId, number(file.inode)));
    if (file.type === 'FIFO' || file.type === 'PSXMQ') return others(db.all<EndRow>(NODES, captureId, number(file.inode), file.dev));
    if (file.kind === 'anon_inode') return others(this.#sameEventfd(infoValue(file.info, 'eventfd-id')));
    if (file.type !== 'CHR') return [];
    this.#ptys ??= new Ptys(this.#evidence, this.#strict);
    return this.#ptys.others(holder, file);
  }

  #sameEventfd(id: string | null): readonly EndRow[] {
    if (id === null) return [];
    this.#eventfds ??= this.#grouped(EVENTFDS, (row) => detailValue(row, 'eventfd-id'));
    return this.#eventfds.get(id) ?? [];
  }

  #grouped(sql: string, key: (row: EndRow) => string | null): Map<string, EndRow[]> {
    const groups = new Map<string, EndRow[]>();
    for (const row of this.#evidence.db.iterate<EndRow>(sql, this.#evidence.captureId)) {
      const k = key(row);
      if (k === null) continue;
      const group = groups.get(k);
      if (group === undefined) groups.set(k, [row]);
      else group.push(row);
    }
    return groups;
  }

  /** Both ends established, in tables of one family and one namespace, with addresses and ports mirrored. */
  #connection(file: OpenFile): readonly End[] {
    const { ends } = file;
    if (ends === null || (ends.proto === 'tcp' && file.state !== 'ESTABLISHED')) return [];
    if (this.#peers === null) {
      this.#peers = new Map();
      for (const row of this.#evidence.db.iterate<Connected>(CONNECTED, this.#evidence.captureId))
        this.#peers.set(`${row.netNs} ${ownKey(row)}`, row.inode);
    }
    const inode = this.#peers.get(`${file.netNs} ${mirrored(ends)}`);
    return inode === undefined ? [] : this.#holders(inode);
  }
}

function number(text: string): number | bigint {
  const n = BigInt(text);
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n;
}

function detailValue(row: EndRow, key: string): string | null {
  return row.detail === null ? null : infoValue(JSON.parse(row.detail) as [string, string][], key);
}

/** Cut, not escaped: the whole NAME is escaped when it is printed. */
function commandText(name: End['name'], width: number): string {
  const text = typeof name === 'string' ? name : name === null ? '' : Buffer.from(name).toString('latin1');
  return width === 0 ? text : text.slice(0, width);
}

function key(proto: string, a: string, ap: number, b: string, bp: number): string {
  return `${proto} ${a} ${ap} ${b} ${bp}`;
}

function ownKey(r: Connected): string {
  return key(r.proto, r.localAddress, r.localPort, r.remoteAddress, r.remotePort);
}

function mirrored(e: Ends): string {
  const address = (a: string): string => (e.family === 6 && !a.includes(':') ? `::ffff:${a}` : a);
  return key(e.family === 6 ? `${e.proto}6` : e.proto, address(e.remoteAddress), e.remotePort, address(e.localAddress), e.localPort);
}
