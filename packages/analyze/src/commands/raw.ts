import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type LogRecord, type Snapshot, type SnapshotEntry, splitPass } from '@coldstat/capture/archive';
import type { Decrypter } from 'age-encryption';
import type { CaseDb } from '../db/query.ts';
import { openEach } from '../open/evidence.ts';
import { jsonValue, terminal } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import { keysIn } from './age-keys.ts';
import type { Command } from './command.ts';
import { hexDump } from './hex-dump.ts';
import { type Io, UserError } from './io.ts';
import { members } from './members.ts';
import { oneCapture, openFor } from './open-case.ts';
import { ageOption, ownCommand } from './own-command.ts';
import { pieceRange } from './piece-range.ts';
import { type RawPlace, rawPlace, type Source } from './raw-place.ts';

interface RawOptions {
  readonly db?: string;
  readonly archive?: readonly string[];
  readonly capture?: string;
  readonly source?: string;
  readonly line?: string;
  readonly bytes?: true;
}

export const raw: Command = ownCommand<RawOptions>(
  'raw',
  'Show the very bytes that a row came from, and check them against the archive',
  (program) =>
    ageOption(program)
      .argument(
        '[what]',
        'a handle, CAPTURE:SOURCE:LINE, as listings give it; or a path such as proc/net/tcp, or proc/net/tcp:7 for line 7',
      )
      .option('--source <id>', 'source_id of a row, instead of the path')
      .option(
        '--line <number>',
        'line of a row, counted from 1 (message, entry or frame where the source has no lines); without it the whole source',
      )
      .option('--bytes', 'write the bytes as they are, and nothing else')
      .option('-d, --db <file>', 'case file (default: COLDSTAT_DB, else ./case.db)')
      .option<readonly string[] | undefined>(
        '--archive <file>',
        'read the bytes from this archive, not from where it stood when it was loaded; without --db it is the case as well, and may be repeated as it was for the listing',
        (value, before) => [...(before ?? []), value],
      )
      .option('--capture <which>', 'latest, an id, a host or host@time (default: latest)')
      .addHelpText(
        'after',
        `
The bytes come from the archive, never from the case. Their source, the pass, the byte range, the SHA-256 of the whole entry and the record of
the capture's log stand before them.
Exit status: 0 the archive holds what was loaded and what its log says, 1 it does not (nothing is written with --bytes), 2 a mistake on the
command line, or the archive is not to be had.`,
      ),
  async (options, [operand], io, globals) => {
    const given = options.archive ?? [];
    const fromArchive = given.length > 0 && options.db === undefined && globals.db === undefined;
    const db = await openFor(fromArchive ? { archives: given } : { db: options.db }, io, globals);
    try {
      const place = rawPlace(db, { operand, source: options.source, line: options.line }, () => oneCapture(db, options.capture));
      const loaded = archiveOf(db, place.captureId);
      if (!fromArchive && given.length > 1) throw new UserError('the bytes are in one archive', 'give --archive once');
      const named = fromArchive || given[0] === undefined ? undefined : resolve(io.cwd, given[0]);
      const found = await fetch(loaded, named, place.source, await keysIn(globals.ageIdentity, io));
      const range = (line: number) => pieceRange(db, place.captureId, place.source, found.entry.body, line);
      return await show(place, found, { path: named ?? loaded.path, loaded, range }, options.bytes === true, io);
    } finally {
      db.close();
    }
  },
);

interface Archive {
  readonly path: string;
  readonly sha256: string;
}

interface Fetched {
  readonly entry: SnapshotEntry;
  /** What the log of the archive says of it, when it says anything. */
  readonly record: LogRecord | null;
  /** Of the archive as it is stored; null for a tree. */
  readonly sha256: string | null;
}

function archiveOf(db: CaseDb, captureId: number): Archive {
  const row = db.get<{ path: Value; sha256: string }>(
    'SELECT archive_path AS path, archive_sha256 AS sha256 FROM captures WHERE capture_id = ?',
    captureId,
  );
  return { path: typeof row?.path === 'string' ? row.path : '-', sha256: row?.sha256 ?? '' };
}

/**
 * Reads the evidence to its end, so that its hash and the record, which comes after the body, are known too; of a stream of archives the one that was
 * loaded. Throws UserError when the entry cannot be had.
 */
async function fetch(loaded: Archive, named: string | undefined, source: Source, keys: Decrypter | undefined): Promise<Fetched> {
  const path = named ?? loaded.path;
  if (path === '-')
    throw new UserError(
      'this capture was loaded from a pipe, and nothing was kept of it but what is in the case',
      `name a copy of what came: --archive FILE (the archive in it has the SHA-256 ${loaded.sha256}); coldstat load --keep FILE keeps one`,
    );
  if (!existsSync(path)) throw new UserError(`the archive is no longer at ${path}`, 'name it where it is now: --archive FILE');
  let others = 0;
  for await (const { alone, evidence } of archivesAt(path, keys)) {
    const found = await entryOf(evidence, source);
    // What is alone is shown even where it is not what was loaded: that is said.
    if (!alone && found.sha256 !== loaded.sha256) others++;
    else if (found.entry !== undefined) return { ...found, entry: found.entry };
    else throw new UserError(`${path} has no entry ${source.path}: it is not the archive that was loaded`);
  }
  throw new UserError(`none of the ${others} archives in ${path} is the one that was loaded`, `its SHA-256 was ${loaded.sha256}`);
}

/** What stands there: one archive, or those of a series, in a stream or a directory. */
async function* archivesAt(
  path: string,
  keys: Decrypter | undefined,
): AsyncGenerator<{ readonly alone: boolean; readonly evidence: Snapshot }> {
  const files = [...members([path], { keys }, { cwd: '/' })];
  for (const { path: file, store } of files) {
    for await (const { name, evidence } of openEach(file, store, { keys })) {
      const alone = name === null && files.length === 1;
      if (!(evidence instanceof UserError)) yield { alone, evidence };
      else if (alone) throw evidence;
    }
  }
}

async function entryOf(
  snapshot: Snapshot,
  source: Source,
): Promise<Omit<Fetched, 'entry'> & { readonly entry: SnapshotEntry | undefined }> {
  let entry: SnapshotEntry | undefined;
  let record: LogRecord | undefined;
  for await (const item of snapshot.items()) {
    if (item.type === 'entry' && item.entry.name === source.path) entry ??= item.entry;
    else if (item.type === 'record' && item.record.path === source.path) record ??= item.record;
  }
  return { entry, record: record ?? null, sha256: snapshot.digest()?.sha256 ?? null };
}

async function show(
  place: RawPlace,
  found: Fetched,
  archive: { readonly path: string; readonly loaded: Archive; readonly range: (line: number) => readonly [number, number] },
  plain: boolean,
  io: Io,
): Promise<number> {
  const { body } = found.entry;
  const [start, end] =
    place.first === null || place.last === null ? [0, body.length] : [archive.range(place.first)[0], archive.range(place.last)[1]];
  const bytes = body.subarray(start, end);
  const wrong = mismatches(place.source, found, archive.loaded);
  for (const what of wrong) io.err(`coldstat: raw: ${what}\n`);
  if (plain) {
    if (io.outIsTerminal)
      throw new UserError('--bytes writes bytes as they are, which a terminal must not get', 'send it to a file or a pipe');
    if (wrong.length === 0) await io.out(bytes);
    return wrong.length === 0 ? 0 : 1;
  }
  await io.out(heading(place, found, archive));
  const lines = place.first === place.last ? `line     ${place.first}` : `lines    ${place.first} to ${place.last}`;
  const range = place.first === null ? `bytes    ${bytes.length}, whole source` : `${lines}: bytes ${start} to ${end} of ${body.length}`;
  const { offset } = found.entry;
  await io.out(`${range}${offset === null ? '' : `, ${offset + start} to ${offset + end} of the uncompressed archive`}\n\n`);
  await writeBytes(bytes, start, io);
  return wrong.length === 0 ? 0 : 1;
}

/** What does not agree, a sentence each: the bytes here, those that were loaded, and what the capture wrote in its log. */
function mismatches(source: Source, { entry, record, sha256 }: Fetched, loaded: Archive): string[] {
  const found: string[] = [];
  if (sha256 !== null && sha256 !== loaded.sha256) found.push(`this is NOT the archive that was loaded: its SHA-256 was ${loaded.sha256}`);
  if (entry.sha256 !== source.sha256) found.push(`these are NOT the bytes that were loaded: their SHA-256 was ${source.sha256}`);
  const said = record?.sha256 ?? source.recorded;
  if (said !== null && said !== entry.sha256)
    found.push(`these are NOT the bytes that the log of the capture names: their SHA-256 was ${said}`);
  return found;
}

function heading(
  { captureId, source, first }: RawPlace,
  { entry, record, sha256 }: Fetched,
  { path, loaded }: { readonly path: string; readonly loaded: Archive },
): string {
  const { pass } = splitPass(source.path);
  const same =
    sha256 === null
      ? 'a tree, which has no hash of its own'
      : sha256 === loaded.sha256
        ? 'as it was loaded'
        : 'NOT the bytes that were loaded';
  const body = entry.sha256 === source.sha256 ? 'as it was loaded' : `NOT as it was loaded (${source.sha256})`;
  const said = record?.sha256 ?? source.recorded;
  const log =
    said === null ? 'the log gives none' : said === entry.sha256 ? 'as the log of the capture says' : `NOT as the log says (${said})`;
  return [
    `handle   ${captureId}:${source.id}${first === null ? '' : `:${first}`}\n`,
    `source   ${source.id} ${terminal(source.path)}, pass ${pass}\n`,
    `archive  ${terminal(path)}\n         ${sha256 === null ? '' : `SHA-256 ${sha256}, `}${same}\n`,
    `SHA-256  ${entry.sha256}\n         ${body}, ${log}\n`,
    `log      ${record === null ? 'no record' : recordText(record)}\n`,
  ].join('');
}

/** The record as in the log, key by key: an archive may come from anybody. */
function recordText(record: LogRecord): string {
  const cells = Object.entries(record).map(([key, value]) => `${key}=${jsonValue(typeof value === 'object' ? null : (value as Value))}`);
  return terminal(cells.join(' '));
}

async function writeBytes(bytes: Buffer, offset: number, io: Io): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(10, at);
    const end = lf < 0 ? bytes.length : lf + 1;
    await io.out(`${terminal(bytes.subarray(at, end))}\n`);
    at = end;
  }
  await io.out('\n');
  for (const line of hexDump(bytes, offset)) await io.out(line);
}
