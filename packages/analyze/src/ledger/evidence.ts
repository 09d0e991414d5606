import { forgedRows } from '../db/forged.ts';
import type { CaseDb } from '../db/query.ts';
import { DEVICES, NUMBERS, PROC_DEV, THREADS } from './cross-views.ts';
import type { Evidence, LedgerEntry } from './entry.ts';
import { dumpEvidence } from './kernel-dump.ts';
import { listingEvidence } from './listings.ts';
import { DOUBLES } from './order.ts';
import { unheldSockets } from './ownership.ts';
import { presenceEvidence } from './presence.ts';
import { NAMINGS, unlistedBy } from './unlisted.ts';

/** Statements that give the columns of Evidence; `?` stands for the capture, then for the namespace where `byNamespace` is set. */
interface Rows {
  readonly sql: string;
  readonly byNamespace?: true;
}

const SOCKETS = "local_address || ':' || local_port || ' ' || remote_address || ':' || remote_port";

const OTHER: ReadonlyMap<string, Rows> = new Map<string, Rows>([
  [
    'nothing is mounted over a process directory',
    {
      sql: `SELECT mount_point AS subject, fstype || ' ' || dev AS says, NULL AS pass, source_id AS sourceId, line FROM mounts
        WHERE capture_id = ? AND mount_point GLOB '/proc/[0-9]*'`,
    },
  ],
  [
    DEVICES,
    {
      sql: `SELECT '/proc/' || pid AS subject, 'st_dev ' || st_dev AS says, NULL AS pass, source_id AS sourceId, line FROM links
        WHERE capture_id = ? AND tid = 0 AND name = '.' AND st_dev IS NOT NULL AND st_dev IS NOT (${PROC_DEV})`,
    },
  ],
  [
    NUMBERS,
    {
      sql: `SELECT s.path AS subject, p.message AS says, s.pass, p.source_id AS sourceId, p.line FROM problems p JOIN sources s USING (capture_id, source_id)
        WHERE p.capture_id = ? AND p.code = 'pid-differs'`,
    },
  ],
  [
    THREADS,
    {
      sql: `SELECT 'threads' AS subject, 'the kernel counts ' || value AS says, s.pass, f.source_id AS sourceId, f.line FROM facts f
        JOIN sources s USING (capture_id, source_id) WHERE f.capture_id = ? AND f.name = 'proc/loadavg:total'
        UNION ALL SELECT 'threads', 'rows of ' || count(*) || ' threads', NULL, NULL, NULL FROM threads WHERE capture_id = ?`,
    },
  ],
  [
    DOUBLES,
    {
      sql: `${twice('sockets_inet', 'proto', "AND proto IN ('tcp', 'tcp6')")} UNION ALL ${twice('sockets_unix', "'unix'", '')}`,
    },
  ],
  [
    'archive',
    {
      sql: `SELECT coalesce(s.path, p.code) AS subject, p.code || ': ' || p.message AS says, s.pass, p.source_id AS sourceId, p.line FROM problems p
        LEFT JOIN sources s USING (capture_id, source_id) WHERE p.capture_id = ? AND (p.code GLOB 'archive-*' OR p.code = 'entry-duplicate')`,
    },
  ],
  [
    'udp buckets agree with ports',
    {
      byNamespace: true,
      sql: `SELECT ${SOCKETS} AS subject, proto || ' bucket ' || slot || ' less port is ' || ((slot - local_port) & 127) || ' modulo 128' AS says, pass,
        source_id AS sourceId, line FROM sockets_inet i WHERE capture_id = ? AND net_ns IS ? AND proto IN ('udp', 'udp6')
        AND ((slot - local_port) & 127) IS NOT (SELECT (slot - local_port) & 127 FROM sockets_inet o WHERE o.capture_id = i.capture_id
          AND o.net_ns IS i.net_ns AND o.proto IN ('udp', 'udp6') GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)`,
    },
  ],
]);

/** The rows of sockets that stand more than once in each pass. */
function twice(table: string, name: string, where: string): string {
  return `SELECT ${name} || ' inode ' || inode AS subject, 'row ' || row_number() OVER (PARTITION BY inode, pass ORDER BY line) || ' of this inode' AS says,
    pass, source_id AS sourceId, line FROM ${table} WHERE capture_id = ? ${where} AND inode IN (SELECT inode FROM (SELECT inode, pass FROM ${table}
      WHERE capture_id = ? AND inode > 0 ${where} GROUP BY inode, pass HAVING count(*) > 1) GROUP BY inode HAVING count(*) > 1)`;
}

/** The rows on either side of each gap. */
function gaps(proto: string): Rows {
  return {
    byNamespace: true,
    sql: `SELECT ${SOCKETS} AS subject, 'sl ' || slot || ' after ' || coalesce(before, 'the header') AS says, pass, sourceId, line FROM (
      SELECT *, source_id AS sourceId, lag(slot) OVER (PARTITION BY source_id ORDER BY line) AS before FROM sockets_inet
        WHERE capture_id = ? AND net_ns IS ? AND proto = '${proto}') WHERE slot <> coalesce(before, -1) + 1`,
  };
}

const COUNTED: ReadonlyMap<string, string> = new Map([
  ['TCP', 'tcp'],
  ['UDP', 'udp'],
  ['UDPLITE', 'udplite'],
  ['UDP-Lite', 'udplite'],
  ['RAW', 'raw'],
  ['TCP6', 'tcp6'],
  ['TCPv6', 'tcp6'],
  ['UDP6', 'udp6'],
  ['UDPv6', 'udp6'],
  ['UDPLITE6', 'udplite6'],
  ['UDPLITEv6', 'udplite6'],
  ['RAW6', 'raw6'],
  ['RAWv6', 'raw6'],
]);

/** The kernel's counts, then the rows they were held against. */
function counted(check: string): Rows | undefined {
  const name = check.replace(/^protocols /, '').replace(/ inuse$/, '');
  const table = COUNTED.get(name);
  const counts = check.startsWith('protocols ') || table === undefined ? PROTOCOL_ROW : COUNTER_ROW;
  if (table !== undefined) {
    return {
      byNamespace: true,
      sql: `${counts(name)} UNION ALL SELECT ${SOCKETS}, coalesce(state, '') || ' inode ' || inode, pass, source_id, line FROM sockets_inet
        WHERE capture_id = ? AND net_ns IS ? AND proto = '${table}' AND mini IS NOT 1`,
    };
  }
  const other = OTHERS.get(name);
  return other === undefined ? undefined : { byNamespace: true, sql: `${counts(name)} UNION ALL ${other}` };
}

const COUNTER_ROW = (prefix: string): string => `SELECT file || ' ' || prefix || ' ' || name AS subject, 'counts ' || value AS says, pass,
  source_id AS sourceId, line FROM counters WHERE capture_id = ? AND net_ns IS ? AND prefix = '${prefix}' AND name = 'inuse' AND file LIKE 'sockstat%'`;
const PROTOCOL_ROW = (name: string): string => `SELECT 'protocols ' || protocol AS subject, 'counts ' || sockets AS says, pass,
  source_id AS sourceId, line FROM net_protocols WHERE capture_id = ? AND net_ns IS ? AND protocol IN (${name === 'UNIX' ? "'UNIX', 'UNIX-STREAM'" : `'${name}'`})`;
const OTHERS: ReadonlyMap<string, string> = new Map([
  [
    'UNIX',
    "SELECT path, coalesce(state, '') || ' inode ' || inode, pass, source_id, line FROM sockets_unix WHERE capture_id = ? AND net_ns IS ?",
  ],
  [
    'PACKET',
    "SELECT 'packet ' || protocol, 'inode ' || inode, pass, source_id, line FROM sockets_packet WHERE capture_id = ? AND net_ns IS ?",
  ],
  [
    'NETLINK',
    "SELECT 'netlink ' || protocol || ':' || port_id, 'inode ' || inode, pass, source_id, line FROM sockets_netlink WHERE capture_id = ? AND net_ns IS ? AND port_id <> 0",
  ],
]);

/** What the answer of one entry rests on: for broken checks the rows that break it; nothing where the entry is all there is. */
export function* evidenceOf(db: CaseDb, captureId: number, { check, netNs, section }: LedgerEntry): Generator<Evidence, void> {
  const naming = NAMINGS.find((n) => n.check === check);
  if (naming !== undefined) {
    for (const { pid, by, sourceId, line } of unlistedBy(db, captureId, naming.sql))
      yield { subject: `process ${pid}`, says: by, pass: null, sourceId, line };
    return;
  }
  if (check === 'unix rows that may be forged by a name') {
    for (const r of forgedRows(db, captureId))
      if (r.net_ns === netNs)
        yield { subject: 'row of net/unix', says: 'no descriptor refers to it', pass: r.pass, sourceId: r.source_id, line: r.line };
    return;
  }
  if (section === 'socket without holder') {
    yield* unheldOf(db, captureId, check);
    return;
  }
  if (section === 'capture') {
    yield* presenceEvidence(db, captureId, check);
    return;
  }
  yield* dumpEvidence(db, captureId, check, netNs);
  yield* listingEvidence(db, captureId, check);
  const gap = /^(tcp6?) rows numbered/.exec(check)?.[1];
  const rows = OTHER.get(check) ?? (gap !== undefined ? gaps(gap) : section === 'counters' ? counted(check) : undefined);
  if (rows === undefined) return;
  const values = rows.sql
    .split('?')
    .slice(1)
    .map((_, i) => (rows.byNamespace && i % 2 === 1 ? netNs : captureId));
  yield* db.iterate<Evidence>(rows.sql, ...values);
}

function* unheldOf(db: CaseDb, captureId: number, reason: string): Generator<Evidence, void> {
  for (const { protocol, inode, places, passes, ...socket } of unheldSockets(db, captureId)) {
    if (socket.reason !== reason) continue;
    const [sourceId, line] = (places[0] ?? '').split(':').map(Number);
    yield {
      subject: socket.local,
      says: `${protocol} ${socket.state ?? ''} inode ${inode}`,
      pass: passes,
      sourceId: sourceId || null,
      line: line ?? null,
    };
  }
}
