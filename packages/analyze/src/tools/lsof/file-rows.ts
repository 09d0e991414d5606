import { undeleted } from '../../db/deleted.ts';
import type { Value } from '../../render/value.ts';
import { anonName } from './anon-names.ts';
import { errnoText } from './errno.ts';
import type { FdRow, LinkRow, MapRow } from './evidence.ts';
import { type FileParts, type OpenFile, openFile } from './open-file.ts';
import type { SocketRow } from './socket-rows.ts';

/** Rows of one process from its links, maps and descriptors: what each kind of object prints. */

/** Type bits of st_mode (stat(2)) to TYPE; 0 is what anonymous inodes have. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [0o010000, 'FIFO'],
  [0o020000, 'CHR'],
  [0o040000, 'DIR'],
  [0o060000, 'BLK'],
  [0o100000, 'REG'],
  [0o120000, 'LINK'],
  [0o140000, 'sock'],
]);

/** File systems that matter to a row. */
export interface FileSystems {
  /** By MAJOR:MINOR. */
  type(dev: string): string | null;
  /** By mount id, for files that were not asked. */
  typeOfMount(mntId: number): string | null;
}

const NFS = /^nfs/;

function typeOf(mode: number | null, fallback: string): string {
  if (mode === null) return fallback;
  return TYPES.get(mode & 0o170000) ?? fallback;
}

/** cwd, root and exe. `path` is where the link stands, for the row that says why it could not be read. */
export function linkFile(role: 'cwd' | 'rtd' | 'txt', path: string, link: LinkRow | undefined, owner: number | null): OpenFile | null {
  if (link === undefined) return null;
  const kind = 'file';
  const place = { role, kind, sourceId: link.sourceId, line: link.line };
  if (link.target === null) {
    if (link.targetErrno === null) return null;
    // a kernel thread has no exe, and lsof makes no remark on that
    const silent = role === 'txt' && link.targetErrno === 'ENOENT' && owner === 0;
    const warning = silent ? null : `(readlink: ${errnoText(link.targetErrno)})`;
    return openFile({ ...place, type: 'unknown', name: path, warning, refused: true });
  }
  // these are asked by name, so a name that is gone says nothing of the file
  const errno = link.statErrno === 'ENOENT' ? null : link.statErrno;
  // a working or root directory is a directory and an executable a regular file, whether stat was taken or not
  const type = typeOf(link.mode, errno !== null ? 'unknown' : role === 'txt' ? 'REG' : 'DIR');
  return openFile({ ...place, ...stat(link), type, name: link.target, warning: statWarning(errno) });
}

function stat(row: {
  dev: string | null;
  rdev?: string | null;
  ino: string | null;
  nlink: string | null;
  size: string | null;
}): Partial<FileParts> {
  return { dev: row.dev, rdev: row.rdev ?? null, inode: row.ino, nlink: row.nlink, size: row.size };
}

function statWarning(errno: string | null): string | null {
  return errno === null ? null : `(stat: ${errnoText(errno)})`;
}

/** A mapped file; `DEL` when its name is gone. */
export function mapFile(map: MapRow): OpenFile {
  const place = { sourceId: map.sourceId, line: map.line, kind: 'map' };
  const inode = map.mapInode;
  const same = map.ino === inode && map.dev === map.mapDev;
  // stat is taken through the map where that is possible, so it can succeed on a file whose name is gone
  if (map.deleted === 1) return openFile({ ...place, role: 'DEL', type: 'REG', dev: map.mapDev, inode, name: undeleted(map.path) });
  const base = { ...place, role: 'mem', dev: map.mapDev, inode, name: map.path } as const;
  if (map.statErrno !== null) return openFile({ ...base, type: 'REG', warning: statWarning(map.statErrno) });
  if (map.mode === null) {
    // what is no path cannot be asked, and the live tool says so
    const path = typeof map.path !== 'string' || map.path.startsWith('/');
    return openFile({ ...base, type: 'REG', warning: path ? null : statWarning('ENOENT') });
  }
  const type = typeOf(map.mode, 'REG');
  if (same) return openFile({ ...base, type, nlink: map.nlink, size: sized(type) ? map.size : null });
  const parts = [map.dev === map.mapDev ? '' : `dev=${(map.dev ?? '').replace(':', ',')}`, map.ino === inode ? '' : `inode=${map.ino}`];
  return openFile({ ...base, type, warning: `(path ${parts.filter((p) => p !== '').join(', ')})` });
}

function sized(type: string): boolean {
  return type === 'REG' || type === 'DIR' || type === 'a_inode' || type === 'PSXMQ' || type === 'LINK';
}

/** A descriptor that is no socket. */
export function fdFile(row: FdRow, path: string, systems: FileSystems): OpenFile {
  const base = {
    fd: row.fd,
    access: accessOf(row),
    flags: row.flags,
    kind: row.kind ?? 'unknown',
    sourceId: row.sourceId,
    line: row.line,
  };
  if (row.target === null) {
    const warning = row.targetErrno === null ? null : `(readlink: ${errnoText(row.targetErrno)})`;
    return openFile({ ...base, type: 'unknown', name: `${path}/${row.fd}`, warning, refused: row.targetErrno !== null });
  }
  const info = parseDetail(row.detail);
  const type = fdType(row, systems);
  const nfs = NFS.test((row.mntId === null ? null : systems.typeOfMount(row.mntId)) ?? '');
  const name = row.kind === null || row.kind === 'file' || row.kind === 'memfd' ? row.target : anonName(row.kind, row.target, info);
  return openFile({
    ...base,
    ...stat(row),
    type,
    size: sized(type) ? row.size : null,
    offset: row.pos,
    inode: row.ino ?? row.anyIno,
    name,
    warning: statWarning(row.statErrno),
    nfs,
    info,
  });
}

/** Mode of the link, as lsof reads it: neither right or both is `u`. */
function accessOf(row: FdRow): string | null {
  if (row.linkMode === null) return row.access;
  const bits = row.linkMode & 0o600;
  return bits === 0o400 ? 'r' : bits === 0o200 ? 'w' : 'u';
}

/** What is certain without stat: pipes are FIFOs, memfds and namespaces regular files. */
function fdType(row: FdRow, systems: FileSystems): string {
  if (row.statErrno !== null) return 'unknown';
  if (row.kind === 'anon_inode') return typeOf(row.mode, 'a_inode');
  const certain = row.kind === 'pipe' ? 'FIFO' : row.kind === 'memfd' || row.kind === 'namespace' ? 'REG' : 'unknown';
  const type = typeOf(row.mode, certain);
  return type === 'REG' && row.dev !== null && systems.type(row.dev) === 'mqueue' ? 'PSXMQ' : type;
}

function parseDetail(json: string | null): readonly (readonly [string, string])[] {
  return json === null ? [] : (JSON.parse(json) as [string, string][]);
}

function prefixed(words: string, value: Value): Value {
  return value instanceof Uint8Array ? Buffer.concat([Buffer.from(words), value]) : `${words}${value}`;
}

/** A socket, by its row of a table when it is in one, else by the name the kernel gave its protocol, else by `nameless`. */
export function socketFile(row: FdRow, socket: SocketRow | undefined, protocol: Value, nameless: string): OpenFile {
  const base = {
    fd: row.fd,
    access: accessOf(row),
    flags: row.flags,
    offset: row.pos,
    sourceId: row.sourceId,
    line: row.line,
  };
  const inode = row.socketInode === null ? null : String(row.socketInode);
  if (socket === undefined || socket.table === 'foreign' || socket.table === 'icmp6') {
    const name = protocol === null ? (socket?.text ?? nameless) : prefixed('protocol: ', protocol);
    const node = { dev: row.dev, inode: row.ino ?? inode, netNs: socket?.netNs ?? null };
    const kind = socket?.table === 'icmp6' ? socket.table : 'socket';
    return openFile({ ...base, ...node, type: 'sock', name, kind, warning: statWarning(row.statErrno) });
  }
  const hasNode = socket.protocol !== null;
  const name = socket.path === null ? (socket.text ?? '') : socket.path;
  return openFile({
    ...base,
    type: socket.type,
    kind: socket.table,
    deviceText: socket.address ?? (hasNode ? inode : null),
    inode: hasNode ? null : inode,
    protocol: socket.protocol,
    name: socket.ends === null ? name : '',
    remark: socket.path === null ? null : socket.text,
    ends: socket.ends,
    state: socket.state,
    receiveQueue: socket.receiveQueue,
    sendQueue: socket.sendQueue,
    netNs: socket.netNs,
  });
}
