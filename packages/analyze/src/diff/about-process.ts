import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { joined } from './change.ts';

/** What of a process answers the first questions about it. */
export interface Questioned {
  readonly pid: number;
  readonly uid: number | null;
  readonly euid: number | null;
  readonly parent: number | null;
  readonly path: Value;
  readonly path_errno: string | null;
  readonly kernel_thread: number | null;
  readonly container_id: string | null;
}

/** Variables by which the loader puts foreign code into a program (ld.so(8)). */
const LOADER = `SELECT pid, name, value FROM process_environ WHERE capture_id = ? AND name IN ('LD_PRELOAD', 'LD_AUDIT', 'LD_LIBRARY_PATH') AND value <> ''
  ORDER BY pid, env_index`;
const NAMES = 'SELECT pid, name FROM processes WHERE capture_id = ?';
const USERS = 'SELECT uid, name FROM users WHERE capture_id = ? AND uid IS NOT NULL ORDER BY source_id DESC, line DESC';

/** Says of processes of one capture who they run as, under whom, from which file and with which foreign libraries; asks the case when the first one is told of. */
export class AboutProcesses {
  readonly #db: CaseDb;
  readonly #captureId: number;
  #known: Known | undefined;

  constructor(db: CaseDb, captureId: number) {
    this.#db = db;
    this.#captureId = captureId;
  }

  /** `uid=0 user=root parent=1 parent_name=systemd exe=/usr/sbin/sshd`: what is unknown is left out, the path with what the kernel put behind it. */
  of({ pid, uid, euid, parent, path, path_errno, kernel_thread, container_id }: Questioned): Value {
    this.#known ??= this.#ask();
    const { names, users, loader } = this.#known;
    const parts: readonly (readonly [string, Value])[] = [
      ['uid', uid],
      ['user', uid === null ? null : (users.get(uid) ?? null)],
      ['euid', euid === uid ? null : euid],
      ['parent', parent],
      ['parent_name', parent === null ? null : (names.get(parent) ?? null)],
      ['exe', path],
      ['exe_errno', path === null && kernel_thread !== 1 ? path_errno : null],
      ['container', container_id],
      ...(loader.get(pid) ?? []),
    ];
    const told = parts.filter(([, value]) => value !== null);
    return told.length === 0 ? null : joined(...told.flatMap(([name, value], i) => [`${i > 0 ? ' ' : ''}${name}=`, word(value)]));
  }

  #ask(): Known {
    const of = <T>(sql: string): T[] => this.#db.all<T>(sql, this.#captureId);
    const loader = new Map<number, (readonly [string, Value])[]>();
    for (const { pid, name, value } of of<{ pid: number; name: string; value: Value }>(LOADER)) {
      const list = loader.get(pid) ?? [];
      loader.set(pid, list);
      list.push([name, value]);
    }
    return {
      names: new Map(of<{ pid: number; name: Value }>(NAMES).map(({ pid, name }) => [pid, name])),
      users: new Map(of<{ uid: number; name: Value }>(USERS).map(({ uid, name }) => [uid, name])),
      loader,
    };
  }
}

interface Known {
  readonly names: ReadonlyMap<number, Value>;
  /** The first name of an account, where several have one number. */
  readonly users: ReadonlyMap<number, Value>;
  readonly loader: ReadonlyMap<number, readonly (readonly [string, Value])[]>;
}

/** In quotes, and quotes in it twice, unless it is one word: whoever chose it could else write the next answers himself. */
export function word(value: Value): Value {
  if (typeof value === 'number' || value === null) return value;
  const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value));
  const text = bytes.toString('latin1');
  return /^[!#-<>-~\x80-\xff]+$/.test(text) ? value : joined('"', Buffer.from(text.replaceAll('"', '""'), 'latin1'), '"');
}
