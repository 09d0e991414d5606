import type { CaseDb } from '../db/query.ts';

/** What several checks ask of the large tables, each read once. */
export interface Scans {
  readonly descriptors: readonly OddDescriptors[];
  /** One group a table of sockets_inet: namespace, pass and name. */
  readonly groups: readonly InetGroup[];
  /** Sockets with an inode, each once. */
  readonly inodes: number;
  /** Rows of them beyond one in each pass. */
  readonly doubles: number;
  /** Names of tables where an inode has more than one row. */
  readonly repeated: ReadonlySet<string>;
}

export function scan(db: CaseDb, captureId: number): Scans {
  return { descriptors: scanDescriptors(db, captureId), groups: scanGroups(db, captureId), ...inodes(db, captureId) };
}

/** Descriptors that say more than most do, counted by what they say. */
export interface OddDescriptors {
  /** Why the link could not be read; null when it could. */
  readonly errno: string | null;
  /** Some hold descriptors on their way in unix messages. */
  readonly inFlight: number | null;
  /** `fds.detail` of an io_uring; null for all others. */
  readonly ring: string | null;
  readonly n: number;
}

export function scanDescriptors(db: CaseDb, captureId: number): OddDescriptors[] {
  return db.all<OddDescriptors>(DESCRIPTORS, captureId);
}

const IS_RING = `instr(detail, '"UserFiles"') > 0`;
/** No pid is below 0: so the rows are read by their key, in the order they stand in, and not in that of an index of something else. */
const DESCRIPTORS = `SELECT target_errno AS errno, scm_fds > 0 AS inFlight, CASE WHEN ${IS_RING} THEN detail END AS ring, count(*) AS n
  FROM fds WHERE capture_id = ? AND pid >= 0 AND (target_errno IS NOT NULL OR scm_fds > 0 OR ${IS_RING}) GROUP BY 1, 2, 3`;

export interface InetGroup {
  readonly net_ns: number | null;
  readonly pass: string;
  readonly proto: string;
  readonly n: number;
  /** Rows that are whole sockets, not those of time-wait and requests. */
  readonly full: number;
  readonly highest: number | null;
  readonly sum: number | null;
  /** Bounds of bucket minus port. */
  readonly least: number | null;
  readonly most: number | null;
}

/** Smallest hash table of UDP (UDP_HTABLE_SIZE_MIN_PERNET in net/ipv4/udp.c); larger ones are multiples of it. */
export const UDP_BUCKETS = 128;

export function scanGroups(db: CaseDb, captureId: number): InetGroup[] {
  return db.all<InetGroup>(GROUPS, captureId);
}

/** One scan in the order of the index. A power of two: `&` is the remainder, of negative numbers too. */
const GROUPS = `SELECT net_ns, pass, proto, count(*) AS n, sum(mini IS NOT 1) AS "full", max(slot) AS highest, sum(slot) AS sum,
    min((slot - local_port) & ${UDP_BUCKETS - 1}) AS least, max((slot - local_port) & ${UDP_BUCKETS - 1}) AS most
  FROM sockets_inet WHERE capture_id = ? GROUP BY net_ns, pass, proto`;

const SOCKETS = ['sockets_inet', 'sockets_unix', 'sockets_netlink', 'sockets_packet', 'sockets_sctp'];

/** Every socket is of one family, so the tables share no inode; each is counted in its index. */
function inodes(db: CaseDb, captureId: number): Pick<Scans, 'inodes' | 'doubles' | 'repeated'> {
  const second = "SELECT 1 FROM sources WHERE capture_id = ? AND pass = 'B' AND path LIKE '%/net/%' AND sha256 IS NOT NULL LIMIT 1";
  const passes = db.get(second, captureId) === undefined ? 1 : 2;
  const counts = SOCKETS.map((table) => {
    const row = db.get<{ inodes: number; doubles: number; most: number | null }>(
      `SELECT count(*) AS inodes, coalesce(sum(max(n - ${passes}, 0)), 0) AS doubles, max(n) AS most
         FROM (SELECT count(*) AS n FROM ${table} WHERE capture_id = ? AND inode > 0 GROUP BY inode)`,
      captureId,
    );
    return { table, inodes: row?.inodes ?? 0, doubles: row?.doubles ?? 0, most: row?.most ?? 0 };
  });
  return {
    inodes: counts.reduce((sum, c) => sum + c.inodes, 0),
    // An endpoint of SCTP and its associations are one socket.
    doubles: counts.reduce((sum, c) => sum + (c.table === 'sockets_sctp' ? 0 : c.doubles), 0),
    repeated: new Set(counts.filter((c) => c.most > 1).map((c) => c.table)),
  };
}
