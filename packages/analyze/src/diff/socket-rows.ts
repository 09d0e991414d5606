import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { compareInet, type Spot } from './inet-scan.ts';
import type { Where } from './seen.ts';
import type { Side } from './side.ts';

/** A socket of any family as one pass shows it. */
export interface SocketRow {
  readonly protocol: string;
  readonly net_ns: number | null;
  readonly local: Value;
  readonly remote: Value;
  readonly state: string | null;
  readonly inode: number | null;
  readonly pass: string;
  readonly source_id: number;
  readonly line: number;
}

/** How the sockets of one table are known. `same`: what two rows `s` and `o` must share to be the same socket in the same state; those of sockets_inet are compared by inet-scan.ts. */
export interface Family {
  readonly columns: string;
  readonly table: string;
  readonly listening: string;
  readonly same: string;
}

const FAMILIES: readonly Family[] = [
  {
    table: 'sockets_inet',
    columns: `proto AS protocol, net_ns, local_address || ':' || local_port AS local, remote_address || ':' || remote_port AS remote, state, inode, pass, source_id, line`,
    listening: "(s.state_raw = 10 OR (s.state_raw = 7 AND s.proto IN ('udp', 'udp6', 'udplite', 'udplite6', 'raw', 'raw6')))",
    same: '0',
  },
  {
    table: 'sockets_unix',
    columns: `'unix' AS protocol, net_ns, path AS local, type AS remote, state, inode, pass, source_id, line`,
    listening: 's.listening = 1',
    same: 'o.state_raw = s.state_raw AND o.path IS s.path',
  },
  {
    table: 'sockets_netlink',
    columns: `'netlink' AS protocol, net_ns, protocol || ':' || port_id AS local, NULL AS remote, NULL AS state, inode, pass, source_id, line`,
    listening: '0',
    same: 'o.protocol = s.protocol AND o.port_id = s.port_id',
  },
  {
    table: 'sockets_packet',
    columns: `'packet' AS protocol, net_ns, 'protocol ' || protocol || ' interface ' || ifindex AS local, type AS remote, NULL AS state, inode, pass, source_id, line`,
    listening: '0',
    same: 'o.protocol = s.protocol AND o.ifindex = s.ifindex AND o.type_raw = s.type_raw',
  },
  {
    table: 'sockets_sctp',
    columns: `'sctp' AS protocol, net_ns, local_addresses || ':' || local_port AS local, remote_addresses || ':' || remote_port AS remote,
      CAST(state_raw AS TEXT) AS state, inode, pass, source_id, line`,
    listening: "s.kind = 'endpoint'",
    same: 'o.state_raw IS s.state_raw AND o.local_port = s.local_port AND o.remote_port IS s.remote_port AND o.local_addresses = s.local_addresses',
  },
];

/** The sockets of one family in two captures. */
export interface Compared {
  readonly family: Family;
  /** No listener, and not in the other capture in any pass. */
  readonly onlyBefore: readonly SocketRow[];
  readonly onlyAfter: readonly SocketRow[];
  readonly listeningBefore: readonly SocketRow[];
  readonly listeningAfter: readonly SocketRow[];
}

/** The equal rows, which are most, never leave SQLite, or are met as numbers alone. */
export function compareFamilies(db: CaseDb, before: Side, after: Side, oneBoot: boolean): Compared[] {
  return FAMILIES.map((family) => {
    if (family.table === 'sockets_inet') return inet(db, family, before, after, oneBoot);
    const only = oneBoot ? different : notListening;
    return {
      family,
      onlyBefore: only(db, family, before, after),
      onlyAfter: only(db, family, after, before),
      listeningBefore: listening(db, family, before),
      listeningAfter: listening(db, family, after),
    };
  });
}

function inet(db: CaseDb, family: Family, before: Side, after: Side, oneBoot: boolean): Compared {
  const { onlyBefore, onlyAfter, listeningBefore, listeningAfter } = compareInet(db, before, after, oneBoot);
  return {
    family,
    onlyBefore: inetRows(db, family, before, onlyBefore, 's.inode, s.pass, s.line'),
    onlyAfter: inetRows(db, family, after, onlyAfter, 's.inode, s.pass, s.line'),
    listeningBefore: inetRows(db, family, before, listeningBefore, 's.pass, s.line'),
    listeningAfter: inetRows(db, family, after, listeningAfter, 's.pass, s.line'),
  };
}

/** The rows in these places: found by their inodes, of which there is an index, and picked by source and line. */
function inetRows(db: CaseDb, { columns }: Family, { captureId }: Side, spots: readonly Spot[], order: string): SocketRow[] {
  if (spots.length === 0) return [];
  const inodes = JSON.stringify([...new Set(spots.map(({ inode }) => inode))]);
  const places = `[${spots.map(({ source, line }) => (BigInt(source) << 32n) | BigInt(line)).join(',')}]`;
  return db.all<SocketRow>(
    `SELECT ${columns} FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN sockets_inet s WHERE s.capture_id = ? AND s.inode IS wanted
     AND (s.source_id << 32 | s.line) IN (SELECT value FROM json_each(?)) ORDER BY ${order}, s.rowid`,
    inodes,
    captureId,
    places,
  );
}

/** Rows that the other capture has not in the same state in any pass; without an inode a row is known by its addresses alone, and they are compared later. */
function different(db: CaseDb, family: Family, one: Side, other: Side): SocketRow[] {
  const { columns, table, listening, same } = family;
  return db.all<SocketRow>(
    `SELECT ${columns} FROM ${table} s WHERE s.capture_id = ? AND NOT ${listening} AND (s.inode = 0 OR NOT EXISTS (
       SELECT 1 FROM ${table} o WHERE o.capture_id = ? AND o.inode = s.inode AND o.net_ns IS s.net_ns AND ${same})) ORDER BY s.inode, s.pass`,
    one.captureId,
    other.captureId,
  );
}

/** Every row that is no listener, for captures whose inodes mean nothing to each other. */
function notListening(db: CaseDb, { columns, table, listening }: Family, side: Side): SocketRow[] {
  return db.all<SocketRow>(
    `SELECT ${columns} FROM ${table} s WHERE s.capture_id = ? AND NOT ${listening} ORDER BY pass, line`,
    side.captureId,
  );
}

function listening(db: CaseDb, family: Family, side: Side): SocketRow[] {
  return db.all<SocketRow>(
    `SELECT ${family.columns} FROM ${family.table} s WHERE s.capture_id = ? AND ${family.listening} ORDER BY pass, line`,
    side.captureId,
  );
}

/** Where the row was read, for whether the other capture would have shown it. */
export function whereOf({ protocol, net_ns, remote }: SocketRow): Where {
  if (protocol !== 'sctp') return { file: protocol, netNs: net_ns };
  return { file: remote === null ? 'sctp/eps' : 'sctp/assocs', netNs: net_ns };
}

/** Rows by inode, in the order of passes. */
export type ByInode = ReadonlyMap<number, readonly SocketRow[]>;

/** The rows of the sockets that a capture has under these inodes; one that waits for others is told as a listener. */
export function byInode(db: CaseDb, { columns, table, listening }: Family, side: Side, inodes: Iterable<number>): ByInode {
  const rows = db.all<SocketRow>(
    `SELECT ${columns} FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN ${table} s WHERE s.capture_id = ? AND s.inode = wanted AND NOT ${listening}
     ORDER BY s.inode, s.pass, s.rowid`,
    JSON.stringify([...inodes]),
    side.captureId,
  );
  return groupByInode(rows);
}

/** Those with an inode. */
export function groupByInode(rows: readonly SocketRow[]): Map<number, SocketRow[]> {
  const groups = new Map<number, SocketRow[]>();
  for (const row of rows) {
    if (row.inode === 0 || row.inode === null) continue;
    const list = groups.get(row.inode);
    if (list === undefined) groups.set(row.inode, [row]);
    else list.push(row);
  }
  return groups;
}
