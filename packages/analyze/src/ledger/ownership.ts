import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import type { SocketReason } from './reasons.ts';
import { type Scans, scanDescriptors } from './scans.ts';
import { FREE, SOCKET_TABLES, type SocketTable, unheldRows } from './socket-tables.ts';
import { reasonOf, restReason, type Surroundings, surroundings } from './surroundings.ts';

/** A socket that no descriptor holds, once for both passes. */
export interface Unheld {
  readonly netNs: number | null;
  /** tcp, udp6, unix, netlink, packet, sctp … */
  readonly protocol: string;
  readonly local: Value;
  readonly remote: Value;
  readonly state: string | null;
  readonly inode: number | null;
  /** A, B or AB. */
  readonly passes: string;
  /** Its rows, as `SOURCE:LINE`. */
  readonly places: readonly string[];
  readonly reason: SocketReason;
}

/** Every socket without a holder and why, in the order of the tables. */
export function* unheldSockets(db: CaseDb, captureId: number): Generator<Unheld, void> {
  const around = surroundings(db, captureId, scanDescriptors(db, captureId));
  const rest = restReason(countRest(db, captureId, around), around);
  for (const table of SOCKET_TABLES) {
    for (const row of unheldRows(db, captureId, table, 1)) {
      const { net_ns: netNs, protocol, local, remote, state, inode, passes } = row;
      const reason = reasonOf(row, around) ?? rest;
      yield { netNs, protocol, local, remote, state, inode, passes, places: row.places.split(','), reason };
    }
  }
}

function countRest(db: CaseDb, captureId: number, around: Surroundings): number {
  let n = 0;
  for (const table of SOCKET_TABLES) for (const row of unheldRows(db, captureId, table, 1)) if (reasonOf(row, around) === null) n++;
  return n;
}

/**
 * How many sockets of unheldSockets there are for each reason. Where there are many, as in evidence without descriptors, nearly all of them have one
 * row: those are counted by SQLite for each combination that reasonOf looks at.
 */
export function countUnheld(db: CaseDb, captureId: number, scans: Scans): Map<SocketReason, number> {
  const around = surroundings(db, captureId, scans.descriptors);
  const counts = new Map<SocketReason | null, number>();
  const add = (reason: SocketReason | null, n: number) => counts.set(reason, (counts.get(reason) ?? 0) + n);
  for (const table of SOCKET_TABLES) {
    // Which sockets an io_uring lists is known by inode, which rows are forged by place.
    const each = around.uring.size > 0 || (table.name === 'sockets_unix' && around.forged.size > 0);
    if (!each) for (const [reason, n] of aloneReasons(db, captureId, table, around)) add(reason, n);
    const least = each ? 1 : scans.repeated.has(table.name) ? 2 : null;
    for (const row of unheldRows(db, captureId, table, least)) add(reasonOf(row, around), 1);
  }
  const rest = counts.get(null) ?? 0;
  if (rest > 0) add(restReason(rest, around), rest);
  return new Map([...counts].flatMap(([reason, n]) => (reason === null ? [] : [[reason, n]])));
}

/** Reasons of the sockets with an inode that one row alone shows. What reasonOf asks of such is the kernel's own, and whether the other pass should show it. */
function aloneReasons(
  db: CaseDb,
  captureId: number,
  { name, protocol, port = 'NULL' }: SocketTable,
  around: Surroundings,
): [SocketReason | null, number][] {
  const other = JSON.stringify([...around.tables].map((key) => key.split(' ')));
  const row = db.get<{ n: number; kernel: number | null; vanished: number | null; appeared: number | null }>(
    `SELECT count(*) AS n, sum(kernel) AS kernel, 
         sum(CASE WHEN pass = 'A' AND NOT kernel THEN again END) AS vanished, sum(CASE WHEN pass = 'B' AND NOT kernel THEN again END) AS appeared
       FROM (SELECT pass, protocol = 'netlink' AND port = 0 AS kernel, (net_ns, pass, CASE protocol WHEN 'sctp' THEN 'eps' ELSE protocol END) IN
         (SELECT CAST(value ->> 0 AS INTEGER), CASE value ->> 1 WHEN 'A' THEN 'B' ELSE 'A' END, value ->> 2 FROM json_each(?)) AS again
         FROM (SELECT net_ns, ${protocol} AS protocol, ${port} AS port, min(pass) AS pass FROM ${name} s WHERE ${FREE} 1 AND count(*) = 1))`,
    other,
    captureId,
  );
  const [kernel, vanished, appeared] = [row?.kernel ?? 0, row?.vanished ?? 0, row?.appeared ?? 0];
  const counts: [SocketReason | null, number][] = [
    ['kernel', kernel],
    ['vanished', vanished],
    ['appeared', appeared],
    [null, (row?.n ?? 0) - kernel - vanished - appeared],
  ];
  return counts.filter(([, n]) => n > 0);
}
