import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';

/** A row of a socket table, its two passes together. */
export interface SocketRow {
  readonly net_ns: number | null;
  readonly protocol: string;
  readonly local: Value;
  readonly remote: Value;
  /** Of netlink the port id. */
  readonly port: number | null;
  readonly state: string | null;
  readonly mini: number | null;
  readonly inode: number | null;
  readonly passes: string;
  /** Every row of it: `SOURCE:LINE`, comma separated; empty where it is not known. */
  readonly places: string;
}

/** A table of sockets, its columns as expressions for those of SocketRow. */
export interface SocketTable {
  readonly name: string;
  readonly protocol: string;
  readonly local: string;
  readonly remote?: string;
  readonly port?: string;
  readonly state?: string;
  readonly mini?: string;
  /** What tells sockets without an inode apart, where the table has such. */
  readonly zero?: string;
}

export const SOCKET_TABLES: readonly SocketTable[] = [
  {
    name: 'sockets_inet',
    protocol: 'proto',
    local: "local_address || ':' || local_port",
    remote: "remote_address || ':' || remote_port",
    port: 'local_port',
    state: 'state',
    mini: 'max(coalesce(mini, 0))',
    zero: 'proto, local_address, local_port, remote_address, remote_port',
  },
  { name: 'sockets_unix', protocol: "'unix'", local: 'path', state: 'state', zero: 'pointer, path' },
  { name: 'sockets_netlink', protocol: "'netlink'", local: "s.protocol || ':' || port_id", port: 'port_id' },
  { name: 'sockets_packet', protocol: "'packet'", local: 'ifindex' },
  {
    name: 'sockets_sctp',
    protocol: "'sctp'",
    local: "local_addresses || ':' || local_port",
    remote: "remote_addresses || ':' || remote_port",
    port: 'local_port',
  },
];

/** Rows whose inode no descriptor has, and how many rows an inode must have in the table to be asked for. */
export const FREE = `s.capture_id = ? AND s.inode > 0
    AND NOT EXISTS (SELECT 1 FROM fds f WHERE f.capture_id = s.capture_id AND f.socket_inode = s.inode) GROUP BY s.inode HAVING count(*) >=`;

function select({ protocol, local, remote = 'NULL', port = 'NULL', state = 'NULL', mini = '0' }: SocketTable): string {
  return `SELECT net_ns, ${protocol} AS protocol, ${local} AS local, ${remote} AS remote, ${port} AS port, ${state} AS state, ${mini} AS mini,
    inode, CASE WHEN min(pass) = max(pass) THEN min(pass) ELSE 'AB' END AS passes, coalesce(group_concat(source_id || ':' || line), '') AS places FROM`;
}

/**
 * Rows of a table that nobody holds, a socket of both passes once: those without an inode, and where `least` is given those of an inode that has
 * as many rows. Inodes are taken from the index and looked up before any row is read: nearly all are held.
 */
export function unheldRows(db: CaseDb, captureId: number, table: SocketTable, least: number | null): Iterable<SocketRow> {
  const { name, zero } = table;
  const free = `SELECT s.inode AS free FROM ${name} s WHERE ${FREE} ${least}`;
  const parts = [
    ...(least === null
      ? []
      : [
          `${select(table)} (${free}) CROSS JOIN ${name} s WHERE s.capture_id = ? AND s.inode = free GROUP BY net_ns, inode, 2, local, remote`,
        ]),
    ...(zero === undefined ? [] : [`${select(table)} ${name} s WHERE capture_id = ? AND inode = 0 GROUP BY net_ns, ${zero}`]),
  ];
  return rowsOf(db, captureId, parts.join(' UNION ALL '));
}

/** Rows of a table that a descriptor refers to, a socket of both passes once. */
export function heldRows(db: CaseDb, captureId: number, table: SocketTable): Iterable<SocketRow> {
  return rowsOf(
    db,
    captureId,
    `${select(table)} ${table.name} s WHERE capture_id = ? AND inode > 0
       AND EXISTS (SELECT 1 FROM fds f WHERE f.capture_id = s.capture_id AND f.socket_inode = s.inode)
     GROUP BY net_ns, inode, 2, local, remote ORDER BY min(source_id), min(line)`,
  );
}

function rowsOf(db: CaseDb, captureId: number, sql: string): Iterable<SocketRow> {
  if (sql === '') return [];
  const captureIds = Array.from({ length: sql.split('?').length - 1 }, () => captureId);
  return db.iterate<SocketRow>(sql, ...captureIds);
}
