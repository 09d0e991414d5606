import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import { ToolMistake } from '../mistake.ts';
import type { Tool, ToolContext } from '../tool.ts';
import { parseSockstat, type SockstatRequest, usage } from './options.ts';
import { findRows, type Row } from './rows.ts';
import { freebsd, linux, protoWord, type UserNames } from './text.ts';

/**
 * `coldstat sockstat`: sockets by holder, in the look of FreeBSD (default) or of the Linux port 0.4.1 (`--compat sockstat=linux`). Every holder is a
 * row; sockets without one come last, with `?`. What /proc does not tell (peers of unix sockets, whether an IPv6 socket takes IPv4 too) is said once.
 * Other formats: columns user uid command pid tid fd proto local_address local_port foreign_address foreign_port path state inode net_ns source_id line.
 */
export const sockstat: Tool = (args, context) => {
  const request = parseSockstat(args);
  if (request.help) return { out: [usage(request.profile)], err: [], exit: () => 0 };
  const users = userNames(context);
  const rows = findRows(context, request, protoWord).filter(holderFilter(context.db, context.captureId, request));
  if (context.format !== 'table') return { out: [], rows: { columns: COLUMNS, rows: records(rows, users) }, err: [], exit: () => 0 };
  const out = request.profile === 'linux' ? linux(rows, users) : freebsd(rows, request, users);
  const peers = rows.some((r) => r.family === null && r.state === 'CONNECTED' && (r.path === null || r.path === ''));
  const err = peers && request.profile === 'freebsd' ? ["sockstat: '??' is a peer that /proc does not tell\n"] : [];
  return { out, err, exit: () => 0 };
};

const COLUMNS = [
  'user',
  'uid',
  'command',
  'pid',
  'tid',
  'fd',
  'proto',
  'local_address',
  'local_port',
  'foreign_address',
  'foreign_port',
  'path',
  'state',
  'inode',
  'net_ns',
  'source_id',
  'line',
] as const;

function* records(rows: Iterable<Row>, users: UserNames): Generator<readonly Value[]> {
  for (const r of rows) {
    const user = r.euid === null ? null : (users.user(r.euid) ?? null);
    yield [
      user,
      r.euid,
      r.name,
      r.pid,
      r.tid,
      r.fd,
      protoWord(r),
      r.local_address,
      r.local_port,
      r.remote_address,
      r.remote_port,
      r.path,
      r.state,
      r.inode,
      r.net_ns,
      r.source_id,
      r.line,
    ];
  }
}

function userNames({ db, captureId }: ToolContext): UserNames {
  const rows = db.all<{ uid: number; name: Value }>('SELECT uid, name FROM users WHERE capture_id = ? ORDER BY line DESC', captureId);
  const names = new Map(
    rows.flatMap((r) => (typeof r.name === 'string' || r.name instanceof Uint8Array ? [[r.uid, r.name] as const] : [])),
  );
  return { user: (uid) => names.get(uid) };
}

/** -P, -U and -G of the Linux port. */
function holderFilter(db: CaseDb, captureId: number, request: SockstatRequest): (row: Row) => boolean {
  const uid = request.user === undefined ? undefined : idOf(db, captureId, 'users', 'uid', request.user);
  const gid = request.group === undefined ? undefined : idOf(db, captureId, 'groups', 'gid', request.group);
  const process = request.process;
  return (r) => {
    if (process !== undefined && String(r.pid) !== process && r.name !== process) return false;
    if (uid !== undefined && r.euid !== uid) return false;
    return gid === undefined || r.egid === gid;
  };
}

function idOf(db: CaseDb, captureId: number, table: 'users' | 'groups', column: 'uid' | 'gid', name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const row = db.get<{ id: number }>(`SELECT ${column} AS id FROM ${table} WHERE capture_id = ? AND name = ?`, captureId, name);
  if (row === undefined) throw new ToolMistake(`sockstat: no ${table === 'users' ? 'user' : 'group'} ${name} in the captured files`, 1);
  return row.id;
}
