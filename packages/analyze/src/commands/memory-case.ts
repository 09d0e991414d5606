import { resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { loadEvidence } from '../db/load.ts';
import { memoryCase } from '../db/open.ts';
import { openEvidence } from '../open/evidence.ts';
import { terminal } from '../render/cell.ts';
import { version } from '../version.ts';
import { keysIn } from './age-keys.ts';
import type { Io } from './io.ts';

/** A case in memory that holds these archives; what is wrong with them is said on standard error before any answer. Throws UserError. */
export async function loadIntoMemory(
  archives: readonly string[],
  io: Pick<Io, 'err' | 'cwd'>,
  ageIdentity?: string,
): Promise<Database.Database> {
  const keys = await keysIn(ageIdentity, io);
  const db = memoryCase();
  for (const archive of archives) {
    const path = resolve(io.cwd, archive);
    const snapshot = await openEvidence(path, {}, keys);
    const result = await loadEvidence(db, snapshot, { path, loadedBy: `coldstat ${version()}` });
    for (const problem of result.damage) io.err(`coldstat: ${terminal(archive)}: ${problem.code}: ${terminal(problem.message)}\n`);
  }
  db.pragma('query_only = ON');
  return db;
}
