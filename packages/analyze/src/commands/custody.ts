import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Chain, changedAt } from '../custody/chain.ts';
import { identityOf, logOf, readLog } from '../custody/log.ts';
import { type CustodyRecord, EVENTS, type EventName } from '../custody/record.ts';
import { terminal } from '../render/cell.ts';
import { writeRows } from '../render/format.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { type Io, UserError } from './io.ts';
import { note, timeOf, whoOf } from './keep-custody.ts';
import { ownCommand } from './own-command.ts';

interface Options {
  readonly event?: string;
  readonly by?: string;
  readonly at?: string;
  readonly note?: string;
  readonly head?: string;
  readonly format?: string;
}

/** How an answer ends. */
const EXIT = { whole: 0, broken: 1, 'another archive': 3, 'no log': 4 } as const;

const COLUMNS = ['seq', 'at', 'time from', 'event', 'by', 'archive', 'bytes', 'sha256', 'tool', 'detail', 'note'];

export const custody: Command = ownCommand<Options>(
  'custody',
  'Keep and check a chained record of what happened to an archive, and who did it',
  (program) => {
    const events = Object.entries(EVENTS).map(([word, meaning]) => `  ${word.padEnd(12)} ${meaning}`);
    program
      .argument('<verb>', 'add, show or check')
      .argument('<archive>', 'the archive; its log is ARCHIVE.custody.ndjson')
      .option('--event <word>', 'add: what happened, see below')
      .option('--by <who>', 'add: by whom; never guessed')
      .option('--at <time>', "add: when, as 2026-11-21T14:05:00Z or with +01:00 (default: this machine's clock)")
      .option('--note <text>', 'add: what else there is to say')
      .option('--head <sha256>', 'check: also that this record, whose hash was noted down, still stands in the chain')
      .option('--format <format>', 'show: table, json, jsonl, csv, tsv or markdown (default: table)')
      .addHelpText(
        'after',
        `
Events:
${events.join('\n')}

Each record bears the hash of the one before, of the archive as it was, the time and the version of coldstat. Changing, removing or
inserting one breaks the chain from there on. What the last records say is vouched for by the head that add and check print: note it
down elsewhere, and give it to check.
load, verify, sign, extract and redact record what they did when told to by --custody --by WHO.
Exit code: 0 the chain holds, 1 it is broken (the first broken link is named), 2 a mistake on the command line,
3 it holds but is about another archive than this one, 4 there is no log.`,
      );
  },
  async (options, [verb = '', archive = ''], io) => {
    if (archive === '-') throw new UserError('custody needs the file of the archive, not standard input');
    if (verb === 'add') return add(options, archive, io);
    if (verb !== 'show' && verb !== 'check') throw new UserError(`custody takes add, show or check, not ${JSON.stringify(verb)}`);
    const head = headOf(options);
    const chain = await readLog(resolve(io.cwd, archive));
    if (chain === null) {
      io.err(`coldstat: there is no ${terminal(logOf(archive), 'utf8')}\n`);
      return EXIT['no log'];
    }
    if (verb === 'show') await writeRows({ columns: COLUMNS, rows: chain.records.map(cells) }, parseFormat(options.format), io);
    return judge(chain, archive, head, verb === 'check' ? (line) => io.out(line) : async (line) => io.err(line), io);
  },
);

async function add(options: Options, archive: string, io: Io): Promise<number> {
  const { event, by, at, note: text } = options;
  if (event === undefined || !Object.hasOwn(EVENTS, event)) {
    throw new UserError(
      `--event takes one of ${Object.keys(EVENTS).join(', ')}`,
      event === undefined ? undefined : `not ${JSON.stringify(event)}`,
    );
  }
  const record = { event: event as EventName, by: whoOf(by), ...timeOf(at, io), detail: null, note: text ?? null };
  await note(archive, record, io);
  const chain = await readLog(resolve(io.cwd, archive));
  if (chain !== null) await io.out(`head ${chain.head}\n`);
  return 0;
}

function headOf({ head }: Options): string | null {
  if (head === undefined) return null;
  const plain = head.replace(/\s/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(plain)) throw new UserError('--head takes the 64 hexadecimal digits that add or check printed');
  return plain;
}

/** The verdict, in one line and a code. */
async function judge(chain: Chain, archive: string, head: string | null, say: (line: string) => Promise<void>, io: Io): Promise<number> {
  const name = terminal(logOf(archive), 'utf8');
  if (chain.broken !== null) {
    const { line, message } = chain.broken;
    await say(`${name}: broken: line ${line} ${terminal(message, 'utf8')}; ${chain.records.length} of ${chain.lines} records hold\n`);
    return EXIT.broken;
  }
  if (head !== null && head !== chain.head && !chain.records.some((record) => record.prev === head)) {
    await say(`${name}: broken: no record with the hash ${head} stands in it: records were cut off, or all of it was written anew\n`);
    return EXIT.broken;
  }
  const path = resolve(io.cwd, archive);
  const now = existsSync(path) ? await identityOf(path) : null;
  const changed = changedAt(chain.records, now);
  if (changed !== null) {
    await say(`${name}: the chain holds, but ${changed}\n`);
    return EXIT['another archive'];
  }
  const about = now === null ? 'the archive itself is not here' : 'about this archive';
  await say(`${name}: good: ${chain.records.length} records, ${about}; head ${chain.head}\n`);
  return EXIT.whole;
}

function cells(r: CustodyRecord): (string | number | null)[] {
  return [r.seq, r.at, r.at_source, r.event, r.by, r.archive.name, r.archive.bytes, r.archive.sha256, r.tool, r.detail, r.note];
}
