import type { CaseDb } from '../db/query.ts';
import { terminal } from '../render/cell.ts';
import { formatRows } from '../render/format.ts';
import type { Value } from '../render/value.ts';
import { EVENT_KINDS, type Event } from '../timeline/event.ts';
import { ABOUT } from '../timeline/things.ts';
import { type Choice, timeline as events, timelineNotes } from '../timeline/timeline.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { writeLines } from './write.ts';

interface TimelineOptions extends CaseOptions {
  readonly host?: string;
  readonly pid?: string;
  readonly since?: string;
  readonly until?: string;
  readonly kind?: string;
}

const ABOUTS: readonly string[] = ['capture', ...ABOUT];

export const timeline: Command = ownCommand<TimelineOptions>(
  'timeline',
  'Say when things happened, over all captures of a case',
  (program) => {
    caseOptions(program, null)
      .option('--host <name>', 'this host alone')
      .option('--pid <pid>', 'what concerns this process id alone')
      .option('--since <time>', 'what may have happened at this time or later: UTC, 2026-11-21 or 2026-11-21T10:00:00Z')
      .option('--until <time>', 'what may have happened until this time')
      .option('--kind <kinds>', `only these, separated by commas: ${[...EVENT_KINDS, ...ABOUTS].join(' ')}`)
      .addHelpText('after', HELP);
  },
  async ({ db: file, archive, format: wanted, ...asked }, operands, io, globals) => {
    const format = parseFormat(wanted);
    const choice = parseChoice(asked);
    if (operands.length > 0) throw new UserError('a time line is of a whole case', 'pick with --host, --pid, --since, --until and --kind');
    const db = await openFor({ db: file, archives: archive ?? [] }, io, globals);
    try {
      neverSeen(db, asked);
      for (const note of timelineNotes(db)) io.err(`${note}\n`);
      await writeLines(formatRows({ columns: COLUMNS, rows: rows(events(db, choice)) }, format), io);
      return 0;
    } finally {
      db.close();
    }
  },
);

const HELP = `
All times are UTC. A capture is a look at a moment: what happened, happened between earliest and latest. first-sight and last-sight
say in which capture a thing was seen; appeared and gone lie between that capture and the one before or after it of the same boot.
What existed before the first capture has a first sight and no appearance; a capture that could not read the list, of the namespace
that it is of, does not make what it lacks go. Processes are followed within a pid namespace, sockets within a boot. changed is a process whose program, arguments or user became others, replaced an address that another socket took.
process-start is reckoned from the ticks since boot that the kernel keeps, by the clocks the capture read, else by btime; a clock that was set in between moves it. What the operator of a
capture said of the host's clock is added. Sorted by the earliest time, then the latest; the capture and its children are left out.`;

const COLUMNS = ['earliest', 'latest', 'host', 'kind', 'about', 'what', 'pid', 'capture_id', 'basis', 'handle'];

function* rows(all: Iterable<Event>): Generator<readonly Value[], void> {
  for (const e of all)
    yield [utcText(e.earliest), utcText(e.latest), e.host, e.kind, e.about, e.what, e.pid, e.captureId, e.basis, e.handle];
}

/** UTC to the millisecond; null for what no calendar holds. */
function utcText(ns: bigint | null): string | null {
  const ms = ns === null ? null : Number(ns / 1_000_000n);
  return ms === null || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString();
}

function parseChoice(asked: TimelineOptions): Choice {
  if (asked.pid !== undefined && !/^[1-9]\d{0,9}$/.test(asked.pid)) throw new UserError(`no process id ${terminal(asked.pid)}`);
  const all: readonly string[] = [...EVENT_KINDS, ...ABOUTS];
  const kinds = asked.kind?.split(',');
  const wrong = kinds?.find((kind) => !all.includes(kind));
  if (wrong !== undefined) throw new UserError(`there is no kind ${terminal(wrong)}`, `kinds: ${all.join(' ')}`);
  return {
    host: asked.host ?? null,
    pid: asked.pid === undefined ? null : Number(asked.pid),
    kinds: kinds === undefined ? null : new Set(kinds),
    since: parseTime(asked.since),
    until: parseTime(asked.until),
  };
}

/** An empty answer would say that nothing happened. Throws UserError. */
function neverSeen(db: CaseDb, { host, pid }: TimelineOptions): void {
  const lacks = (sql: string, value: string | number): boolean => db.get(sql, value) === undefined;
  const hint = 'coldstat captures lists the captures of the case';
  if (host !== undefined && lacks('SELECT 1 FROM captures WHERE host = ?', host))
    throw new UserError(`no capture is of a host ${terminal(host)}`, hint);
  if (pid !== undefined && lacks('SELECT 1 FROM processes WHERE pid = ? LIMIT 1', Number(pid)))
    throw new UserError(`no capture shows a process ${terminal(pid)}`, hint);
}

/** Nanoseconds since 1970 of a time in UTC; a time without a zone is UTC, never that of this machine. Throws UserError. */
function parseTime(text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?Z?)?$/.exec(text);
  const ms = parts === null ? Number.NaN : Date.parse(`${parts[1]}T${parts[2] ?? '00:00'}${parts[3] ?? ':00'}Z`);
  if (Number.isNaN(ms)) throw new UserError(`no time ${terminal(text)}`, 'say it in UTC: 2026-11-21 or 2026-11-21T10:00:00Z');
  return BigInt(ms) * 1_000_000n;
}
