import type Database from 'better-sqlite3';
import { handleOf } from '../handle.ts';
import { type CaseDb, caseDb } from '../query.ts';
import { commandLineMarks } from './command-lines.ts';
import { daemonMarks } from './daemons.ts';
import { deletedMarks } from './deleted.ts';
import { executableMarks } from './executables.ts';
import { kernelThreadMarks } from './kernel-threads.ts';
import { MARK_KINDS, type Mark } from './kinds.ts';
import { mountMarks } from './mounts.ts';
import { hiddenNames, NameMarks } from './names.ts';
import { processRows } from './process-rows.ts';
import { unixMarks } from './unix-rows.ts';

/** Every mark of a capture, computed from its rows. */
function* marksOf(db: CaseDb, captureId: number): Generator<Mark> {
  yield* unixMarks(db, captureId);
  yield* executableMarks(db, captureId);
  const names = new NameMarks(db, captureId);
  for (const process of processRows(db, captureId)) {
    yield* kernelThreadMarks(process);
    yield* commandLineMarks(process);
    yield* daemonMarks(process);
    yield* names.of(process);
  }
  yield* hiddenNames(db, captureId);
  yield* deletedMarks(db, captureId);
  yield* mountMarks(db, captureId);
}

/** Keeps the marks of a capture that was just loaded, so that every listing can show them. */
export function storeMarks(database: Database.Database, captureId: number): void {
  const insert = database.prepare('INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const marks = [...marksOf(caseDb(database), captureId)];
  marks.forEach((mark, i) => {
    const { weight, benign } = { ...MARK_KINDS[mark.kind], ...(mark.weight !== undefined && { weight: mark.weight }) };
    const evidence = [mark.at, ...(mark.also ?? [])].map(([source, line]) => handleOf(captureId, source, line)).filter((h) => h !== null);
    const { about, pid = null, tid = null, fd = null, claim, finding = null, reason, at } = mark;
    const handles = JSON.stringify([...new Set(evidence)]);
    insert.run(captureId, i + 1, mark.kind, weight, about, pid, tid, fd, claim, finding, reason, benign, handles, at[0], at[1]);
  });
}
