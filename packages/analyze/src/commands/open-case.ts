import { openCase } from '../db/open.ts';
import { type CaseDb, caseDb } from '../db/query.ts';
import { selectCaptures } from '../db/select.ts';
import type { Globals } from './command.ts';
import { type Io, UserError } from './io.ts';

/** Where a command's answers come from: what --db and --archive said. */
export interface CaseChoice {
  readonly db?: string | undefined;
  /** Archives to answer straight from; empty or absent for a case file. */
  readonly archives?: readonly string[] | undefined;
}

/** File name of the case: `--db`, else COLDSTAT_DB, else ./case.db. */
export function caseFile(choice: CaseChoice, io: Io, globals: Globals): string {
  return choice.db ?? globals.db ?? (io.env['COLDSTAT_DB'] || 'case.db');
}

/**
 * Opens what the options name: a case file read-only, or archives loaded into memory, with their damage said on standard error first.
 * The caller closes it. Throws UserError.
 */
export async function openFor(choice: CaseChoice, io: Io, globals: Globals): Promise<CaseDb> {
  const archives = choice.archives ?? [];
  if (archives.length === 0) return openCase(caseFile(choice, io, globals));
  if (choice.db !== undefined) throw new UserError('--db and --archive exclude each other');
  const { loadIntoMemory } = await import('./memory-case.ts');
  return caseDb(await loadIntoMemory(archives, io, globals.ageIdentity));
}

/** The one capture a listing tells of: what --capture picks, the latest without. Throws UserError when it picks none or several. */
export function oneCapture(db: CaseDb, selector: string | undefined): number {
  const [one, ...others] = selectCaptures(db, selector);
  if (one === undefined || others.length > 0) throw new UserError('this command tells of one capture', 'say which with --capture');
  return one;
}
