import type { CaseDb } from '../db/query.ts';
import type { Hit } from './hit.ts';
import { type ProcessRow, processMeets } from './look-processes.ts';
import type { Wanted } from './wanted.ts';

interface Executable {
  readonly dev: string | null;
  readonly inode: number | bigint | string | null;
  readonly pid: number | null;
  readonly sha256: string;
  readonly truncated: number | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

const EXECUTABLES = `SELECT dev, inode, pid, sha256, truncated, source_id, line FROM executables
  WHERE capture_id = ? AND sha256 IS NOT NULL ORDER BY rowid`;
const RUNNING = `SELECT pid, name, path, cmdline, cwd, root, uid, euid, loginuid, ? AS sha256, source_id, line
  FROM processes WHERE capture_id = ? AND (pid = ? OR (exe_dev = ? AND exe_ino = ?)) ORDER BY pid`;
const COPIES = `SELECT path, sha256, source_id FROM sources WHERE capture_id = ? AND path GLOB 'blob/*' AND sha256 IS NOT NULL ORDER BY source_id`;

/** Executables by SHA-256, one hit for each process that runs one, and the copies that were taken. */
export function* lookHashes(
  db: CaseDb,
  captureId: number,
  wanted: Wanted,
  users: ReadonlyMap<number, ReadonlySet<string>>,
): Generator<Hit, void> {
  if (wanted.hashes.size === 0) return;
  for (const exe of db.iterate<Executable>(EXECUTABLES, captureId)) {
    const found = [...wanted.hashes.find(exe.sha256)];
    if (found.length === 0) continue;
    const processes = db.all<ProcessRow>(RUNNING, exe.sha256, captureId, exe.pid, exe.dev, exe.inode);
    const base = { seen: 'executable', field: 'SHA-256', value: exe.sha256, sourceId: exe.source_id, line: exe.line };
    for (const candidate of found) {
      for (const process of processes)
        if (processMeets(candidate.rest, process, users))
          yield { ...base, candidate, detail: process.path ?? process.name, pid: process.pid };
      if (processes.length === 0 && candidate.rest.length === 0) yield { ...base, candidate, detail: null, pid: exe.pid };
    }
  }
  for (const copy of db.iterate<{ path: string; sha256: string; source_id: number }>(COPIES, captureId))
    for (const candidate of wanted.hashes.find(copy.sha256))
      if (candidate.rest.length === 0)
        yield {
          candidate,
          seen: 'copy',
          field: 'SHA-256',
          value: copy.sha256,
          detail: copy.path,
          pid: null,
          sourceId: copy.source_id,
          line: null,
        };
}
