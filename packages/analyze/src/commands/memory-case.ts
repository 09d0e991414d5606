import type Database from 'better-sqlite3';
import { loadEvidence } from '../db/load.ts';
import { memoryCase } from '../db/open.ts';
import { openEach } from '../open/evidence.ts';
import { terminal } from '../render/cell.ts';
import { version } from '../version.ts';
import { keysIn } from './age-keys.ts';
import { type Io, UserError } from './io.ts';
import { members } from './members.ts';

/** A case in memory that holds these archives; what is wrong with them is said on standard error before any answer. Throws UserError. */
export async function loadIntoMemory(
  archives: readonly string[],
  io: Pick<Io, 'err' | 'cwd'>,
  ageIdentity?: string,
): Promise<Database.Database> {
  const keys = await keysIn(ageIdentity, io);
  const db = memoryCase();
  for (const { name, path, store } of members(archives, { keys }, io)) {
    for await (const { name: member, evidence } of openEach(path, store, { keys })) {
      if (evidence instanceof UserError) throw evidence;
      const result = await loadEvidence(db, evidence, { path, loadedBy: `coldstat ${version()}` });
      const shown = terminal(member === null ? name : `${name}, ${member}`);
      for (const problem of result.damage) io.err(`coldstat: ${shown}: ${problem.code}: ${terminal(problem.message)}\n`);
    }
  }
  db.pragma('query_only = ON');
  return db;
}
