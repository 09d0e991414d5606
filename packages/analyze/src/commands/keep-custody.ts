import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command as Program } from 'commander';
import { append, type Event, identityOf, logOf, requireWhole } from '../custody/log.ts';
import { type CustodyRecord, type EventName, utcOf } from '../custody/record.ts';
import { terminal } from '../render/cell.ts';
import { version } from '../version.ts';
import { type Io, UserError } from './io.ts';

export interface CustodyOptions {
  readonly custody?: true;
  readonly by?: string;
  readonly at?: string;
}

/** Adds to a command what lets it record in the custody log what it did. */
export function custodyOptions(program: Program): Program {
  return program
    .option('--custody', 'record this in ARCHIVE.custody.ndjson beside the archive; with --by')
    .option('--by <who>', 'who does it: never guessed')
    .option('--at <time>', "when, as 2026-11-21T14:05:00Z or with +01:00; default: this machine's clock");
}

/** Records what a command does to an archive. */
export interface Custody {
  record(archive: string, event: EventName, detail: string): Promise<void>;
}

/** Nothing is written beside evidence unasked. */
const NOTHING: Custody = { record: async () => {} };

/** Looks at the options and at every chain before anything is done. Throws UserError. */
export async function custodyOf(options: CustodyOptions, archives: readonly string[], io: Io): Promise<Custody> {
  const { by, at } = options;
  if (options.custody !== true) {
    if (by !== undefined || at !== undefined) throw new UserError('--by and --at are for --custody');
    return NOTHING;
  }
  if (archives.includes('-'))
    throw new UserError(
      '--custody needs the file of the archive: standard input has no place beside it',
      'coldstat load --keep FILE makes one',
    );
  const who = whoOf(by);
  const when = timeOf(at, io);
  for (const archive of archives) {
    const path = resolve(io.cwd, archive);
    if (existsSync(path) && !statSync(path).isFile()) throw new UserError(`--custody is for files, and ${JSON.stringify(archive)} is none`);
    await requireWhole(path);
  }
  return {
    record: async (archive, event, detail) => {
      await note(archive, { event, by: who, ...when, detail, note: null }, io);
    },
  };
}

/** Appends an event about the archive as it is now, and says so. */
export async function note(archive: string, event: Omit<Event, 'archive' | 'tool'>, io: Io): Promise<CustodyRecord> {
  const path = resolve(io.cwd, archive);
  const record = await append(path, { ...event, archive: await identityOf(path), tool: `coldstat ${version()}` });
  io.err(`${terminal(logOf(archive), 'utf8')}: event ${record.seq}, ${record.event} by ${terminal(record.by, 'utf8')}\n`);
  return record;
}

export function whoOf(by: string | undefined): string {
  if (by === undefined || by.trim() === '') throw new UserError('--by must say who: it is never guessed');
  return by;
}

/** The time of an event: as stated, else this machine's clock. Throws UserError for what is no time. */
export function timeOf(at: string | undefined, io: Io): { readonly at: string; readonly at_source: 'clock' | 'stated' } {
  if (at === undefined) return { at: new Date(io.now()).toISOString(), at_source: 'clock' };
  const utc = utcOf(at);
  if (utc === null) throw new UserError(`--at takes a time with its zone, as 2026-11-21T14:05:00Z, not ${JSON.stringify(at)}`);
  return { at: utc, at_source: 'stated' };
}
