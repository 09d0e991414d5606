import { forgedRows } from '../db/forged.ts';
import type { CaseDb } from '../db/query.ts';
import { bounded, compare } from './counters.ts';
import { entry, type LedgerEntry } from './entry.ts';
import type { InetGroup } from './scans.ts';

const USED = `SELECT net_ns AS ns, pass, value AS n FROM counters WHERE capture_id = ? AND file = 'sockstat' AND prefix = 'sockets' AND name = 'used'
  AND net_ns IS NOT NULL`;
const OTHERS = `SELECT net_ns AS ns, pass, count(*) AS n FROM sockets_unix WHERE capture_id = ? GROUP BY 1, 2
  UNION ALL SELECT net_ns, pass, count(*) FROM sockets_packet WHERE capture_id = ? GROUP BY 1, 2
  UNION ALL SELECT net_ns, pass, count(*) FROM sockets_netlink WHERE capture_id = ? AND port_id <> 0 GROUP BY 1, 2
  UNION ALL SELECT net_ns, pass, count(DISTINCT inode) FROM sockets_sctp WHERE capture_id = ? GROUP BY 1, 2`;

interface Count {
  readonly ns: number | null;
  readonly pass: string;
  readonly n: number;
}

/** Since Linux 4.17 sock_inuse_add counts for each network namespace; before, one number stood for the whole host. */
function countsByNamespace(release: unknown): boolean {
  const [major = 0, minor = 0] = (/^(\d+)\.(\d+)/.exec(String(release ?? '')) ?? []).slice(1).map(Number);
  return major > 4 || (major === 4 && minor >= 17);
}

/** What `sockets used` says of the descriptors without a row in a network namespace. */
export type RowlessVerdict = ReturnType<typeof compare>;

/**
 * Sockets that stand in no table: `sockets used` of sockstat counts every socket of the namespace (sk_alloc, __sk_free), so what it counts beyond the rows
 * must be what descriptors without a row hold there (`held`, by namespace). More such descriptors: some are of a namespace whose tables were not
 * taken, most often one that no process lives in. Fewer: somebody holds sockets where no descriptor shows them.
 */
export function rowlessVerdicts(
  db: CaseDb,
  captureId: number,
  groups: readonly InetGroup[],
  held: ReadonlyMap<number, number>,
): Map<number, RowlessVerdict> {
  const release = db.get<{ r: unknown }>('SELECT kernel_release AS r FROM captures WHERE capture_id = ?', captureId)?.r;
  if (!countsByNamespace(release)) return new Map();
  const free = new Map<string, number>();
  for (const { ns, pass, n } of db.all<Count>(USED, captureId)) free.set(`${ns} ${pass}`, bounded(n));
  const rows = [
    ...groups.map(({ net_ns: ns, pass, full: n }): Count => ({ ns, pass, n })),
    ...forgedRows(db, captureId).map(({ net_ns: ns, pass }): Count => ({ ns, pass, n: -1 })),
  ];
  for (const { ns, pass, n } of [...rows, ...db.all<Count>(OTHERS, captureId, captureId, captureId, captureId)]) {
    const before = free.get(`${ns} ${pass}`);
    if (before !== undefined) free.set(`${ns} ${pass}`, before - n);
  }
  const namespaces = [...new Set([...free.keys()].map((key) => Number(key.split(' ')[0])))].sort((a, b) => a - b);
  return new Map(
    namespaces.map((ns) => {
      const n = held.get(ns) ?? 0;
      const [counterA, counterB] = [free.get(`${ns} A`) ?? null, free.get(`${ns} B`) ?? null];
      return [ns, compare({ counterA, counterB, rowsA: counterA === null ? null : n, rowsB: counterB === null ? null : n })];
    }),
  );
}

/** Neither is a lie of the host: both say that there is more than files can show. */
export function rowlessChecks(verdicts: ReadonlyMap<number, RowlessVerdict>): LedgerEntry[] {
  return [...verdicts].map(([netNs, { result, expected, found }]) => {
    const basis = 'sockets used of sockstat less the rows of all tables, against descriptors of sockets without a row';
    const more = (found ?? 0) > (expected ?? 0);
    const why =
      result !== 'broken'
        ? ''
        : more
          ? ': some are of a namespace whose tables were not taken'
          : ': some are held where no descriptor shows them';
    return entry('counters', 'sockets in no table', result === 'broken' ? 'blind' : result, basis + why, { netNs, expected, found });
  });
}
