import type { CaseDb } from '../db/query.ts';
import { readTables } from './counters.ts';
import { type Evidence, entry, type LedgerEntry } from './entry.ts';

/** A dump of the kernel's socket list beside the table of /proc that must hold the same sockets. */
interface Pair {
  /** Last part of the path: netlink/NETNS/DUMP. */
  readonly dump: string;
  /** Name of the file below /proc/net. */
  readonly file: string;
  /** Inodes of the dump, with a word that says which socket it is, each once; of a capture and a namespace. */
  readonly kernel: string;
  /** Inodes and passes of /proc. */
  readonly proc: string;
}

const OF = 'capture_id = ? AND net_ns IS ? AND inode > 0';

/** A TCP socket in state 7 is only bound, and stands in no file of /proc. */
const INET: readonly Pair[] = ['tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'udplite6', 'raw', 'raw6'].map((file) => ({
  dump: file.endsWith('6') ? `inet6-${file.slice(0, -1)}` : `inet-${file}`,
  file,
  kernel: `SELECT inode, source_id, line, 0 AS asks FROM diag_inet WHERE ${OF} AND proto = '${file}' ${file.startsWith('tcp') ? 'AND state_raw <> 7' : ''} GROUP BY inode`,
  proc: `SELECT inode, pass, source_id, line FROM sockets_inet WHERE ${OF} AND proto = '${file}'`,
}));

const PAIRS: readonly Pair[] = [
  ...INET,
  ...(['unix', 'netlink', 'packet'] as const).map((file) => ({
    dump: file,
    file,
    // The socket through which the capture asks is of NETLINK_SOCK_DIAG (4) itself.
    kernel: `SELECT inode, source_id, line, ${file === 'netlink' ? 'protocol = 4 AND port_id <> 0' : '0'} AS asks FROM diag_${file} WHERE ${OF} GROUP BY inode`,
    proc: `SELECT inode, pass, source_id, line FROM sockets_${file} WHERE ${OF}`,
  })),
];

/** Inode numbers are handed out to each processor in batches of 1024 (get_next_ino in fs/inode.c), so a later one may be smaller by some. */
const BATCHES = 65_536;

const CHECK = "kernel's own list";
const TOLERANCE = 'sockets younger than the first pass that the second has no longer, and those that one pass alone shows';

/**
 * The kernel's own list of sockets against the tables of /proc, which were read before and after it: a socket that stands in one of the two
 * views alone was hidden from the other.
 */
export function kernelDumpChecks(db: CaseDb, captureId: number): LedgerEntry[] {
  const namespaces = db.all<{ ns: number | null }>(
    "SELECT DISTINCT net_ns AS ns FROM sources WHERE capture_id = ? AND path LIKE 'netlink/%' ORDER BY net_ns",
    captureId,
  );
  if (namespaces.length === 0)
    return [
      entry(
        'cross-view',
        CHECK,
        'blind',
        'the kernel was not asked for its own socket lists (--netlink), or there was nothing to ask it with',
      ),
    ];
  const read = readTables(db, captureId);
  const oldest = youngest(db, captureId) - BATCHES;
  return namespaces.flatMap(({ ns }) => [
    ...refused(db, captureId, ns),
    ...PAIRS.flatMap((pair) => check(db, captureId, ns, pair, read, oldest)),
  ]);
}

/** Highest inode of a socket in pass A: what is above it came later. */
function youngest(db: CaseDb, captureId: number): number {
  const tables = ['sockets_inet', 'sockets_unix', 'sockets_netlink', 'sockets_packet'];
  const each = tables.map((t) => `SELECT max(inode) AS n FROM ${t} WHERE capture_id = ? AND pass = 'A'`);
  return db.get<{ n: number | null }>(`SELECT max(n) AS n FROM (${each.join(' UNION ALL ')})`, ...tables.map(() => captureId))?.n ?? 0;
}

/** Dumps that were not allowed, hung or broke off, by what the log says; a protocol that the kernel has not is nothing to tell. */
function refused(db: CaseDb, captureId: number, ns: number | null): LedgerEntry[] {
  const rows = db.all<{ what: string; n: number }>(
    `SELECT coalesce(errno, truncated, CASE WHEN blocked THEN 'blocked' END, note) AS what, count(*) AS n FROM sources
      WHERE capture_id = ? AND path LIKE 'netlink/%' AND net_ns IS ? AND what IS NOT NULL AND what NOT IN ('ENOENT', 'module-loaded')
      GROUP BY what ORDER BY what`,
    captureId,
    ns,
  );
  return rows.map(({ what, n }) =>
    entry('cross-view', `${CHECK}, ${what}`, 'blind', 'dumps that the kernel did not give, or not to their end', { netNs: ns, found: n }),
  );
}

interface Row {
  readonly inode: number;
  readonly source_id: number;
  readonly line: number;
}

function check(db: CaseDb, captureId: number, ns: number | null, pair: Pair, read: ReadonlySet<string>, oldest: number): LedgerEntry[] {
  const whole = db.get<{ broken: number }>(
    `SELECT (SELECT count(*) FROM problems p WHERE p.capture_id = d.capture_id AND p.source_id = d.source_id) AS broken FROM diag_dumps d
      WHERE capture_id = ? AND net_ns IS ? AND dump = ? AND result = 'done' AND errno = 0`,
    captureId,
    ns,
    pair.dump,
  );
  if (whole === undefined) return unanswered(db, captureId, ns, pair);
  const [a, b] = ['A', 'B'].map((pass) => read.has(`${ns} ${pass} ${pair.file}`));
  const name = `${CHECK} of ${pair.file}`;
  if (!a && !b) return [entry('cross-view', name, 'blind', `net/${pair.file} of this namespace was not taken`, { netNs: ns })];
  const { absent, hidden, both } = differences(db, captureId, ns, pair, { both: a === true && b === true, oldest });
  const odd = [...hidden, ...both];
  const numbers = { netNs: ns, expected: 0, found: odd.length, tolerance: TOLERANCE };
  const basis = `sockets that the kernel's own list and net/${pair.file} do not both show`;
  if (odd.length > 0 && whole.broken === 0) {
    return [
      entry(
        'cross-view',
        name,
        'broken',
        `${basis}: ${tell(captureId, hidden, 'only the kernel')}${tell(captureId, both, 'only /proc')}`.replace(/; $/, ''),
        numbers,
      ),
    ];
  }
  if (odd.length > 0)
    return [entry('cross-view', name, 'blind', `${basis}, but the list changed while it was made, or broke off`, numbers)];
  const young = absent.length - hidden.length;
  if (young > 0)
    return [
      entry('cross-view', name, 'blind', 'sockets in the list alone that may have come and gone between the two readings of the table', {
        ...numbers,
        found: young,
      }),
    ];
  return [entry('cross-view', name, 'holds', `each socket of the kernel's own list in net/${pair.file}, and the other way round`, numbers)];
}

interface Differences {
  /** Only in the kernel's list. */
  readonly absent: readonly Row[];
  /** Of those, the ones that were there before the first reading. */
  readonly hidden: readonly Row[];
  /** In both readings of /proc and not in the kernel's list. */
  readonly both: readonly Row[];
}

function differences(
  db: CaseDb,
  captureId: number,
  ns: number | null,
  pair: Pair,
  read: { readonly both: boolean; readonly oldest: number },
): Differences {
  const kernel = db.all<Row & { asks: number }>(pair.kernel, captureId, ns);
  const proc = db.all<Row & { pass: string }>(pair.proc, captureId, ns);
  const passes = new Map<number, string>();
  for (const { inode, pass } of proc) passes.set(inode, (passes.get(inode) ?? '') + pass);
  const known = new Set(kernel.map(({ inode }) => inode));
  const absent = withoutAsker(kernel.filter(({ inode }) => !passes.has(inode)));
  const hidden = absent.filter(({ inode }) => inode <= read.oldest);
  const both = read.both ? proc.filter(({ inode, pass }) => pass === 'A' && !known.has(inode) && passes.get(inode)?.includes('B')) : [];
  return { absent, hidden, both };
}

/** The rows behind the answer of one of these checks. */
export function* dumpEvidence(db: CaseDb, captureId: number, name: string, ns: number | null): Generator<Evidence, void> {
  const pair = PAIRS.find((p) => name === `${CHECK} of ${p.file}`);
  if (pair === undefined) return;
  const tables = readTables(db, captureId);
  const both = tables.has(`${ns} A ${pair.file}`) && tables.has(`${ns} B ${pair.file}`);
  const found = differences(db, captureId, ns, pair, { both, oldest: youngest(db, captureId) - BATCHES });
  const told = (rows: readonly Row[], says: string, pass: string | null): Evidence[] =>
    rows.map((r) => ({ subject: `inode ${r.inode}`, says, pass, sourceId: r.source_id, line: r.line }));
  yield* told(found.absent, "only in the kernel's list", null);
  yield* told(found.both, `only in net/${pair.file}`, 'AB');
}

/** No dump of a table that has rows: what hides there is not seen. */
function unanswered(db: CaseDb, captureId: number, ns: number | null, pair: Pair): LedgerEntry[] {
  const { n } = db.get<{ n: number }>(`SELECT count(*) AS n FROM (${pair.proc})`, captureId, ns) ?? { n: 0 };
  const basis = `net/${pair.file} has sockets, and the kernel gave no list of its own to hold against them`;
  return n === 0 ? [] : [entry('cross-view', `${CHECK} of ${pair.file}`, 'blind', basis, { netNs: ns })];
}

/** One socket of a dump is that through which it was asked for. */
function withoutAsker<R extends Row & { readonly asks: number }>(rows: readonly R[]): R[] {
  const at = rows.findIndex((row) => row.asks === 1);
  return at < 0 ? [...rows] : rows.filter((_, i) => i !== at);
}

const SHOWN = 3;

/** Inodes, and where their rows stand, as `coldstat raw` takes it. */
function tell(captureId: number, rows: readonly Row[], who: string): string {
  if (rows.length === 0) return '';
  const some = rows.slice(0, SHOWN).map((r) => `inode ${r.inode} (${captureId}:${r.source_id}:${r.line})`);
  return `${who}: ${some.join(', ')}${rows.length > SHOWN ? ` and ${rows.length - SHOWN} more` : ''}; `;
}
