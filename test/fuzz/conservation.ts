import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { loadEvidence } from '../../packages/analyze/src/db/load.ts';
import { memoryCase } from '../../packages/analyze/src/db/open.ts';
import { openEvidence } from '../../packages/analyze/src/open/evidence.ts';
import { FEEDS } from '../../packages/analyze/src/tables/feeds.ts';
import { TABLES } from '../../packages/analyze/src/tables/index.ts';
import { makeArchive } from '../support/archive.ts';
import { framesOf, header, isPack } from './lines-of.ts';
import { Merged } from './merged.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';

/**
 * Law 1 over a whole case: every line of every body became header, a row or a problem. The account is drawn up from the bodies and from what the
 * case says of them (`source_id` and `line` of every row, `problems`), not from what parsers count; those counts are then held to it.
 */

/** Entries that docs/LIMITS.md calls kept and not interpreted. */
const KEPT: readonly RegExp[] = keptByTheDocument();

function keptByTheDocument(): RegExp[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/LIMITS.md'), 'utf8');
  const line = text.split('\n').find((l) => l.includes('are kept in the archive and not interpreted'));
  const names = [...(line ?? '').matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? '');
  return names.map((n) => new RegExp(`(?:^|/)${n.replaceAll('.', '\\.').replace('…', '[0-9a-f]{64}')}$`));
}

interface Source {
  readonly source_id: number;
  readonly path: string;
  readonly parser: string | null;
  readonly bytes: number | null;
  readonly lines: number | null;
  readonly header_lines: number | null;
  readonly pid: number | null;
  readonly tid: number | null;
}

/** What each line of one body became. */
interface Account {
  /** By number of the line: 1 where a row tells of it, 2 where a problem does. */
  readonly told: Uint8Array;
  /** Lines of problems that were counted together and not told one by one. */
  together: number;
}

/** An archive of these bodies, every second one mutated and some gone; log and manifest agree with it. */
export async function spoiltOfEveryKind(
  bodies: ReadonlyMap<string, Buffer>,
  random: Random,
): Promise<{ readonly archive: Buffer; readonly files: ReadonlyMap<string, Buffer> }> {
  const files = new Map<string, Buffer>();
  for (const [name, body] of bodies) {
    if (random.below(20) === 0) continue;
    files.set(name, random.below(2) === 0 ? body : mutated(body.subarray(0, 1 << 16), random));
  }
  return { archive: await makeArchive({ files: Object.fromEntries(files), compress: 'none' }), files };
}

/** Loads the archive with the real loader and says what became of nothing; empty when nothing is lost. `meddle` loses something on purpose. */
export async function lost(
  archive: Buffer,
  bodies: ReadonlyMap<string, Buffer>,
  meddle: (db: Database.Database) => void = () => {},
): Promise<string[]> {
  const db = memoryCase();
  try {
    const bytes = (async function* (): AsyncGenerator<Uint8Array> {
      yield archive;
    })();
    await loadEvidence(db, await openEvidence(bytes), { path: 'test', loadedBy: 'test' });
    meddle(db);
    return ledger(db, bodies);
  } finally {
    db.close();
  }
}

function ledger(db: Database.Database, bodies: ReadonlyMap<string, Buffer>): string[] {
  const found: string[] = [];
  const sources = new Map((db.prepare('SELECT * FROM sources WHERE entry IS NOT NULL').all() as Source[]).map((s) => [s.path, s] as const));
  const rows = placed(db);
  const merged = new Merged(db);
  for (const [path, body] of bodies) {
    const source = sources.get(path);
    if (source === undefined || source.bytes !== body.length) found.push(`${path}: no source, or one of another size`);
    else if (source.parser === null) {
      if (!KEPT.some((kept) => kept.test(path))) found.push(`${path}: kept and not interpreted, and docs/LIMITS.md does not say so`);
    } else
      found.push(
        ...ofBody(db, source, body, rows.get(source.source_id) ?? [], merged).map((what) => `${path} (${source.parser}): ${what}`),
      );
  }
  if (sources.size !== bodies.size) found.push(`${sources.size} sources of ${bodies.size} bodies`);
  return found;
}

/** Lines by source of all rows that name one, and how many lines such a row is made of. */
function placed(db: Database.Database): Map<number, [line: number, lines: number][]> {
  const bySource = new Map<number, [number, number][]>();
  const take = (sql: string): void => {
    for (const [source, line, lines] of db.prepare(sql).raw().all() as [number, number, number][]) {
      const list = bySource.get(source);
      if (list === undefined) bySource.set(source, [[line, lines]]);
      else list.push([line, lines]);
    }
  };
  for (const { name, columns } of TABLES) {
    const has = (column: string): boolean => columns.some(([c]) => c === column);
    if (name === 'problems' || !has('line')) continue;
    take(`SELECT source_id, line, ${has('lines') ? 'lines' : '1'} FROM "${name}" WHERE source_id IS NOT NULL AND line IS NOT NULL`);
    if (has('info_line')) take(`SELECT info_source_id, info_line, 1 FROM "${name}" WHERE info_source_id IS NOT NULL`);
  }
  return bySource;
}

/** Parsers whose one record is the whole body, however many newlines are in it; its row stands on the first line. */
const WHOLE: ReadonlySet<string> = new Set(['pid-stat', 'pid-cmdline', 'pid-environ']);

function ofBody(db: Database.Database, source: Source, body: Buffer, rows: readonly [number, number][], merged: Merged): string[] {
  const parser = source.parser ?? '';
  const feed = FEEDS.find((f) => f.parser === parser);
  const pieces = feed?.pieces !== undefined && !isPack(source.path) ? feed.pieces(body, 'little') : undefined;
  const inPieces = pieces !== undefined || parser === 'rpc-dump';
  const lines = inPieces ? (source.lines ?? 0) : linesOf(body);
  if (source.lines !== lines) return [`${source.lines} lines are said, ${lines} are there`];
  const account: Account = { told: new Uint8Array(lines + 1), together: 0 };
  if (!WHOLE.has(parser)) for (const [line, n] of rows) mark(account, line, n, 1);
  else if (rows.length > 0) mark(account, 1, lines, 1);
  problems(db, source, account);
  if (inPieces) return [...gaps(pieces, body, lines), ...untold(account, lines, () => false)];
  const texts = body.toString('latin1').split('\n');
  const frames = isPack(source.path) ? framesOf(body) : [];
  merged.tell({ ...source, parser, body, texts, frames, told: account.told });
  const heads = header.ofFrames(frames);
  const tree = parser === 'net-fib-trie' ? header.ofTree(texts) : null;
  const isHeader = (line: number): boolean =>
    heads.has(line) || tree?.has(line) === true || header.ofText(parser, texts, line, account.told);
  const left = untold(account, lines, isHeader);
  if (left.length > 0) return left;
  // Rows that are made of a whole frame name its head.
  let headers = -account.together;
  for (let line = 1; line <= lines; line++) if (account.told[line] === 0 || (heads.has(line) && account.told[line] === 1)) headers++;
  return headers === source.header_lines ? [] : [`${source.header_lines} lines of header are said, ${headers} are left`];
}

function mark({ told }: Account, line: number, n: number, as: 1 | 2): void {
  for (let at = Math.max(line, 1); at < line + n && at < told.length; at++) told[at] = as;
}

function problems(db: Database.Database, { source_id }: Source, account: Account): void {
  const all = db.prepare('SELECT line, lines, code, message FROM problems WHERE source_id = ?').all(source_id) as {
    readonly line: number | null;
    readonly lines: number;
    readonly code: string;
    readonly message: string;
  }[];
  for (const { line, lines: n, code, message } of all) {
    if (/ more of this code\)$/.test(message)) account.together += n;
    else if (line !== null) mark(account, line, code === 'row-refused' ? 1 : n, 2);
  }
}

/** Lines that nothing tells of and that are no header; those that were counted together are let off in that number. */
function untold({ told, together }: Account, lines: number, isHeader: (line: number) => boolean): string[] {
  const left: number[] = [];
  for (let line = 1; line <= lines; line++) if (told[line] === 0 && !isHeader(line)) left.push(line);
  return left.length <= together ? [] : [`${left.length - together} lines became nothing, the first is ${left[0]}`];
}

/** Messages and entries must cover the body but for padding: what no piece covers could be lost unseen. */
function gaps(pieces: { range(n: number): readonly [number, number] | undefined } | undefined, body: Buffer, lines: number): string[] {
  if (pieces === undefined) return [];
  let at = 0;
  for (let n = 1; n <= lines; n++) {
    const [start, end] = pieces.range(n) ?? [-1, -1];
    if (start < at || start - at > 3) return [`piece ${n} is at ${start}, the one before ended at ${at}`];
    at = end;
  }
  return body.length - at > 3 ? [`${body.length - at} bytes stand after the last piece`] : [];
}

function linesOf(body: Buffer): number {
  let n = body.length > 0 && body[body.length - 1] !== 10 ? 1 : 0;
  for (const byte of body) if (byte === 10) n++;
  return n;
}
