import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Snapshot } from '@coldstat/capture/archive';
import type Database from 'better-sqlite3';
import { captureWithHash, type LoadResult, loadEvidence, type Progress } from '../db/load.ts';
import { openForLoading } from '../db/open.ts';
import { caseDb } from '../db/query.ts';
import { utc } from '../db/select.ts';
import { takenCounts } from '../ledger/stored.ts';
import { type Opened, openEach } from '../open/evidence.ts';
import { terminal } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import { version } from '../version.ts';
import { keysIn } from './age-keys.ts';
import type { Command } from './command.ts';
import { type Io, UserError } from './io.ts';
import { type Custody, type CustodyOptions, custodyOf, custodyOptions } from './keep-custody.ts';
import { Keeper } from './keeper.ts';
import { type LimitOptions, limitOptions, limitsOf } from './limit-options.ts';
import { members } from './members.ts';
import { caseFile } from './open-case.ts';
import { ownCommand } from './own-command.ts';
import { storeLedger } from './store-ledger.ts';

/** Bodies between two looks at the progress line. */
const STEP_BYTES = 4 * 1024 * 1024;

interface LoadOptions extends CustodyOptions, LimitOptions {
  readonly db?: string;
  readonly keep?: string;
}

export const load: Command = ownCommand<LoadOptions>(
  'load',
  'Load archives, or trees that mirror /proc, into a case file',
  (program) =>
    limitOptions(custodyOptions(program))
      .argument(
        '<archive...>',
        'archives of coldstat-capture, directories of a series, directories or tars that mirror / or /proc; - for standard input',
      )
      .option('-d, --db <file>', 'case file, made when it does not exist (default: COLDSTAT_DB, else ./case.db)')
      .option('--keep <file>', 'write what comes through standard input to this new file too, where coldstat raw will find it')
      .addHelpText(
        'after',
        `
Each archive is one transaction. One that is in the case already changes nothing. What is no evidence is said and left out; the others
are loaded. A series comes as its directory or as one stream; text of --base64 is taken as it was logged.
--keep never writes over a file. It holds every byte that came, in order, encrypted ones as they are, also where the load fails: then the
rest is still taken. Where the disk is full it holds what came before, the load goes on, and that is said.
Exit status: 0 all loaded or there before, 1 one of them was damaged, cut off or altered, or not kept whole, 2 one of them was no evidence.`,
      ),
  async (options, archives, io, globals) => {
    const file = resolve(io.cwd, caseFile(options, io, globals));
    const limits = limitsOf(options);
    const keys = await keysIn(globals.ageIdentity, io);
    const all = [...members(archives, { limits, keys }, io)];
    const custody = await custodyOf(
      options,
      all.map(({ name }) => (name === '-' && options.keep !== undefined ? options.keep : name)),
      io,
    );
    const keeper = options.keep === undefined ? null : new Keeper(options.keep, archives, io);
    let exit = 0;
    let db: Database.Database | undefined;
    const open = (): Database.Database => {
      db ??= openForLoading(file);
      return db;
    };
    try {
      for (const { name, path, store } of all) {
        const kept = path === '-' ? keeper : null;
        const loader = { name, path, open, custody: kept?.custody(custody) ?? custody, kept, io };
        const source = path === '-' ? (kept?.source ?? io.stdin) : path;
        for await (const code of codes(loader, openEach(source, store, { limits, keys }))) exit = Math.max(exit, code);
      }
    } finally {
      db?.close();
      exit = Math.max(exit, (await keeper?.end()) ?? 0);
    }
    return exit;
  },
);

/** Evidence in hand, and what is done with it. */
interface Loader {
  /** As the operator named it. */
  readonly name: string;
  readonly path: string;
  /** The case file is opened only once there is evidence for it. */
  readonly open: () => Database.Database;
  readonly custody: Custody;
  /** Keeps what comes through standard input. */
  readonly kept: Keeper | null;
  readonly io: Io;
}

/** The exit code of each archive; what is no evidence is said. */
async function* codes(loader: Loader, opened: AsyncGenerator<Opened>): AsyncGenerator<number> {
  const { name, io } = loader;
  for (let before = 0; ; before++) {
    const next = await opened.next().then((result) => result, refusal);
    // A stream that breaks off is damaged evidence; what is none at all is a mistake.
    if (next instanceof UserError) yield Math.min(said(next, io), before === 0 ? 2 : 1);
    if (next instanceof UserError || next.done === true) return;
    const { name: member, evidence } = next.value;
    const one = member === null ? loader : { ...loader, name: `${name}, ${member}` };
    yield evidence instanceof UserError ? said(evidence, io) : await loadOne(one, evidence, member === null);
  }
}

function refusal(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}

function said({ message, hint }: UserError, io: Io): number {
  io.err(`coldstat: ${terminal(message)}\n${hint === undefined ? '' : `  ${terminal(hint)}\n`}`);
  return 2;
}

/** `file`: the path is that of this archive alone. */
async function loadOne({ name: archive, path, open, custody, kept, io }: Loader, snapshot: Snapshot, file: boolean): Promise<number> {
  const db = open();
  const before = path === '-' || !file ? undefined : captureWithHash(db, await hashOf(path));
  if (before !== undefined) {
    await io.out(`${terminal(archive)}: in the case already as capture ${before}, nothing changed\n`);
    return 0;
  }
  const progress = progressLine(archive, io);
  const origin = {
    get path(): string {
      return kept?.path() ?? path;
    },
    loadedBy: `coldstat ${version()}`,
    finish: (id: number) => storeLedger(db, id),
  };
  const result = await loadEvidence(db, snapshot, origin, progress.step);
  progress.clear();
  for (const line of warnings(archive, result)) io.err(line);
  await io.out(resultLine(archive, result, db));
  // What was in the case before was not loaded now.
  if (!result.already)
    await custody.record(
      archive,
      'loaded',
      `as capture ${result.captureId} of ${db.name}, ${result.altered ? 'altered, ' : ''}${result.state}`,
    );
  return result.state === 'damaged' || result.state === 'incomplete' || result.altered ? 1 : 0;
}

/** SHA-256 of a file; of nothing when it is a directory, whose identity is known only when it has been read. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  if (statSync(path).isFile()) for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function progressLine(archive: string, io: Io): { step(p: Progress): void; clear(): void } {
  if (!io.errIsTerminal) return { step: () => {}, clear: () => {} };
  let next = 0;
  const width = Math.max(20, (io.columns ?? 80) - 1);
  return {
    step({ entries, bytes }) {
      if (bytes < next) return;
      next = bytes + STEP_BYTES;
      io.err(`\r${`${terminal(archive)}: ${entries} entries, ${Math.round(bytes / 1048576)} MiB`.slice(0, width).padEnd(width)}`);
    },
    clear: () => io.err(`\r${' '.repeat(width)}\r`),
  };
}

const STATE = {
  incomplete: 'the capture was cut off; everything up to the break was loaded',
  parted: 'bodies that stand in earlier archives of its series are missing: load the series as a whole, into a new case',
  damaged: 'damaged; everything up to the damage was loaded',
} as const;

function warnings(archive: string, result: LoadResult): string[] {
  const name = terminal(archive);
  const parted = result.damage.some(({ code }) => code === 'series-missing');
  const bad = result.state === 'incomplete' || result.state === 'damaged';
  const lines = bad ? [`coldstat: ${name}: ${STATE[parted ? 'parted' : (result.state as keyof typeof STATE)]}\n`] : [];
  if (result.altered) lines.push(`coldstat: ${name}: altered: not everything in it is as its log and manifest say\n`);
  for (const { code, message } of result.damage) lines.push(`coldstat: ${name}: ${code}: ${terminal(message)}\n`);
  return lines;
}

function resultLine(archive: string, result: LoadResult, db: Database.Database): string {
  const name = terminal(archive);
  if (result.already) return `${name}: in the case already as capture ${result.captureId}, nothing changed\n`;
  const reader = caseDb(db);
  const row = reader.get<{ host: Value; started: bigint | null; problems: number }>(
    `SELECT host, started_ns AS started, (SELECT count(*) FROM problems WHERE capture_id = c.capture_id) AS problems
     FROM captures c WHERE capture_id = ?`,
    result.captureId,
  );
  const host = row?.host == null ? 'host unknown' : terminal(row.host);
  const taken = takenCounts(reader, result.captureId);
  const counts = `${taken.processes} processes, ${taken.descriptors} descriptors, ${taken.sockets} sockets, ${row?.problems} problems`;
  return `${name}: capture ${result.captureId}, ${host} at ${utc(row?.started ?? null)}: ${counts}\n`;
}
