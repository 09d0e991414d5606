import { resolve } from 'node:path';
import { MarkBook } from '../db/marks/read.ts';
import type { CaseDb } from '../db/query.ts';
import { selectCaptures, utc } from '../db/select.ts';
import { type Change, KINDS, type Kind } from '../diff/change.ts';
import { incomparable, weaknesses } from '../diff/comparable.ts';
import { differences } from '../diff/diff.ts';
import { ignoreLines, ignoring, isKey, keyOf } from '../diff/ignore.ts';
import { type Side, sideOf } from '../diff/side.ts';
import { readNamed } from '../named-file.ts';
import { terminal } from '../render/cell.ts';
import { formatRows } from '../render/format.ts';
import type { Value } from '../render/value.ts';
import type { Format } from '../tools/tool.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { type Io, UserError } from './io.ts';
import { nearest } from './nearest.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { moments } from './series.ts';
import { writeLines } from './write.ts';

interface DiffOptions extends CaseOptions {
  readonly only?: string;
  readonly ignore?: readonly string[];
  readonly series?: true;
  readonly host?: string;
  readonly keys?: true;
  readonly summary?: true;
  readonly force?: true;
}

export const diff: Command = ownCommand<DiffOptions>(
  'diff',
  'Say what was added, removed, changed or replaced between two captures',
  (program) => {
    caseOptions(program, null)
      .argument('[before]', 'capture: a number, an id, a host or host@time; with --archive, the archive')
      .argument('[after]', 'capture, likewise')
      .option('--series', 'each capture of a host against the next one of the same host, in order of time')
      .option('--host <name>', 'with --series: this host alone')
      .option('--only <kinds>', `only these, separated by commas: ${KINDS.join(' ')}`)
      .option<readonly string[]>(
        '--ignore <key>',
        'leave out what has this key, * for anything; or a file of keys; may be repeated',
        (v, b) => [...b, v],
        [],
      )
      .option('--keys', 'show the key of each difference below it (other formats than table always have it)')
      .option('--force', 'compare also captures of different pid namespaces, such as those of a container and its host')
      .option('--summary', 'only how many of each')
      .addHelpText('after', HELP);
  },
  async ({ db: file, archive, format: wanted, ...asked }, operands, io, globals) => {
    const format = parseFormat(wanted);
    const kinds = parseKinds(asked.only);
    const ignored = ignoring((asked.ignore ?? []).flatMap((text) => ignoreKeys(text, io)));
    if (asked.host !== undefined && asked.series === undefined) throw new UserError('--host goes with --series');
    const archives = archive === undefined ? [] : [...archive, ...operands];
    if (asked.series === undefined && archives.length > 0 && archives.length !== 2)
      throw new UserError('two archives are compared', 'coldstat diff --archive BEFORE AFTER');
    const db = await openFor({ db: file, archives }, io, globals);
    try {
      const pairs = asked.series
        ? series(db, archives.length > 0 ? [] : operands, asked.host)
        : [chosen(db, archives.length > 0 ? ['1', '2'] : operands)];
      const wrong = asked.force ? undefined : pairs.map(([before, after]) => incomparable(before, after)).find((why) => why !== null);
      if (wrong) throw new UserError(wrong, '--force compares them nevertheless');
      const seen = { any: false };
      const compare = ([before, after]: Pair): Iterable<Change> => {
        announce(before, after, io);
        return watched(differences(db, before, after, kinds), ignored, seen);
      };
      await writeLines(lines(pairs, compare, format, asked, new MarkBook(db)), io);
      return seen.any ? 1 : 0;
    } finally {
      db.close();
    }
  },
);

const HELP = `
Within one boot a process is its pid and start, a socket its namespace, protocol, addresses and inode. An address with another
socket or another holder is replaced; so is a program that was started again, as far as more than its name is known. Both passes of a
capture count as one; the capture itself and its children are left out; counters, queues, timers and positions are not compared.
Descriptors are compared for the processes that are in both, routes and mounts for the namespaces that are in both. What is unknown
in one of them is no difference, nor is what one lacks where it did not read the file, or not to its end. outbound are connections to a
port of the other side from a port where nobody listens; other sockets with a remote end are among socket. What makes the
comparison weaker is said first, on standard error. Captures of different pid namespaces are not compared without --force.
Below a process that came, went or changed stand its user, its parent, its executable as the kernel names it (deleted, memory file) and,
where environments were captured, LD_PRELOAD, LD_AUDIT and LD_LIBRARY_PATH: as it is now, or was when it went.
A key is KIND NAME, or KIND NAME: FIELD, without pids, inodes and the ports that callers get from the kernel; a file of keys has
one on each line, and # before what is said to people.
Exit status: 0 no difference, 1 differences, 2 a mistake on the command line.`;

type Pair = readonly [Side, Side];

/** A key as it stands, or the keys of a file. Throws UserError. */
function ignoreKeys(text: string, io: Io): string[] {
  if (isKey(text)) return [text];
  const lines = ignoreLines(readNamed(resolve(io.cwd, text), text).toString('utf8'));
  const wrong = lines.find((line) => !isKey(line));
  if (wrong !== undefined) throw new UserError(`no key: ${terminal(wrong)}`, `a key is KIND NAME; kinds: ${KINDS.join(' ')}`);
  return lines;
}

/** Pairs of neighbours in time, host by host; captures without a start are in no series. */
function series(db: CaseDb, operands: readonly string[], host: string | undefined): Pair[] {
  if (operands.length > 0) throw new UserError('--series takes no captures', 'coldstat diff --series [--host NAME]');
  const all = moments(db, (capture) => host === undefined || capture.host === host);
  const sides = all.filter(({ started }) => started !== '-').map(({ captureId }) => sideOf(db, captureId));
  const hosts = [...new Set(sides.map((side) => terminal(side.host)))];
  const lists = hosts.map((name) => sides.filter((side) => terminal(side.host) === name));
  const pairs = lists.flatMap((list) => list.slice(1).map((side, i): Pair => [list[i] ?? side, side]));
  if (pairs.length === 0) throw new UserError('no host has two captures', 'coldstat captures lists them');
  return pairs;
}

function lines(
  pairs: readonly Pair[],
  compare: (pair: Pair) => Iterable<Change>,
  format: Format,
  asked: DiffOptions,
  marks: MarkBook,
): Iterable<string> {
  if (asked.summary) {
    const together = asked.series !== undefined;
    const columns = [...(together ? ['before_capture', 'after_capture'] : []), 'kind', 'added', 'removed', 'changed', 'replaced'];
    const counted = pairs.flatMap((pair) => summaryRows(compare(pair)).map((row) => [...(together ? ids(pair) : []), ...row]));
    return formatRows({ columns, rows: counted }, format);
  }
  if (format === 'table') return listings(pairs, compare, asked, marks);
  return formatRows({ columns: COLUMNS, rows: rowsOf(pairs, compare, marks) }, format);
}

function* listings(
  pairs: readonly Pair[],
  compare: (pair: Pair) => Iterable<Change>,
  asked: DiffOptions,
  marks: MarkBook,
): Generator<string, void> {
  for (const pair of pairs) {
    if (asked.series) yield `======= ${told(pair[0])} -> ${told(pair[1])}\n`;
    yield* changeLines(compare(pair), asked.keys === true, marks);
  }
}

function ids([before, after]: Pair): readonly Value[] {
  return [before.captureId, after.captureId];
}

function parseKinds(text: string | undefined): Set<Kind> {
  if (text === undefined) return new Set(KINDS);
  return new Set(
    text.split(',').map((word) => {
      const kind = KINDS.find((k) => k === word || `${k}s` === word || (k === 'process' && word === 'processes'));
      if (kind === undefined)
        throw new UserError(
          `there is no kind ${word}`,
          `kinds: ${(nearest(word, KINDS).length > 0 ? nearest(word, KINDS) : KINDS).join(' ')}`,
        );
      return kind;
    }),
  );
}

function chosen(db: CaseDb, [a, b, ...more]: readonly string[]): Pair {
  if (a === undefined || b === undefined || more.length > 0)
    throw new UserError('two captures are compared', 'coldstat diff BEFORE AFTER; coldstat captures lists them');
  const [before, after] = [a, b].map((selector) => selectCaptures(db, selector));
  if (before?.length !== 1 || after?.length !== 1) throw new UserError('two captures are compared', 'all names more than one');
  return [sideOf(db, before[0] as number), sideOf(db, after[0] as number)];
}

function told(side: Side): string {
  return `capture ${side.captureId}, ${terminal(side.host)} at ${utc(side.startedNs)}`;
}

function announce(before: Side, after: Side, io: Io): void {
  io.err(`before: ${told(before)}\nafter:  ${told(after)}\n`);
  for (const note of weaknesses(before, after)) io.err(`weaker: ${terminal(note)}\n`);
}

function* watched(changes: Iterable<Change>, ignored: (change: Change) => boolean, seen: { any: boolean }): Generator<Change, void> {
  for (const change of changes) {
    if (ignored(change)) continue;
    seen.any = true;
    yield change;
  }
}

/** For people: a line that says what it is about, and below it what was and what is, however long; what is marked of a row stands behind it. */
function* changeLines(changes: Iterable<Change>, keys: boolean, marks: MarkBook): Generator<string, void> {
  for (const c of changes) {
    yield `${c.change.padEnd(8)}  ${c.kind.padEnd(10)}  ${terminal(c.identity)}${c.field === null ? '' : `: ${c.field}`}\n`;
    if (c.before !== null && c.before !== '') yield `  - ${terminal(c.before)}${marks.at(c.beforeAt).phrases}\n`;
    if (c.after !== null && c.after !== '') yield `  + ${terminal(c.after)}${marks.at(c.afterAt).phrases}\n`;
    if (c.about !== null) yield `  . ${terminal(c.about)}\n`;
    if (keys) yield `  = ${keyOf(c)}${[c.beforeAt, c.afterAt].map((at) => (at === null ? '' : ` ${at}`)).join('')}\n`;
  }
}

const COLUMNS = [
  'change',
  'kind',
  'identity',
  'field',
  'before',
  'after',
  'key',
  'before_capture',
  'after_capture',
  'before_handle',
  'after_handle',
  'before_marks',
  'after_marks',
  'about',
];

function* rowsOf(pairs: readonly Pair[], compare: (pair: Pair) => Iterable<Change>, marks: MarkBook): Generator<readonly Value[], void> {
  for (const pair of pairs) {
    for (const c of compare(pair))
      yield [
        ...[c.change, c.kind, c.identity, c.field, c.before, c.after, keyOf(c), ...ids(pair), c.beforeAt, c.afterAt],
        ...[marks.at(c.beforeAt).kinds, marks.at(c.afterAt).kinds, c.about],
      ];
  }
}

function summaryRows(changes: Iterable<Change>): Value[][] {
  const counts = new Map<string, { added: number; removed: number; changed: number; replaced: number }>();
  for (const { kind, change } of changes) {
    const count = counts.get(kind) ?? { added: 0, removed: 0, changed: 0, replaced: 0 };
    count[change]++;
    counts.set(kind, count);
  }
  return [...counts].map(([kind, c]) => [kind, c.added, c.removed, c.changed, c.replaced]);
}
