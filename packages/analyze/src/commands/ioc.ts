import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { proven } from '../db/marks/read.ts';
import type { CaseDb } from '../db/query.ts';
import { selectCaptures } from '../db/select.ts';
import type { Columns } from '../ioc/csv-plan.ts';
import type { Unread } from '../ioc/indicator.ts';
import { look, unseen } from '../ioc/look.ts';
import { LIST_FORMS, type ListForm, readList } from '../ioc/read-list.ts';
import { Lists } from '../ioc/read-lists.ts';
import { entryOf } from '../ioc/read-text.ts';
import { terminal } from '../render/cell.ts';
import { formatRows } from '../render/format.ts';
import type { Rows, Value } from '../render/value.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { type Io, UserError } from './io.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { writeLines } from './write.ts';

interface IocOptions extends CaseOptions {
  readonly indicator?: readonly string[];
  readonly as?: string;
  readonly toIds?: true;
  readonly strict?: true;
  readonly unread?: true;
}

const list = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export const ioc: Command = ownCommand<IocOptions>(
  'ioc',
  'Look for indicators: addresses, ports, host names, hashes, paths, names and users out of lists',
  (program) =>
    caseOptions(program, 'all')
      .argument('[file...]', 'lists: plain text, CSV, STIX 2.1 or MISP JSON (docs/IOC.md); - for standard input')
      .option<readonly string[] | undefined>('-e, --indicator <text>', 'this indicator as well; may be repeated', list)
      .option('--as <form>', `what the lists are, where their content does not tell: ${LIST_FORMS.join(', ')}`)
      .option('--to-ids', 'of MISP only attributes that are meant for detection')
      .option('--strict', 'stop, with exit status 2, when something in the lists is not understood')
      .option('--unread', 'list what is not understood in place of looking for anything')
      .addHelpText('after', HELP),
  async (options, files, io, globals) => {
    const format = parseFormat(options.format);
    const lists = await readLists(files, options, io);
    tellColumns(lists, io);
    if (options.unread) {
      await writeLines(formatRows(unreadRows(lists.unread), format), io);
      return lists.unread.length > 0 && options.strict ? 2 : 0;
    }
    tellUnread(lists, io);
    if (options.strict && lists.unread.length > 0) return 2;
    const db = await openFor({ db: options.db, archives: options.archive }, io, globals);
    try {
      const captures = selectCaptures(db, options.capture ?? 'all');
      const seen = { hits: 0, indicators: new Set<unknown>() };
      await writeLines(formatRows(proven(hitRows(db, captures, lists, seen), db, null), format), io);
      tellBlind(db, captures, lists, io);
      io.err(
        `coldstat: ${lists.wanted.count} indicators, ${captures.length} captures: ${seen.hits} hits of ${seen.indicators.size} indicators\n`,
      );
      return seen.hits > 0 ? 1 : 0;
    } finally {
      db.close();
    }
  },
);

const HELP = `
A plain list has one indicator a line, told by its form or by a type before it: 198.51.100.7, 198.51.100.0/24, 198.51.100.7-20,
198.51.100.*, 198.51.100.7:443, port:4444, tcp/4444, evil.example, https://evil.example/x, a hash, /tmp/.x/*, xmrig, user:backup,
command:TEXT. Behind # stands what is said about it; hxxp, [.] and their like are taken back. Of a table the columns that have indicators
are known by its header or by what they hold, and told; a port belongs to the address beside it. Host names are looked for in the captured
/etc/hosts, for whose addresses the sockets are searched, and in command lines; nothing is asked of any name server. SHA-256 needs
coldstat-capture --with exe-hash; other hashes are in no capture. What is not understood is told on standard error, the first of each
list; --unread lists all. So is what was not captured, since nothing found there says nothing. A hit tells that it was seen, and is a
reason to look.
Exit status: 0 nothing was found, 1 hits, 2 a mistake on the command line, or with --strict something that is not understood.`;

const COLUMNS = [
  'capture_id', 'indicator', 'type', 'seen', 'field', 'value', 'detail', 'pid', 'process', 'list', 'place', 'about', 'also', 'source_id', 'line',
] as const; // biome-ignore format: one list

async function readLists(files: readonly string[], options: IocOptions, io: Io): Promise<Lists> {
  const typed = options.indicator ?? [];
  if (files.length + typed.length === 0) throw new UserError('no indicators', 'coldstat ioc FILE, or -e INDICATOR');
  const form = formOf(options.as);
  const lists = new Lists();
  const withheld = (): void => void lists.withheld++;
  for (const file of files) {
    const bytes = file === '-' ? await all(io.stdin) : readFileSync(resolve(io.cwd, file));
    const columns = (read: Columns): void => void lists.columns.push({ list: file, columns: read });
    lists.add(readList(bytes, file, { form, onlyToIds: options.toIds === true, withheld, columns }));
  }
  lists.add(typed.map((text, i) => entryOf(text.trim(), '-e', i + 1, null)));
  return lists;
}

function formOf(text: string | undefined): ListForm | null {
  const form = LIST_FORMS.find((known) => known === text) ?? null;
  if (form === null && text !== undefined) throw new UserError(`no form ${terminal(text)}`, `forms: ${LIST_FORMS.join(', ')}`);
  return form;
}

async function all(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function hitRows(
  db: CaseDb,
  captures: readonly number[],
  { wanted }: Lists,
  seen: { hits: number; readonly indicators: Set<unknown> },
): Rows {
  function* rows(): Generator<readonly Value[], void> {
    for (const captureId of captures) {
      for (const { candidate, seen: where, field, value, detail, pid, sourceId, line } of look(db, captureId, wanted)) {
        seen.hits++;
        seen.indicators.add(candidate.indicator);
        const { text, type, list: from, place, about } = candidate.indicator;
        const name = pid === null ? null : nameOf(db, captureId, pid);
        yield [captureId, text, type, where, field, value, detail, pid, name, from, place, about, candidate.also || null, sourceId, line];
      }
    }
  }
  return { columns: COLUMNS, rows: rows() };
}

function nameOf(db: CaseDb, captureId: number, pid: number): Value {
  return db.get<{ name: Value }>('SELECT name FROM processes WHERE capture_id = ? AND pid = ?', captureId, pid)?.name ?? null;
}

function unreadRows(unread: readonly Unread[]): Rows {
  return { columns: ['list', 'place', 'text', 'reason'], rows: unread.map((u) => [u.list, u.place, u.text, u.reason]) };
}

/** Of tables, what was taken for indicators and what was not. */
function tellColumns({ columns }: Lists, io: Io): void {
  const named = (label: string, names: readonly string[]): string =>
    names.length === 0 ? '' : `; ${label}: ${names.map((name) => terminal(name.slice(0, 60))).join(', ')}`;
  for (const { list: from, columns: of } of columns) {
    const read = named('columns read', of.read.length === 0 ? ['none'] : of.read).slice(2);
    io.err(`coldstat: ${terminal(from)}: ${read}${named('told as what is said', of.about)}${named('not read', of.left)}\n`);
  }
}

/** Told in full of each list; the rest by --unread. */
const SHOWN = 10;

function tellUnread({ unread, odd, withheld, wanted }: Lists, io: Io): void {
  const told = new Map<string, number>();
  for (const { list: from, place, text, reason } of unread) {
    const n = (told.get(from) ?? 0) + 1;
    told.set(from, n);
    if (n > SHOWN) continue;
    const where = typeof place === 'number' ? `line ${place}` : terminal(place);
    io.err(`coldstat: ${terminal(from)}, ${where}: not understood: ${terminal(text.slice(0, 100))}: ${terminal(reason)}\n`);
  }
  for (const [from, n] of told) if (n > SHOWN) io.err(`coldstat: ${terminal(from)}: ${n} not understood in all; --unread lists them\n`);
  for (const [kind, { n, first }] of odd)
    io.err(
      `coldstat: ${n} ${n === 1 ? 'indicator is an address' : 'indicators are addresses'} that many hosts have (${kind}): ${terminal(first)}\n`,
    );
  if (withheld > 0) io.err(`coldstat: ${withheld} attributes are not for detection (to_ids) and were left out\n`);
  if (wanted.otherHashes > 0) io.err(`coldstat: ${wanted.otherHashes} hashes are not SHA-256: no capture has any to compare with\n`);
}

function tellBlind(db: CaseDb, captures: readonly number[], { wanted }: Lists, io: Io): void {
  const missing = new Map<string, number[]>();
  for (const captureId of captures)
    for (const text of unseen(db, captureId, wanted)) missing.set(text, [...(missing.get(text) ?? []), captureId]);
  for (const [text, of] of missing)
    io.err(`coldstat: not looked at in ${of.length === captures.length ? 'any capture' : `captures ${of.join(' ')}`}: ${terminal(text)}\n`);
}
