import { resolve } from 'node:path';
import type { CaseDb } from '../db/query.ts';
import { selectCaptures } from '../db/select.ts';
import { readNamed } from '../named-file.ts';
import { pageCell, terminal } from '../render/cell.ts';
import type { Pair } from '../report/changes.ts';
import type { Live } from '../report/document.ts';
import { type Page, reportHtml } from '../report/html.ts';
import { type ReportRules, reportDocument } from '../report/report.ts';
import { parseSaved, SAVED } from '../serve/saved.ts';
import { serve as listen } from '../serve/server.ts';
import { version } from '../version.ts';
import type { Command } from './command.ts';
import { count } from './count.ts';
import { type Io, UserError } from './io.ts';
import { openFor } from './open-case.ts';
import { ageOption, ownCommand } from './own-command.ts';
import { type RuleOptions, RuleSets, ruleOptions } from './rule-sets.ts';
import { runnerFor } from './runner-for.ts';
import { SqlDesk } from './sql-desk.ts';

interface ServeOptions extends RuleOptions {
  readonly db?: string;
  readonly archive?: readonly string[];
  readonly capture?: readonly string[];
  readonly port: string;
  readonly timeout: string;
  readonly queries?: readonly string[];
}

const ROWS = 10_000;
const TOKEN_BYTES = 32;

const list = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export const serve: Command = ownCommand<ServeOptions>(
  'serve',
  'Serve the page of report over the live case on this machine, with a box for SQL',
  (program) => {
    program
      .option('-d, --db <file>', 'case file (default: COLDSTAT_DB, else ./case.db)')
      .option<readonly string[] | undefined>('--archive <file>', 'answer straight from this archive; may be repeated', list);
    ruleOptions(ageOption(program))
      .option<readonly string[] | undefined>(
        '--capture <which>',
        'latest, all, an id, a host or host@time; may be repeated (default: all)',
        list,
      )
      .option('--port <number>', 'port on 127.0.0.1, 0 for any that is free', '0')
      .option('--timeout <seconds>', 'stop a statement of the page that takes longer, 0 for no limit', '30')
      .option<readonly string[] | undefined>('--queries <file>', 'queries of your own as well; may be repeated', list)
      .addHelpText(
        'after',
        `
Prints the address, which bears a token that nobody can guess: give it to nobody. Reloading the page reads the case again. Answers go to this
machine alone, to requests that name it and come from no other site. The case is only read: a statement runs in a process of its own and is
stopped after the time of --timeout or ${ROWS} rows. In a file of queries each begins with a line "-- name: WORDS". Rules of your own, Sigma rules
and suppressions are those of coldstat triage, and are read once. Ctrl-C ends it.
Exit status: 0 ended, 2 a mistake on the command line, or the port is taken.`,
      );
  },
  async ({ port, timeout, queries, ...options }, operands, io, globals) => {
    if (operands.length > 0) throw new UserError(`what is ${operands[0]}?`, 'coldstat serve takes options only');
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw new UserError(`--port takes a number up to 65535, not ${port}`);
    const seconds = count('--timeout', timeout);
    const saved = (queries ?? []).flatMap((file) => parseSaved(readNamed(resolve(io.cwd, file), file).toString('utf8'), file));
    const live: Live = {
      queries: [...saved, ...SAVED].map((q) => ({ ...q, name: shown(q.name), doc: shown(q.doc) })),
      seconds,
      rows: ROWS,
    };
    const sets = new RuleSets(options, io);
    const choice = { db: options.db, archives: options.archive };
    const db = await openFor(choice, io, globals);
    const [rules, statements] = [runnerFor(choice, io, globals), runnerFor(choice, io, globals)];
    try {
      const chosen = options.capture ?? ['all'];
      const shownRules = sets.forReport(db, rules);
      const page = livePages({ db, chosen, rules: shownRules, live });
      // A mistake is said before the address.
      for (const which of chosen) selectCaptures(db, which);
      if (shownRules.told.operator > 0) await page(null, null);
      await untilInterrupted(page, new SqlDesk(statements, seconds * 1000, ROWS), Number(port), io);
      sets.tellUnused(io);
      return 0;
    } finally {
      rules.close();
      statements.close();
      db.close();
    }
  },
);

type PageOf = (before: string | null, after: string | null) => Promise<Page>;

async function untilInterrupted(page: PageOf, desk: SqlDesk, port: number, io: Io): Promise<void> {
  const { url, close } = await listen({
    token: io.random(TOKEN_BYTES).toString('base64url'),
    port,
    page,
    query: (sql, gone) => desk.ask(sql, gone),
    failed: (e) => io.err(`coldstat: a request failed: ${lines(e)}\n`),
  });
  // Whoever reads the address may end it at once.
  const interrupted = io.untilInterrupted();
  await io.out(`${url}\n`);
  await interrupted;
  await close();
}

interface Shown {
  readonly db: CaseDb;
  readonly chosen: readonly string[];
  readonly rules: ReportRules;
  readonly live: Live;
}

/** One page after the other: the rules of the operator are asked one at a time. */
function livePages({ db, chosen, rules, live }: Shown): PageOf {
  const make: PageOf = async (before, after) => {
    const pair = pairOf(db, before, after);
    const captures = [...new Set([...chosen.flatMap((which) => selectCaptures(db, which)), ...(pair ?? [])])];
    const document = await reportDocument(db, { captures, pair, rules, tool: `coldstat ${version()}` });
    return reportHtml({ ...document, live });
  };
  let last: Promise<unknown> = Promise.resolve();
  return (before, after) => {
    const page = last.then(() => make(before, after));
    // A page that fails is told to the one who asked for it.
    last = page.then(null, () => undefined);
    return page;
  };
}

/** What the address of the page says; null when it names no two captures of the case. */
function pairOf(db: CaseDb, before: string | null, after: string | null): Pair | null {
  const known = selectCaptures(db, 'all');
  const [a, b] = [Number(before), Number(after)];
  return known.includes(a) && known.includes(b) ? [a, b] : null;
}

function shown(text: string): string {
  return String(pageCell(text));
}

/** What went wrong, line by line: it may quote the evidence. */
function lines(e: unknown): string {
  const text = e instanceof Error ? (e.stack ?? e.message) : String(e);
  return text
    .split('\n')
    .map((line) => terminal(line))
    .join('\n');
}
