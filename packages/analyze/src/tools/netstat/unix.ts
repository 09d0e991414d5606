import { FORGED_MARK, maybeForged } from '../../db/forged.ts';
import { terminal } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import { rowsOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';
import { LABEL_TITLE, labelCell, programCell } from './holders.ts';
import { type Surroundings, scopeWords, whyCell } from './inet.ts';
import type { Request } from './options.ts';

export interface UnixRow {
  readonly net_ns: number | null;
  readonly refcount: number | null;
  readonly flags: number | null;
  readonly listening: number | null;
  readonly type: string | null;
  readonly type_raw: number | null;
  readonly state: string | null;
  readonly state_raw: number | null;
  readonly inode: number | null;
  readonly path: Value;
  readonly source_id: number | null;
  readonly line: number | null;
  /** The row may be part of somebody's name and not the kernel's. */
  readonly forged: boolean;
}

const COLUMNS = 'net_ns, refcount, flags, listening, type, type_raw, state, state_raw, inode, path, source_id, line';

/** A server is an unconnected socket with the listening flag; without -a either those or the others. */
export function* unixRows(context: ToolContext, request: Request): Generator<UnixRow> {
  const forged = maybeForged(context.db, context.captureId);
  for (const row of rowsOf<Omit<UnixRow, 'forged'>>(context, COLUMNS, 'sockets_unix', "AND pass = 'A'")) {
    const server = row.state_raw === 1 && row.listening === 1;
    if (request.all || server === request.listening) yield { ...row, forged: forged.has(`${row.source_id}:${row.line}`) };
  }
}

export function unixHeader(request: Request): string {
  const program = request.programs ? (request.old ? 'PID/Program name    ' : 'PID/Program name     ') : '';
  const label = request.labels ? `${LABEL_TITLE.slice(1)}  ` : '';
  return `Active UNIX domain sockets ${scopeWords(request)}\nProto RefCnt Flags       Type       State         I-Node${request.old ? ' ' : '   '}${program}${label}Path${request.why ? ' Why' : ''}\n`;
}

/** net-tools cuts the name at its first blank; here it is whole but with --strict, and a row that may be forged says so behind it. */
export function unixLine(row: UnixRow, around: Surroundings): string {
  const { request, holders } = around;
  const cells = [
    'unix'.padEnd(5),
    String(row.refcount ?? '?').padEnd(6),
    flagsCell(row.flags).padEnd(11),
    typeCell(row).padEnd(10),
    stateCell(row).padEnd(13),
    String(row.inode ?? '?').padEnd(request.old ? 6 : 8),
  ];
  const held = row.inode === null ? undefined : holders.get(row.inode);
  if (request.programs) cells.push(programCell(held, request).padEnd(20));
  if (request.labels) cells.push(labelCell(held).padEnd(50));
  const path = terminal(request.strict ? firstWord(row.path) : row.path);
  return `${cells.join(' ')} ${path}${row.forged && !request.strict ? ` ${FORGED_MARK}` : ''}${whyCell(row, around)}\n`;
}

/** Up to what scanf takes for white space. */
function firstWord(path: Value): Value {
  if (typeof path !== 'string' && !(path instanceof Uint8Array)) return path;
  const bytes = Buffer.from(path);
  const end = bytes.findIndex((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
  return end < 0 ? path : bytes.subarray(0, end);
}

/** SO_ACCEPTCON, SO_WAITDATA and SO_NOSPACE of include/linux/net.h. */
function flagsCell(flags: number | null): string {
  if (flags === null) return '[ ? ]';
  return `[ ${flags & 0x10000 ? 'ACC ' : ''}${flags & 0x20000 ? 'W ' : ''}${flags & 0x40000 ? 'N ' : ''}]`;
}

const TYPES: readonly string[] = ['', 'STREAM', 'DGRAM', 'RAW', 'RDM', 'SEQPACKET'];

function typeCell({ type_raw: type }: UnixRow): string {
  return type === null ? '?' : TYPES[type] || 'UNKNOWN';
}

function stateCell({ state_raw: state, listening }: UnixRow): string {
  if (state === null) return '?';
  if (state === 1) return listening === 1 ? 'LISTENING' : '';
  return ['FREE', '', 'CONNECTING', 'CONNECTED', 'DISCONNECTING'][state] ?? 'UNKNOWN';
}
