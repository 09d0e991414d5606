import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';

/** What of a capture decides how it can be compared. */
export interface Side {
  readonly captureId: number;
  readonly kind: string;
  readonly host: Value;
  readonly bootId: string | null;
  readonly startedNs: number | bigint | null;
  readonly complete: number;
  readonly exit: string | null;
  readonly euid: number | null;
  readonly caps: string | null;
  readonly netNs: number | null;
  readonly pidNs: number | null;
  readonly mntNs: number | null;
  readonly userNs: number | null;
  readonly options: string | null;
  readonly refused: number;
  /** The capture itself and its descendants: there because of the capture. */
  readonly ownPids: ReadonlySet<number>;
}

const SIDE = `SELECT capture_id AS captureId, kind, host, boot_id AS bootId, started_ns AS startedNs, complete, exit, own_euid AS euid, own_cap_eff AS caps,
  own_net_ns AS netNs, own_pid_ns AS pidNs, own_mnt_ns AS mntNs, own_user_ns AS userNs, CASE WHEN json_valid(header) THEN json_extract(header, '$.options.with') END AS options,
  (SELECT count(*) FROM sources s WHERE s.capture_id = c.capture_id AND errno IN ('EACCES', 'EPERM'))
    + (SELECT count(*) FROM processes p WHERE p.capture_id = c.capture_id AND fd_errno IN ('EACCES', 'EPERM')) AS refused
  FROM captures c WHERE capture_id = ?`;

/** UNION, not UNION ALL: parents may form a circle. */
const OWN_PIDS = `WITH RECURSIVE own(pid) AS (SELECT own_pid FROM captures WHERE capture_id = ? AND own_pid IS NOT NULL
  UNION SELECT p.pid FROM processes p JOIN own ON p.parent = own.pid WHERE p.capture_id = ?) SELECT pid FROM own`;

export function sideOf(db: CaseDb, captureId: number): Side {
  const side = db.get<Omit<Side, 'ownPids'>>(SIDE, captureId);
  if (side === undefined) throw new Error(`no capture ${captureId}`);
  return { ...side, ownPids: new Set(db.all<{ pid: number }>(OWN_PIDS, captureId, captureId).map(({ pid }) => pid)) };
}

/** The two captures are of one boot of one kernel: process ids, inodes and namespace numbers mean the same in both. */
export function sameBoot(before: Side, after: Side): boolean {
  return before.bootId !== null && before.bootId === after.bootId;
}

/** A network namespace as part of a key: numbers mean the same within one boot alone, across boots only the captures' own are the same. */
export function namespaceKey(netNs: number | null, side: Side, oneBoot: boolean): string {
  return !oneBoot && netNs === side.netNs ? 'own' : String(netNs);
}

/** What makes the comparison say less than it seems to, each in a sentence; to be said before the changes. */
export function weaknesses(before: Side, after: Side): string[] {
  const notes: string[] = [];
  const differ = (what: string, a: unknown, b: unknown, then: string): void => {
    if (a !== b && a !== null && b !== null) notes.push(`${what} differ (${a} and ${b}): ${then}`);
  };
  if (before.host instanceof Uint8Array || after.host instanceof Uint8Array || before.host !== after.host) {
    notes.push('the captures are of different hosts: everything that is named alike is compared as if it were one');
  }
  if (before.bootId === null || after.bootId === null) notes.push(`the boot is not known: ${BY_NAME}`);
  else if (!sameBoot(before, after)) notes.push(`the host was booted between them: ${BY_NAME}`);
  if (before.startedNs !== null && after.startedNs !== null && BigInt(before.startedNs) > BigInt(after.startedNs)) {
    notes.push('the first capture is the later one');
  }
  differ('the users that captured', before.euid, after.euid, 'what one could not see is missing there, not gone');
  differ('the capabilities of the captures', before.caps, after.caps, 'what one could not see is missing there, not gone');
  if (sameBoot(before, after)) {
    differ('the network namespaces they ran in', before.netNs, after.netNs, 'namespaces are compared by their number');
    differ('the pid namespaces they ran in', before.pidNs, after.pidNs, 'a process bears another id in each');
    differ('the mount namespaces they ran in', before.mntNs, after.mntNs, 'paths and files of /etc may be others');
    differ('the user namespaces they ran in', before.userNs, after.userNs, 'user ids may be mapped');
  }
  differ('what they were asked for', before.options, after.options, 'kinds that one did not take are missing there');
  differ('the kinds of evidence', before.kind, after.kind, 'what one does not hold is missing there, not gone');
  for (const side of [before, after]) {
    if (side.complete !== 1 && side.kind === 'coldstat')
      notes.push(`capture ${side.captureId} is cut off: what is missing there may have been there`);
    if (side.exit === 'timeout' || side.exit === 'interrupted') notes.push(`capture ${side.captureId} was stopped early (${side.exit})`);
  }
  differ('the numbers of sources refused', before.refused, after.refused, 'one saw more than the other');
  return notes;
}

const BY_NAME = 'processes are matched by program and arguments, sockets by address, and descriptors are not compared';
