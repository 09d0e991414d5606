import type { CaseDb } from '../db/query.ts';

/** What a capture saw whole: only there is something that it lacks something that was not there. */
export interface Seen {
  /** Processes were listed to the end, and none was hidden from the capture. */
  readonly processes: boolean;
  /** Every process of other users could be asked for its links: namespaces, descriptors, programs. */
  readonly allLinks: boolean;
  /** `NAME NAMESPACE` of a file below /proc/net, or the path of a file of the host: whether it was read to its end. */
  readonly files: ReadonlyMap<string, boolean>;
  /** Network namespaces that something lives in or holds. */
  readonly namespaces: ReadonlySet<number | null>;
  /** Mount namespaces, by number: whether their list was read to its end. */
  readonly mounts: ReadonlyMap<number | null, boolean>;
  /** What was cut or refused, each in some words. */
  readonly notWhole: readonly string[];
}

interface SourceRow {
  readonly path: string;
  readonly net_ns: number | null;
  readonly errno: string | null;
  readonly cut: string | null;
  /** Null where there is none, neither here nor in an earlier archive of the series. */
  readonly body: string | number | null;
}

/** Files of which a comparison asks, and the refusals of what belongs to processes. */
const SOURCES = `SELECT path, net_ns, errno, coalesce(truncated, CASE WHEN blocked = 1 THEN 'blocked' END) AS cut, coalesce(sha256, entry) AS body FROM sources
  WHERE capture_id = ? AND (path GLOB '*/net/*' OR path GLOB '*etc/*' OR path GLOB '*proc/modules') ORDER BY source_id`;

const MOUNTS = `SELECT m.mnt_ns AS ns, max(s.truncated IS NOT NULL OR s.blocked IS 1) AS cut FROM mounts m
  LEFT JOIN sources s ON s.capture_id = m.capture_id AND s.source_id = m.source_id WHERE m.capture_id = ? GROUP BY m.mnt_ns`;

/** A mount of proc with hidepid=2 or 4 lists the processes of other users to those alone who may trace them (fs/proc/base.c has_pid_permissions). */
const HIDDEN = `SELECT 1 FROM mounts WHERE capture_id = ? AND fstype = 'proc' AND (' ' || replace(super_options, ',', ' ') || ' ' GLOB '* hidepid=[24] *'
  OR super_options GLOB '*hidepid=invisible*' OR super_options GLOB '*hidepid=ptraceable*') LIMIT 1`;

const UNLINKED = `SELECT 1 FROM processes WHERE capture_id = ? AND kernel_thread IS NOT 1 AND state NOT IN ('Z', 'X') AND pid_ns IS NULL LIMIT 1`;

/** A light capture reads no links of namespaces, but the tables of each. */
const NAMESPACES = `SELECT inode FROM namespaces WHERE capture_id = ? AND kind = 'net'
  UNION SELECT net_ns FROM sources WHERE capture_id = ? AND net_ns IS NOT NULL AND coalesce(sha256, entry) IS NOT NULL`;

/** CAP_SYS_PTRACE, linux/capability.h. */
const TRACES = 1n << 19n;

export interface SeenBy {
  readonly captureId: number;
  readonly kind: string;
  readonly complete: number;
  readonly exit: string | null;
  readonly caps: string | null;
  readonly netNs: number | null;
}

export function seenBy(db: CaseDb, by: SeenBy): Seen {
  const one = (sql: string): boolean => db.get(sql, by.captureId) !== undefined;
  const files = new Map<string, boolean>();
  const why = new Map<string, string>();
  for (const row of db.all<SourceRow>(SOURCES, by.captureId)) {
    const key = fileKey(row, by.netNs);
    if (key === null) continue;
    // A file that a kernel or host does not have is as good as an empty one.
    const whole = row.errno === 'ENOENT' || (row.errno === null && row.cut === null && row.body !== null);
    if (!whole && !why.has(key)) why.set(key, `${row.path} (${row.errno ?? row.cut ?? 'lost'})`);
    files.set(key, files.get(key) === true || whole);
  }
  const mounts = new Map(db.all<{ ns: number | null; cut: number | null }>(MOUNTS, by.captureId).map(({ ns, cut }) => [ns, cut !== 1]));
  const traces = by.caps !== null && /^[0-9a-f]{1,16}$/i.test(by.caps) && (BigInt(`0x${by.caps}`) & TRACES) !== 0n;
  const ended = by.kind !== 'coldstat' || (by.complete === 1 && by.exit !== 'timeout' && by.exit !== 'interrupted');
  const namespaces = db.all<{ inode: number }>(NAMESPACES, by.captureId, by.captureId);
  return {
    processes: ended && one('SELECT 1 FROM processes WHERE capture_id = ? LIMIT 1') && (traces || !one(HIDDEN)),
    allLinks: ended && (traces || !one(UNLINKED)),
    files,
    namespaces: new Set([by.netNs, ...namespaces.map(({ inode }) => inode)]),
    mounts,
    notWhole: [
      ...[...why].filter(([key]) => files.get(key) === false).map(([, text]) => text),
      ...[...mounts].filter(([, whole]) => !whole).map(([ns]) => `the mounts of mnt:[${ns}] (cut)`),
    ],
  };
}

/** Where something is found: a file of the host, or one that each network namespace has. */
export interface Where {
  readonly file: string;
  /** Number of the network namespace; absent for a file of the host. */
  readonly netNs?: number | null;
}

/** A record that does not tell its namespace is of the capture's own where no process stands for another one. */
function fileKey({ path, net_ns }: SourceRow, ownNs: number | null): string | null {
  const name = path.replace(/^pass-b\//, '');
  const [, process, table] = /^proc\/(\d+\/(?:task\/\d+\/)?)?net\/(.+)$/.exec(name) ?? [];
  if (table !== undefined) return `${table} ${process === undefined ? (net_ns ?? ownNs) : net_ns}`;
  return /^etc\/|^proc\/modules$/.test(name) ? name : null;
}

/**
 * Whether something that the capture lacks was not there: the file was read whole, or the whole namespace was not there; `everywhere` says whether the
 * capture would have met whoever lives in the namespace.
 */
export function absentFrom(seen: Seen, { file, netNs }: Where, everywhere: boolean): boolean {
  if (netNs === undefined) return seen.files.get(file) === true;
  return seen.files.get(`${file} ${netNs}`) ?? (everywhere && withoutNamespace(seen, netNs));
}

function withoutNamespace({ allLinks, namespaces }: Seen, netNs: number | null): boolean {
  return netNs !== null && allLinks && !namespaces.has(netNs);
}
