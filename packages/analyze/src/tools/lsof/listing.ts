import type { Value } from '../../render/value.ts';
import type { NetnsChoice, Owners } from '../tool.ts';
import { escaped } from './cells.ts';
import { Endpoints } from './endpoints.ts';
import { errnoText } from './errno.ts';
import type { Evidence, FdRow, LinkRow, MapRow, ProcessRow, TaskRow } from './evidence.ts';
import { fdFile, linkFile, mapFile, socketFile } from './file-rows.ts';
import { Locks } from './locks.ts';
import type { Mounts } from './mounts.ts';
import { type Holder, type OpenFile, openFile } from './open-file.ts';
import type { Options } from './options.ts';
import type { Selection } from './selection.ts';
import type { SocketRow } from './socket-rows.ts';
import { SocketTables } from './sockets.ts';

/** One row with its process or task. */
export interface Listed {
  readonly holder: Holder;
  readonly file: OpenFile;
}

/** A socket that is nobody's. */
export interface Unowned {
  readonly file: OpenFile;
  /** Its class (coldstat ownership --help). */
  readonly why: string;
}

/** What a descriptor would tell of a socket, where there is none. */
const NO_DESCRIPTOR: FdRow = {
  fd: -1,
  kind: 'socket',
  target: null,
  targetErrno: null,
  socketInode: null,
  anyIno: null,
  access: null,
  linkMode: null,
  flags: null,
  pos: null,
  mntId: null,
  detail: null,
  mode: null,
  nlink: null,
  dev: null,
  ino: null,
  rdev: null,
  size: null,
  statErrno: null,
  sourceId: null,
  line: null,
};

/**
 * The rows the options select, in lsof's order: processes by pid, each with cwd, rtd, txt, maps and descriptors, then its tasks.
 * Reads the case a piece at a time, so rows() may be asked for again at no cost in memory.
 */
export class Listing {
  readonly #evidence: Evidence;
  readonly #options: Options;
  readonly #selection: Selection;
  readonly #mounts: Mounts;
  readonly #locks: Locks;
  readonly #sockets: SocketTables;
  readonly #endpoints: Endpoints | null;
  #exe: { readonly pid: number; readonly link: LinkRow | undefined } | null = null;

  constructor(evidence: Evidence, options: Options, selection: Selection, mounts: Mounts, netns: NetnsChoice) {
    this.#evidence = evidence;
    this.#options = options;
    this.#selection = selection;
    this.#mounts = mounts;
    this.#locks = new Locks(evidence);
    this.#sockets = new SocketTables(evidence, netns, options.noTables);
    this.#endpoints = options.endpoints === 'none' ? null : new Endpoints(evidence, options.commandWidth, options.strict);
  }

  /** With `+E` the files at the other ends are listed as well; who they are is only known when all have been seen. */
  *rows(): Generator<Listed, undefined> {
    if (this.#options.endpoints === 'files') {
      for (const { holder, file } of this.#selected(null)) this.#endpoints?.remember(holder, file);
    }
    yield* this.#selected(this.#endpoints);
  }

  /** Sockets that no process' own descriptor table holds, and why: those that the criteria for files alone select. */
  *unowned(owners: Owners): Generator<Unowned, undefined> {
    for (const { row, why, sourceId, line } of this.#sockets.unowned(owners.classOf)) {
      const file = this.#selection.file(socketFile({ ...NO_DESCRIPTOR, socketInode: row.inode, sourceId, line }, row, null, ''), 0);
      if (file !== null) yield { file, why };
    }
  }

  *#selected(endpoints: Endpoints | null): Generator<Listed, undefined> {
    for (const process of this.#evidence.processes()) {
      const holder = processHolder(process);
      const tasks = this.#selection.tasks ? this.#evidence.tasks(process.pid) : [];
      const met = this.#selection.process(holder, tasks.length > 0);
      if (process.state !== 'Z') yield* this.#filesOf(holder, met, process, null, endpoints);
      for (const task of tasks) {
        const thread = taskHolder(holder, task);
        if (task.state !== 'Z') yield* this.#filesOf(thread, this.#selection.process(thread, true), process, task, endpoints);
      }
    }
  }

  *#filesOf(
    holder: Holder,
    met: number | null,
    process: ProcessRow,
    task: TaskRow | null,
    endpoints: Endpoints | null,
  ): Generator<Listed, undefined> {
    if (met === null && endpoints?.holds(holder.pid) !== true) return;
    for (const file of this.#allFiles(holder, process, task)) {
      if (file.refused && !this.#options.warnings) continue;
      file.lock = this.#locks.of(holder.pid, file.dev, file.inode);
      const chosen = met === null ? null : this.#selection.file(file, met);
      const shown = chosen ?? (endpoints?.isEnd(holder, file) === true ? file : null);
      if (shown === null) continue;
      if (endpoints !== null) shown.remark = joined(shown.remark, endpoints.text(holder, shown));
      yield { holder, file: shown };
    }
  }

  *#allFiles(holder: Holder, process: ProcessRow, task: TaskRow | null): Generator<OpenFile, undefined> {
    const place = task === null ? `/proc/${holder.pid}` : `/proc/${holder.pid}/task/${task.tid}`;
    if (this.#selection.mayList('links')) yield* this.#links(holder, place, task);
    if (this.#selection.mayList('maps')) for (const map of this.#mapsOf(holder)) yield mapFile(map);
    if (this.#selection.mayList('descriptors')) yield* this.#descriptors(holder, process, place, task);
  }

  *#links(holder: Holder, place: string, task: TaskRow | null): Generator<OpenFile, undefined> {
    const own = task === null ? null : this.#evidence.links(holder.pid, task.tid);
    const links = own !== null && own.size > 0 ? own : this.#evidence.links(holder.pid, 0);
    const rows = [
      linkFile('cwd', `${place}/cwd`, links.get('cwd'), holder.uid),
      linkFile('rtd', `${place}/root`, links.get('root'), holder.uid),
      linkFile('txt', `${place}/exe`, this.#executable(holder.pid), holder.uid),
    ];
    for (const file of rows) if (file !== null) yield file;
  }

  /**
   * The exe link; a deleted executable cannot be asked by name, but its own maps tell which file it is, when only one file is mapped
   * under that name.
   */
  #executable(pid: number): LinkRow | undefined {
    if (this.#exe?.pid === pid) return this.#exe.link;
    let link = this.#evidence.links(pid, 0).get('exe');
    if (link !== undefined && link.target !== null && link.dev === null) {
      const target = escaped(link.target);
      const [map, other] = this.#evidence.maps(pid).filter((m) => escaped(m.path) === target);
      if (map !== undefined && other === undefined) {
        const { mode, nlink, size, mapDev: dev, mapInode: ino } = map;
        link = { ...link, mode, nlink, size, dev, ino };
      }
    }
    this.#exe = { pid, link };
    return link;
  }

  /** Maps without the executable itself, which is the txt row. */
  #mapsOf(holder: Holder): MapRow[] {
    const exe = this.#executable(holder.pid);
    return this.#evidence.maps(holder.pid).filter((m) => !(m.mapDev === exe?.dev && m.mapInode === exe.ino));
  }

  *#descriptors(holder: Holder, process: ProcessRow, place: string, task: TaskRow | null): Generator<OpenFile, undefined> {
    if (process.fdErrno !== null && task?.ownFiles !== 1) {
      const warning = `(opendir: ${errnoText(process.fdErrno)})`;
      const where = { sourceId: process.sourceId, line: process.line };
      yield openFile({ role: 'NOFD', type: '', kind: 'refused', name: `${place}/fd`, warning, refused: true, ...where });
    }
    const tid = task?.ownFiles === 1 ? task.tid : 0;
    for (const piece of this.#evidence.descriptors(holder.pid, tid, this.#selection.socketsOnly)) yield* this.#piece(piece, place);
  }

  *#piece(piece: readonly FdRow[], place: string): Generator<OpenFile, undefined> {
    const inodes = piece.flatMap((row) => row.socketInode ?? []);
    const sockets = this.#sockets.lookup(inodes);
    const names = this.#options.noTables
      ? new Map<number, Value>()
      : this.#sockets.protocolNames(inodes.filter((i) => !isTabled(sockets.get(i))));
    const nameless = `can't identify protocol${this.#options.noTables ? ' (-X specified)' : ''}`;
    for (const row of piece) {
      const inode = row.socketInode ?? 0;
      yield row.kind === 'socket'
        ? socketFile(row, sockets.get(inode), names.get(inode) ?? null, nameless)
        : fdFile(row, `${place}/fd`, this.#mounts);
    }
  }
}

/** In a table that the live tool would have read. */
function isTabled(socket: SocketRow | undefined): boolean {
  return socket !== undefined && socket.table !== 'foreign';
}

function joined(a: string | null, b: string | null): string | null {
  return a === null ? b : b === null ? a : `${a} ${b}`;
}

function processHolder(p: ProcessRow): Holder {
  return { pid: p.pid, tid: null, taskName: null, name: p.name, label: p.label, ppid: p.ppid, pgid: p.pgid, uid: p.uid, netNs: p.netNs };
}

function taskHolder(holder: Holder, task: TaskRow): Holder {
  return { ...holder, tid: task.tid, taskName: task.name, netNs: task.netNs ?? holder.netNs };
}
