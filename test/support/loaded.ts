import { loadEvidence } from '../../packages/analyze/src/db/load.ts';
import { memoryCase } from '../../packages/analyze/src/db/open.ts';
import { type CaseDb, caseDb } from '../../packages/analyze/src/db/query.ts';
import { openEvidence } from '../../packages/analyze/src/open/evidence.ts';
import { type ArchiveParts, makeArchive } from './archive.ts';

/** A case in memory that holds the archives made of these parts, through the whole pipe. */
export async function loaded(...archives: readonly ArchiveParts[]): Promise<CaseDb> {
  const db = memoryCase();
  for (const parts of archives) {
    const bytes = await makeArchive(parts);
    const source = (async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
    })();
    await loadEvidence(db, await openEvidence(source), { path: 'test', loadedBy: 'test' });
  }
  return caseDb(db);
}
