import type { Value } from '../../render/value.ts';
import { scopeOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';

type Source = Pick<ToolContext, 'db' | 'captureId' | 'netns'>;

/** A row of one of the diag tables, by the names of its columns. */
export type DiagRow = Readonly<Record<string, Value>>;

/** What hangs on a socket of the kernel's own dump; asked for only where it is printed. */
export interface Diag {
  readonly row: DiagRow;
  /** Row of diag_tcp_info. */
  tcpInfo(): DiagRow | undefined;
  /** Whether the numbers of the host begin with their highest byte, for what is kept as bytes. */
  bigEndian(): boolean;
  /** Values of diag_attributes by name. */
  attributes(): ReadonlyMap<string, { readonly value: Value; readonly bytes: Value }>;
  /** The same socket in the tables of /proc, in either pass. */
  procRow(): { readonly sourceId: number; readonly line: number } | undefined;
  /** Whether a descriptor of the capture refers to it. */
  held(): boolean;
  /** Inodes that wait in the queue of a unix listener. */
  pending(): readonly number[];
}

/** A number of 32 bits at most; null when the kernel did not tell it. */
export function num(row: DiagRow | undefined, column: string): number | null {
  const value = row?.[column];
  return typeof value === 'number' ? value : null;
}

/** A number of 64 bits, which is a bigint or text where it is large. */
export function big(row: DiagRow | undefined, column: string): bigint | null {
  const value = row?.[column];
  return value === null || value === undefined || value instanceof Uint8Array ? null : BigInt(value);
}

/** Network namespaces of which one of these dumps was captured to its end. */
export function dumped(source: Source, dumps: readonly string[]): ReadonlySet<number | null> {
  const { where, values } = scopeOf(source);
  const list = dumps.map(() => '?').join(', ');
  const sql = `SELECT DISTINCT net_ns FROM diag_dumps WHERE ${where} AND dump IN (${list}) AND result = 'done' AND errno = 0`;
  return new Set(source.db.all<{ net_ns: number | null }>(sql, ...values, ...dumps).map((r) => r.net_ns));
}

/** Whether the capture holds any dump of sockets at all that the kernel answered. */
export function anyDump(source: Source): boolean {
  const { where, values } = scopeOf(source);
  return (
    source.db.get(
      `SELECT 1 FROM diag_dumps WHERE ${where} AND dump <> 'ipv4-addresses' AND result = 'done' AND errno = 0 LIMIT 1`,
      ...values,
    ) !== undefined
  );
}

/** Rows of a diag table of those namespaces, in the order in which the kernel gave them. */
export function* diagRows(
  source: Source,
  table: string,
  among: ReadonlySet<number | null>,
  and = '',
  ...more: readonly Value[]
): Generator<DiagRow> {
  if (among.size === 0) return;
  const { where, values } = scopeOf(source);
  const sql = `SELECT * FROM ${table} WHERE ${where} ${and} ORDER BY source_id, line`;
  for (const row of source.db.iterate<DiagRow>(sql, ...values, ...more)) if (among.has(num(row, 'net_ns'))) yield row;
}

export function diagOf({ db, captureId }: Source, row: DiagRow): Diag {
  const at = [captureId, row['source_id'] ?? null, row['line'] ?? null] as const;
  return {
    row,
    tcpInfo: () => db.get<DiagRow>('SELECT * FROM diag_tcp_info WHERE capture_id = ? AND source_id = ? AND line = ?', ...at),
    bigEndian: () =>
      db.get<{ order: Value }>('SELECT byte_order AS "order" FROM captures WHERE capture_id = ?', captureId)?.order === 'big',
    attributes: () => {
      const sql = 'SELECT name, value, bytes FROM diag_attributes WHERE capture_id = ? AND source_id = ? AND line = ? AND name IS NOT NULL';
      const rows = db.all<{ name: string; value: Value; bytes: Value }>(sql, ...at);
      return new Map(rows.map(({ name, value, bytes }) => [name, { value, bytes }]));
    },
    procRow: () => procRow({ db, captureId }, row),
    held: () =>
      db.get('SELECT 1 FROM fds WHERE capture_id = ? AND socket_inode = ? LIMIT 1', captureId, row['inode'] ?? null) !== undefined,
    pending: () =>
      db
        .all<{ n: number }>(
          'SELECT peer_inode AS n FROM diag_unix_pending WHERE capture_id = ? AND source_id = ? AND line = ? ORDER BY rowid',
          ...at,
        )
        .map(({ n }) => n),
  };
}

const TABLES = ['sockets_inet', 'sockets_unix', 'sockets_netlink', 'sockets_packet'] as const;
const ENDS = ['proto', 'local_address', 'local_port', 'remote_address', 'remote_port'] as const;

function procRow({ db, captureId }: Pick<Source, 'db' | 'captureId'>, row: DiagRow): { sourceId: number; line: number } | undefined {
  const inode = num(row, 'inode');
  if (inode !== null && inode !== 0) {
    for (const table of TABLES) {
      const sql = `SELECT source_id AS sourceId, line FROM ${table} WHERE capture_id = ? AND inode = ? ORDER BY source_id LIMIT 1`;
      const found = db.get<{ sourceId: number; line: number }>(sql, captureId, inode);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof row['proto'] !== 'string') return undefined;
  const same = ENDS.map((column) => `${column} IS ?`).join(' AND ');
  const sql = `SELECT source_id AS sourceId, line FROM sockets_inet WHERE capture_id = ? AND net_ns IS ? AND ${same} AND inode = 0 ORDER BY source_id LIMIT 1`;
  return db.get(sql, captureId, row['net_ns'] ?? null, ...ENDS.map((column) => row[column] ?? null));
}
