import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { globMatches } from '../triage/suppress.ts';
import { baseOf, bothPaths, type Hit, textOf } from './hit.ts';
import type { Term } from './indicator.ts';
import { lookHashes } from './look-hashes.ts';
import type { Candidate } from './slots.ts';
import type { Wanted } from './wanted.ts';

export interface ProcessRow {
  readonly pid: number;
  readonly name: Value;
  readonly path: Value;
  readonly cmdline: Value;
  readonly cwd: Value;
  readonly root: Value;
  readonly uid: number | null;
  readonly euid: number | null;
  readonly loginuid: number | null;
  readonly sha256: string | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

const PROCESSES = `SELECT pid, name, path, cmdline, cwd, root, uid, euid, loginuid, NULL AS sha256, source_id, line
  FROM processes WHERE capture_id = ? ORDER BY pid`;

/** Processes by name, executable, directories, command line, user and hash. Of one process an indicator is told once, with the first field that it meets. */
export function* lookProcesses(db: CaseDb, captureId: number, wanted: Wanted): Generator<Hit, void> {
  const users = lookUsers(db, captureId, wanted);
  yield* users.hits;
  yield* lookHashes(db, captureId, wanted, users.names);
  if (!wanted.asksNames && !wanted.asksPaths && wanted.commands.size + wanted.users.size === 0) return;
  for (const process of db.iterate<ProcessRow>(PROCESSES, captureId)) {
    const told = new Set<unknown>();
    for (const { candidate, field, value } of meantBy(process, wanted, users.names)) {
      if (told.has(candidate.indicator) || !processMeets(candidate.rest, process, users.names)) continue;
      told.add(candidate.indicator);
      const { pid, source_id: sourceId, line } = process;
      yield { candidate, seen: 'process', field, value, detail: process.cmdline ?? process.path, pid, sourceId, line };
    }
  }
}

interface Meant {
  readonly candidate: Candidate;
  readonly field: string;
  readonly value: Value;
}

function* meantBy(process: ProcessRow, wanted: Wanted, users: Users): Generator<Meant, void> {
  const exe = textOf(process.path);
  for (const path of exe === null ? [] : bothPaths(exe))
    yield* all([...wanted.path(path), ...wanted.file(baseOf(path)), ...wanted.name(baseOf(path))], 'executable', process.path);
  const name = textOf(process.name);
  if (name !== null) {
    yield* all(wanted.name(name), 'name', process.name);
    yield* all(wanted.cut(name), 'name, of which the kernel keeps 15 bytes', process.name);
  }
  for (const field of ['cwd', 'root'] as const) {
    const path = textOf(process[field]);
    if (path !== null && path !== '/') for (const found of bothPaths(path)) yield* all(wanted.path(found), field, process[field]);
  }
  const command = textOf(process.cmdline);
  if (command !== null) yield* all(wanted.commands.find(command), 'command line', process.cmdline);
  for (const field of ['uid', 'euid', 'loginuid'] as const) {
    const uid = process[field];
    if (uid === null) continue;
    yield* all(
      [...wanted.users.find(String(uid)), ...[...(users.get(uid) ?? [])].flatMap((user) => [...wanted.users.find(user)])],
      field,
      uid,
    );
  }
}

function* all(candidates: Iterable<Candidate>, field: string, value: Value): Generator<Meant, void> {
  for (const candidate of candidates) yield { candidate, field, value };
}

/** Names of a user id by the captured passwd. */
type Users = ReadonlyMap<number, ReadonlySet<string>>;

interface UserRow {
  readonly name: Value;
  readonly uid: number | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

function lookUsers(db: CaseDb, captureId: number, wanted: Wanted): { readonly names: Users; readonly hits: readonly Hit[] } {
  const names = new Map<number, Set<string>>();
  const hits: Hit[] = [];
  for (const row of db.iterate<UserRow>('SELECT name, uid, source_id, line FROM users WHERE capture_id = ? ORDER BY rowid', captureId)) {
    const name = textOf(row.name);
    if (name === null) continue;
    if (row.uid !== null) names.set(row.uid, (names.get(row.uid) ?? new Set()).add(name));
    for (const [key, field] of [
      [name, 'name'],
      [row.uid === null ? null : String(row.uid), 'uid'],
    ] as const)
      for (const candidate of key === null ? [] : wanted.users.find(key))
        if (candidate.rest.length === 0)
          hits.push({
            candidate,
            seen: 'user',
            field,
            value: field === 'name' ? row.name : row.uid,
            detail: row.name,
            pid: null,
            sourceId: row.source_id,
            line: row.line,
          });
  }
  return { names, hits };
}

/** Whether all terms hold of one process. */
export function processMeets(terms: readonly Term[], process: ProcessRow, users: Users): boolean {
  const path = textOf(process.path);
  const paths = path === null ? [] : bothPaths(path);
  const files = paths.map(baseOf);
  const names = [textOf(process.name), ...files];
  return terms.every((term) => {
    switch (term.kind) {
      case 'path':
        return paths.includes(term.text);
      case 'path-glob':
        return paths.some((exe) => globMatches(term.text, exe));
      case 'name':
        return names.includes(term.text);
      case 'name-glob':
        return names.some((name) => name !== null && globMatches(term.text, name));
      case 'file':
        return files.includes(term.text);
      case 'file-glob':
        return files.some((file) => globMatches(term.text, file));
      case 'command':
        return textOf(process.cmdline) === term.text;
      case 'user':
        return [process.uid, process.euid, process.loginuid].some(
          (uid) => uid !== null && (String(uid) === term.text || users.get(uid)?.has(term.text)),
        );
      case 'hash':
        return process.sha256 === term.text;
      default:
        return false;
    }
  });
}
