import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { absentFrom, type Seen, seenBy, type Where } from './seen.ts';

/** What of a capture decides how it can be compared. */
export interface Side {
  readonly captureId: number;
  readonly kind: string;
  readonly host: Value;
  readonly machineId: Value;
  readonly bootId: string | null;
  readonly startedNs: number | bigint | null;
  /** Of the evidence. */
  readonly sha256: string | null;
  readonly complete: number;
  readonly exit: string | null;
  readonly euid: number | null;
  readonly caps: string | null;
  readonly netNs: number | null;
  readonly pidNs: number | null;
  readonly mntNs: number | null;
  readonly userNs: number | null;
  /** Of the header, as JSON: what was asked for in addition, the tree it was read from, and 1 for a light capture. */
  readonly options: string | null;
  readonly procRoot: Value;
  readonly light: number;
  readonly refused: number;
  /** The capture itself and its descendants: there because of the capture. */
  readonly ownPids: ReadonlySet<number>;
  readonly seen: Seen;
}

const SIDE = `SELECT capture_id AS captureId, kind, host, boot_id AS bootId, started_ns AS startedNs, archive_sha256 AS sha256, complete, exit, own_euid AS euid, own_cap_eff AS caps,
  own_net_ns AS netNs, own_pid_ns AS pidNs, own_mnt_ns AS mntNs, own_user_ns AS userNs,
  (SELECT value FROM facts f WHERE f.capture_id = c.capture_id AND name = 'etc/machine-id' LIMIT 1) AS machineId,
  CASE WHEN json_valid(header) THEN json_extract(header, '$.options.with') END AS options,
  CASE WHEN json_valid(header) THEN json_extract(header, '$.self.proc_root') END AS procRoot,
  CASE WHEN json_valid(header) THEN coalesce(json_extract(header, '$.options.light') = 1, 0) ELSE 0 END AS light,
  (SELECT count(*) FROM sources s WHERE s.capture_id = c.capture_id AND errno IN ('EACCES', 'EPERM'))
    + (SELECT count(*) FROM processes p WHERE p.capture_id = c.capture_id AND fd_errno IN ('EACCES', 'EPERM')) AS refused
  FROM captures c WHERE capture_id = ?`;

/** UNION, not UNION ALL: parents may form a circle. */
const OWN_PIDS = `WITH RECURSIVE own(pid) AS (SELECT own_pid FROM captures WHERE capture_id = ? AND own_pid IS NOT NULL
  UNION SELECT p.pid FROM processes p JOIN own ON p.parent = own.pid WHERE p.capture_id = ?) SELECT pid FROM own`;

export function sideOf(db: CaseDb, captureId: number): Side {
  const side = db.get<Omit<Side, 'ownPids' | 'seen'>>(SIDE, captureId);
  if (side === undefined) throw new Error(`no capture ${captureId}`);
  const ownPids = new Set(db.all<{ pid: number }>(OWN_PIDS, captureId, captureId).map(({ pid }) => pid));
  return { ...side, ownPids, seen: seenBy(db, side) };
}

/** The two captures are of one boot of one kernel: process ids, inodes and namespace numbers mean the same in both. */
export function sameBoot(before: Side, after: Side): boolean {
  return before.bootId !== null && before.bootId === after.bootId;
}

/** A network namespace as part of a key: numbers mean the same within one boot alone; across boots there are the captures' own, and others. */
export function namespaceKey(netNs: number | null, side: Side, oneBoot: boolean): string {
  if (oneBoot) return String(netNs);
  return netNs === side.netNs ? 'own' : 'other';
}

/** Whether what `from` shows at this place, and `to` does not, was not there when `to` was made. Else that is unknown, and no difference. */
export function wasAbsent(from: Side, to: Side, where: Where, oneBoot: boolean): boolean {
  if (oneBoot || where.netNs === undefined) return absentFrom(to.seen, where);
  if (where.netNs === from.netNs) return absentFrom(to.seen, { ...where, netNs: to.netNs });
  const others = [...to.seen.files].filter(([key]) => key.startsWith(`${where.file} `));
  return to.seen.allLinks && others.every(([, whole]) => whole);
}
