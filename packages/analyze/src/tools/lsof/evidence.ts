import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import type { ByteOrder } from './hex-address.ts';

/** The SQL of this tool. 64-bit numbers come as text: they are printed, not computed with. */

export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number | null;
  readonly pgid: number | null;
  readonly name: Value;
  readonly label: Value;
  readonly state: string | null;
  readonly uid: number | null;
  readonly netNs: number | null;
  readonly mntNs: number | null;
  readonly fdErrno: string | null;
  readonly sourceId: number | null;
  readonly line: number | null;
}

interface Stat {
  readonly mode: number | null;
  readonly nlink: string | null;
  readonly dev: string | null;
  readonly ino: string | null;
  readonly rdev: string | null;
  readonly size: string | null;
  readonly statErrno: string | null;
  readonly sourceId: number | null;
  readonly line: number | null;
}

export interface LinkRow extends Stat {
  readonly name: string;
  readonly target: Value;
  readonly targetErrno: string | null;
}

export interface MapRow extends Omit<Stat, 'rdev'> {
  readonly mapDev: string;
  readonly mapInode: string;
  readonly path: Value;
  readonly deleted: number;
}

export interface FdRow extends Stat {
  readonly fd: number;
  readonly kind: string | null;
  readonly target: Value;
  readonly targetErrno: string | null;
  readonly socketInode: number | null;
  readonly anyIno: string | null;
  readonly access: string | null;
  readonly linkMode: number | null;
  readonly flags: number | null;
  readonly pos: string | null;
  readonly mntId: number | null;
  /** JSON, only where a row needs it. */
  readonly detail: string | null;
}

export interface TaskRow {
  readonly tid: number;
  readonly name: Value;
  readonly state: string | null;
  readonly netNs: number | null;
  readonly ownFiles: number | null;
}

const STAT = `st_mode AS mode, CAST(st_nlink AS TEXT) AS nlink, st_dev AS dev, CAST(st_ino AS TEXT) AS ino, st_rdev AS rdev,
  CAST(st_size AS TEXT) AS size, stat_errno AS statErrno, source_id AS sourceId, line`;

const PROCESSES = `SELECT pid, parent AS ppid, pgroup AS pgid, name, label, state, coalesce(owner_uid, euid) AS uid, net_ns AS netNs, mnt_ns AS mntNs,
  fd_errno AS fdErrno, source_id AS sourceId, line FROM processes WHERE capture_id = ? ORDER BY pid`;

const LINKS = `SELECT name, target, target_errno AS targetErrno, ${STAT} FROM links WHERE capture_id = ? AND pid = ? AND tid = ?`;

/** The first map of each file of a process, in the order of the addresses; the exe is left to the caller. */
const MAPS = `SELECT m.dev AS mapDev, CAST(m.inode AS TEXT) AS mapInode, m.path, m.deleted, f.st_mode AS mode, CAST(f.st_nlink AS TEXT) AS nlink,
  f.st_dev AS dev, CAST(f.st_ino AS TEXT) AS ino, CAST(f.st_size AS TEXT) AS size, f.stat_errno AS statErrno, m.source_id AS sourceId, m.line
  FROM (SELECT dev, inode, path, deleted, source_id, min(line) AS line FROM maps
    WHERE capture_id = ? AND pid = ? AND path IS NOT NULL AND (inode <> 0 OR dev <> '0:0') GROUP BY dev, inode) AS m
  LEFT JOIN mapped_files AS f ON f.capture_id = ? AND f.dev = m.dev AND f.inode = m.inode ORDER BY m.line`;

/** Descriptors beyond a number, up to a count: a process with a million of them is read in pieces. */
const fdsWhere = (condition: string): string => `SELECT fd, kind, target, target_errno AS targetErrno, socket_inode AS socketInode,
  CAST(ino AS TEXT) AS anyIno, access, link_mode AS linkMode, flags, CAST(pos AS TEXT) AS pos, mnt_id AS mntId,
  CASE WHEN kind = 'anon_inode' OR st_rdev = '5:2' THEN detail END AS detail, ${STAT}
  FROM fds WHERE capture_id = ? AND pid = ? AND tid = ? AND fd > ?${condition} ORDER BY fd LIMIT ?`;

const ALL_FDS: string = fdsWhere('');
const SOCKET_FDS: string = fdsWhere(' AND +socket_inode IS NOT NULL');

const TASKS = `SELECT tid, name, state, net_ns AS netNs, own_files AS ownFiles FROM threads
  WHERE capture_id = ? AND pid = ? AND tid <> pid ORDER BY tid`;

const PIECE = 4096;

export class Evidence {
  readonly db: CaseDb;
  readonly captureId: number;

  constructor(db: CaseDb, captureId: number) {
    this.db = db;
    this.captureId = captureId;
  }

  byteOrder(): ByteOrder {
    return this.#capture<ByteOrder>('byte_order');
  }

  machine(): string | null {
    return this.#capture<string>('machine');
  }

  ownNetNs(): number | null {
    return this.#capture<number>('own_net_ns');
  }

  kernelRelease(): string | null {
    return this.#capture<string>('kernel_release');
  }

  /** Start of the capture, milliseconds since 1970. */
  startedMs(): number | null {
    const ns = this.#capture<number | bigint>('started_ns');
    return ns === null ? null : Number(BigInt(ns) / 1_000_000n);
  }

  #capture<V>(column: 'byte_order' | 'machine' | 'own_net_ns' | 'kernel_release' | 'started_ns'): V | null {
    return this.db.get<{ value: V | null }>(`SELECT ${column} AS value FROM captures WHERE capture_id = ?`, this.captureId)?.value ?? null;
  }

  processes(): ProcessRow[] {
    return this.db.all<ProcessRow>(PROCESSES, this.captureId);
  }

  tasks(pid: number): TaskRow[] {
    return this.db.all<TaskRow>(TASKS, this.captureId, pid);
  }

  links(pid: number, tid: number): Map<string, LinkRow> {
    return new Map(this.db.all<LinkRow>(LINKS, this.captureId, pid, tid).map((row) => [row.name, row]));
  }

  maps(pid: number): MapRow[] {
    return this.db.all<MapRow>(MAPS, this.captureId, pid, this.captureId);
  }

  /** Pieces of a descriptor table, ascending. */
  *descriptors(pid: number, tid: number, socketsOnly: boolean): Generator<FdRow[], undefined> {
    const sql = socketsOnly ? SOCKET_FDS : ALL_FDS;
    for (let after = -1; ; ) {
      const rows = this.db.all<FdRow>(sql, this.captureId, pid, tid, after, PIECE);
      if (rows.length > 0) yield rows;
      if (rows.length < PIECE) return;
      after = rows.at(-1)?.fd ?? after;
    }
  }
}
