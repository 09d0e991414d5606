import { ownPids } from '../db/own.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { absentFrom, type Seen, seenBy, type Where } from './seen.ts';

/** The first pid namespace of every boot has this number (PROC_PID_INIT_INO, linux/proc_ns.h), across boots and hosts. */
export const FIRST_PID_NS = 0xeffffffc;

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
  /** Processes, no zombies, of which neither program nor arguments are known. */
  readonly nameless: number;
  /** The capture itself and its descendants: there because of the capture. */
  readonly ownPids: ReadonlySet<number>;
  readonly seen: Seen;
  /** Compared with a capture of the same boot that ran in another network namespace. */
  readonly apart?: true;
}

const SIDE = `SELECT capture_id AS captureId, kind, host, boot_id AS bootId, started_ns AS startedNs, archive_sha256 AS sha256, complete, exit, own_euid AS euid, own_cap_eff AS caps,
  own_net_ns AS netNs, own_pid_ns AS pidNs, own_mnt_ns AS mntNs, own_user_ns AS userNs,
  (SELECT value FROM facts f WHERE f.capture_id = c.capture_id AND name = 'etc/machine-id' LIMIT 1) AS machineId,
  CASE WHEN json_valid(header) THEN json_extract(header, '$.options.with') END AS options,
  CASE WHEN json_valid(header) THEN json_extract(header, '$.self.proc_root') END AS procRoot,
  CASE WHEN json_valid(header) THEN coalesce(json_extract(header, '$.options.light') = 1, 0) ELSE 0 END AS light,
  (SELECT count(*) FROM sources s WHERE s.capture_id = c.capture_id AND errno IN ('EACCES', 'EPERM'))
    + (SELECT count(*) FROM processes p WHERE p.capture_id = c.capture_id AND fd_errno IN ('EACCES', 'EPERM')) AS refused,
  (SELECT count(*) FROM processes p WHERE p.capture_id = c.capture_id AND path IS NULL AND length(coalesce(cmdline_raw, '')) = 0 AND kernel_thread IS NOT 1
    AND coalesce(state, '') NOT IN ('Z', 'X')) AS nameless
  FROM captures c WHERE capture_id = ?`;

export function sideOf(db: CaseDb, captureId: number): Side {
  const side = db.get<Omit<Side, 'ownPids' | 'seen'>>(SIDE, captureId);
  if (side === undefined) throw new Error(`no capture ${captureId}`);
  return { ...side, ownPids: ownPids(db, captureId), seen: seenBy(db, side) };
}

/** The two captures are of one boot of one kernel: inodes and namespace numbers mean the same in both. */
export function sameBoot(before: Side, after: Side): boolean {
  return before.bootId !== null && before.bootId === after.bootId;
}

/** Process ids mean the same in both, too. */
export function samePids(before: Side, after: Side): boolean {
  return sameBoot(before, after) && (before.pidNs === null || after.pidNs === null || before.pidNs === after.pidNs);
}

/** Whether every process that `from` could see is one that `to` could: the first pid namespace shows the processes of all others, and no other one does. */
export function looksOver(to: Pick<Side, 'pidNs'>, from: Pick<Side, 'pidNs'>): boolean {
  return to.pidNs === null || from.pidNs === null || to.pidNs === from.pidNs || to.pidNs === FIRST_PID_NS;
}

/** A network namespace as part of a key: numbers mean the same within one boot alone; across boots there are the captures' own, and others. */
export function namespaceKey(netNs: number | null, side: Side, oneBoot: boolean): string {
  if (oneBoot) return String(netNs);
  return netNs === side.netNs ? 'own' : 'other';
}

/** Both as they are compared with each other. */
export function beside(before: Side, after: Side): readonly [Side, Side] {
  if (!sameBoot(before, after) || before.netNs === null || after.netNs === null || before.netNs === after.netNs) return [before, after];
  return [
    { ...before, apart: true },
    { ...after, apart: true },
  ];
}

/** ` in net:[NUMBER]`; nothing for the capture's own namespace, unless that of the other capture is another one. */
export function netOf(netNs: number | null, side: Side): string {
  return netNs === side.netNs && side.apart !== true ? '' : ` in net:[${netNs}]`;
}

/** Whether what `from` shows at this place, and `to` does not, was not there when `to` was made. Else that is unknown, and no difference. */
export function wasAbsent(from: Side, to: Side, where: Where, oneBoot: boolean): boolean {
  if (oneBoot || where.netNs === undefined) return absentFrom(to.seen, where, looksOver(to, from));
  if (where.netNs === from.netNs) return absentFrom(to.seen, { ...where, netNs: to.netNs }, true);
  const others = [...to.seen.files].filter(([key]) => key.startsWith(`${where.file} `));
  return to.seen.allLinks && others.every(([, whole]) => whole);
}
