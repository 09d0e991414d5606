import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import { type OptionRow, optionWords } from './option-words.ts';

/** What a socket was asked through a duplicate of a descriptor (--sockopt). */
export interface Asked {
  /** SOCK_STREAM … as SO_TYPE told. */
  readonly type: string | undefined;
  readonly options: readonly string[];
  readonly refused: readonly string[];
  /** What getsockname and getpeername told; undefined where there is none. */
  readonly local: NameRow | undefined;
  readonly peer: NameRow | undefined;
  /** Process that SO_PEERCRED names: who connected, or who called listen. Undefined when it names none. */
  readonly peerPid: number | undefined;
}

/** Why a socket could not be asked at all. */
export interface NotAsked {
  readonly errno: string;
}

export interface NameRow {
  readonly side: string;
  readonly family: string | null;
  readonly address: string | null;
  readonly port: number | null;
  readonly scope_id: number | null;
  readonly path: Value;
  readonly errno: string | null;
}

interface Answer extends OptionRow {
  readonly pid: number;
  readonly tid: number;
  readonly fd: number;
}

const OPTIONS = `SELECT o.pid, o.tid, o.fd, o.level, o.name, o.value, o.bytes, o.errno
  FROM fds AS f JOIN socket_options AS o ON o.capture_id = f.capture_id AND o.pid = f.pid AND o.tid = f.tid AND o.fd = f.fd
  WHERE f.capture_id = ? AND f.socket_inode = ? ORDER BY o.level IS NULL, o.pid, o.tid, o.fd, o.line`;
const NAMES = `SELECT side, family, address, port, scope_id, path, errno FROM socket_names
  WHERE capture_id = ? AND pid = ? AND tid = ? AND fd = ?`;

/** Numbers of SO_TYPE (include/linux/net.h). */
const TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'SOCK_STREAM'],
  [2, 'SOCK_DGRAM'],
  [3, 'SOCK_RAW'],
  [4, 'SOCK_RDM'],
  [5, 'SOCK_SEQPACKET'],
  [6, 'SOCK_DCCP'],
  [10, 'SOCK_PACKET'],
]);

/** The socket with this inode, which was asked once, through the first descriptor at which it was met; null when none of its descriptors was. */
export function askedOf(db: CaseDb, captureId: number, inode: number, little: boolean): Asked | NotAsked | null {
  const answers = db.all<Answer>(OPTIONS, captureId, inode);
  const first = answers[0];
  if (first === undefined) return null;
  if (first.level === null) return { errno: first.errno ?? 'EBADF' };
  const rows = answers.filter((a) => a.pid === first.pid && a.tid === first.tid && a.fd === first.fd);
  const { set, refused } = optionWords(rows, little);
  const names = db.all<NameRow>(NAMES, captureId, first.pid, first.tid, first.fd);
  const name = (side: string): NameRow | undefined => names.find((n) => n.side === side && n.errno === null);
  const value = (option: string): number | null => rows.find((r) => r.name === option)?.value ?? null;
  const type = value('SO_TYPE');
  return {
    type: type === null ? undefined : (TYPES.get(type) ?? `unknown socket type ${type}`),
    options: set,
    refused,
    local: name('local'),
    peer: name('peer'),
    peerPid: peerPid(rows, little),
  };
}

/** struct ucred: pid, uid, gid. 0 is nobody, or somebody whom the capture's process could not see. */
function peerPid(rows: readonly OptionRow[], little: boolean): number | undefined {
  const bytes = rows.find((r) => r.name === 'SO_PEERCRED')?.bytes;
  if (bytes === null || bytes === undefined || bytes.length < 12) return undefined;
  const pid = little ? Buffer.from(bytes).readInt32LE(0) : Buffer.from(bytes).readInt32BE(0);
  return pid > 0 ? pid : undefined;
}
