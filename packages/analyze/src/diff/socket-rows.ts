import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
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

/** How the sockets of one table are known. `same`: what two rows `s` and `o` must share to be the same socket in the same state. */
export interface Family {
  readonly columns: string;
  readonly table: string;
  readonly listening: string;
  readonly same: string;
}

export const FAMILIES: readonly Family[] = [
  {
    table: 'sockets_inet',
    columns: `proto AS protocol, net_ns, local_address || ':' || local_port AS local, remote_address || ':' || remote_port AS remote, state, inode, pass, source_id, line`,
    listening: "(s.state = 'LISTEN' OR (s.state = 'CLOSE' AND s.proto IN ('udp', 'udp6', 'udplite', 'udplite6', 'raw', 'raw6')))",
    same: `o.proto = s.proto AND o.state_raw = s.state_raw AND o.local_port = s.local_port AND o.remote_port = s.remote_port
      AND o.local_address = s.local_address AND o.remote_address = s.remote_address`,
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

/** Rows with an inode that the other capture has not in the same state in any pass. The equal ones never leave SQLite. */
export function different(db: CaseDb, family: Family, one: Side, other: Side): SocketRow[] {
  const { columns, table, listening, same } = family;
  return db.all<SocketRow>(
    `SELECT ${columns} FROM ${table} s WHERE s.capture_id = ? AND s.inode > 0 AND NOT ${listening} AND NOT EXISTS (
       SELECT 1 FROM ${table} o WHERE o.capture_id = ? AND o.inode = s.inode AND o.net_ns IS s.net_ns AND ${same}) ORDER BY s.inode, s.pass`,
    one.captureId,
    other.captureId,
  );
}

/** Rows without an inode, which are known by their addresses alone. */
export function withoutInode(db: CaseDb, { columns, table }: Family, side: Side): SocketRow[] {
  return db.all<SocketRow>(`SELECT ${columns} FROM ${table} s WHERE s.capture_id = ? AND s.inode = 0 ORDER BY pass, line`, side.captureId);
}

/** Every row that is no listener, for captures whose inodes mean nothing to each other. */
export function notListening(db: CaseDb, { columns, table, listening }: Family, side: Side): SocketRow[] {
  return db.all<SocketRow>(
    `SELECT ${columns} FROM ${table} s WHERE s.capture_id = ? AND NOT ${listening} ORDER BY pass, line`,
    side.captureId,
  );
}

export function listening(db: CaseDb, family: Family, side: Side): SocketRow[] {
  return db.all<SocketRow>(
    `SELECT ${family.columns} FROM ${family.table} s WHERE s.capture_id = ? AND ${family.listening} ORDER BY pass, line`,
    side.captureId,
  );
}

/** The rows of a socket that the other capture has under the same inode; one that waits for others there is told as a listener. */
export function byInode(db: CaseDb, { columns, table, listening }: Family, side: Side, inode: number): SocketRow[] {
  return db.all<SocketRow>(
    `SELECT ${columns} FROM ${table} s WHERE s.capture_id = ? AND s.inode = ? AND NOT ${listening} ORDER BY pass`,
    side.captureId,
    inode,
  );
}
