import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type SnapshotEntry, splitPass } from '@coldstat/capture/archive';
import type { CaseDb } from '../db/query.ts';
import { openEvidence } from '../open/evidence.ts';
import { terminal } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import type { Command } from './command.ts';
import { hexDump, lineRange } from './hex-dump.ts';
import { type Io, UserError } from './io.ts';
import { oneCapture, openFor } from './open-case.ts';
import { ownCommand } from './own-command.ts';

interface RawOptions {
  readonly db?: string;
  readonly archive?: string;
  readonly capture?: string;
  readonly source?: string;
  readonly line?: string;
  readonly bytes?: true;
}

interface Source {
  readonly id: number;
  readonly path: string;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly recorded: string | null;
  readonly errno: string | null;
  readonly note: string | null;
  readonly blocked: number | null;
}

export const raw: Command = ownCommand<RawOptions>(
  'raw',
  'Show the very bytes that a row came from, with their SHA-256',
  (program) =>
    program
      .argument('[path]', 'name of the source, such as proc/net/tcp, or proc/net/tcp:7 for its line 7')
      .option('--source <id>', 'source_id of a row, instead of the path')
      .option('--line <number>', 'line of a row, counted from 1; without it the whole source')
      .option('--bytes', 'write the bytes as they are, and nothing else')
      .option('-d, --db <file>', 'case file (default: COLDSTAT_DB, else ./case.db)')
      .option('--archive <file>', 'read the bytes from this archive, not from where it stood when it was loaded')
      .option('--capture <which>', 'latest, an id, a host or host@time (default: latest)'),
  async (options, [operand], io, globals) => {
    const fromArchive = options.archive !== undefined && options.db === undefined && globals.db === undefined;
    const db = await openFor(fromArchive ? { archives: [options.archive ?? ''] } : { db: options.db }, io, globals);
    try {
      const captureId = oneCapture(db, options.capture);
      const { source, line } = locate(db, captureId, options, operand);
      const archive = archiveOf(db, captureId);
      const path = options.archive === undefined ? archive.path : resolve(io.cwd, options.archive);
      const { entry, sha256 } = await fetch(path, source);
      const [start, end] = line === null ? [0, entry.body.length] : lineRange(entry.body, line, source.path);
      const bytes = entry.body.subarray(start, end);
      if (options.bytes) {
        if (io.outIsTerminal)
          throw new UserError('--bytes writes bytes as they are, which a terminal must not get', 'send it to a file or a pipe');
        await io.out(bytes);
        return 0;
      }
      await io.out(heading(source, archive, path, sha256, entry));
      await io.out(
        line === null
          ? `bytes    ${bytes.length}, whole source\n\n`
          : `line     ${line}: bytes ${start} to ${end} of ${entry.body.length}\n\n`,
      );
      await writeBytes(bytes, start, io);
      return entry.sha256 === source.sha256 ? 0 : 1;
    } finally {
      db.close();
    }
  },
);

function locate(db: CaseDb, captureId: number, options: RawOptions, operand: string | undefined): { source: Source; line: number | null } {
  if ((operand === undefined) === (options.source === undefined)) throw new UserError('give either a path or --source');
  const parts = /^(.*?)(?::(\d{1,10}))?$/s.exec(operand ?? '');
  const [column, key] = operand === undefined ? ['source_id', Number(options.source)] : ['path', parts?.[1] ?? ''];
  const source = db.get<Source>(
    `SELECT source_id AS id, path, bytes, sha256, recorded_sha256 AS recorded, errno, note, blocked FROM sources
     WHERE capture_id = ? AND ${column} = ? ORDER BY entry IS NULL, source_id LIMIT 1`,
    captureId,
    key,
  );
  if (source === undefined)
    throw new UserError(
      `capture ${captureId} has no source ${operand ?? options.source}`,
      'list them: coldstat query "SELECT source_id, path FROM sources"',
    );
  if (source.sha256 === null) {
    throw new UserError(
      `${source.path} has no bytes: ${source.errno ?? (source.blocked ? 'the reader hung' : (source.note ?? 'it is not in the archive'))}`,
    );
  }
  const text = options.line ?? parts?.[2];
  if (text !== undefined && !/^[1-9]\d{0,9}$/.test(text)) throw new UserError(`no line ${text}`, 'lines are counted from 1');
  return { source, line: text === undefined ? null : Number(text) };
}

interface Archive {
  readonly path: string;
  readonly sha256: string;
}

function archiveOf(db: CaseDb, captureId: number): Archive {
  const row = db.get<{ path: Value; sha256: string }>(
    'SELECT archive_path AS path, archive_sha256 AS sha256 FROM captures WHERE capture_id = ?',
    captureId,
  );
  return { path: typeof row?.path === 'string' ? row.path : '-', sha256: row?.sha256 ?? '' };
}

/** Reads the evidence to its end, so that its hash is known too. Throws UserError when the entry cannot be had. */
async function fetch(path: string, source: Source): Promise<{ entry: SnapshotEntry; sha256: string | null }> {
  if (path === '-') throw new UserError('the archive came through standard input and stands nowhere', 'name a copy: --archive FILE');
  if (!existsSync(path)) throw new UserError(`the archive is no longer at ${path}`, 'name it where it is now: --archive FILE');
  const snapshot = await openEvidence(path);
  let found: SnapshotEntry | undefined;
  for await (const item of snapshot.items()) {
    if (item.type === 'entry' && item.entry.name === source.path) found ??= item.entry;
  }
  if (found === undefined) throw new UserError(`${path} has no entry ${source.path}: it is not the archive that was loaded`);
  return { entry: found, sha256: snapshot.digest()?.sha256 ?? null };
}

function heading(source: Source, archive: Archive, path: string, sha256: string | null, entry: SnapshotEntry): string {
  const { pass } = splitPass(source.path);
  const same =
    sha256 === null
      ? 'a tree, which has no hash of its own'
      : sha256 === archive.sha256
        ? 'as it was loaded'
        : 'NOT the bytes that were loaded';
  const body = entry.sha256 === source.sha256 ? 'as it was loaded' : `NOT as it was loaded (${source.sha256})`;
  const log =
    source.recorded === null
      ? 'the log gives none'
      : source.recorded === entry.sha256
        ? 'as the log of the capture says'
        : `NOT as the log says (${source.recorded})`;
  return [
    `source   ${source.id} ${terminal(source.path)}, pass ${pass}\n`,
    `archive  ${terminal(path)}\n         ${sha256 === null ? '' : `SHA-256 ${sha256}, `}${same}\n`,
    `SHA-256  ${entry.sha256}\n         ${body}, ${log}\n`,
  ].join('');
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
