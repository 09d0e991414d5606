import type { CaseDb } from '../db/query.ts';
import { selectCaptures, utc } from '../db/select.ts';
import { type Change, KINDS, type Kind } from '../diff/change.ts';
import { differences } from '../diff/diff.ts';
import { type Side, sideOf, weaknesses } from '../diff/side.ts';
import { terminal } from '../render/cell.ts';
import { formatRows } from '../render/format.ts';
import type { Rows, Value } from '../render/value.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { type Io, UserError } from './io.ts';
import { nearest } from './nearest.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { writeLines } from './write.ts';

interface DiffOptions extends CaseOptions {
  readonly only?: string;
  readonly summary?: true;
}

export const diff: Command = ownCommand<DiffOptions>(
  'diff',
  'Say what was added, removed, changed or replaced between two captures',
  (program) => {
    caseOptions(program, null)
      .argument('[before]', 'capture: a number, an id, a host or host@time; with --archive, the archive')
      .argument('[after]', 'capture, likewise')
      .option('--only <kinds>', `only these, separated by commas: ${KINDS.join(' ')}`)
      .option('--summary', 'only how many of each')
      .addHelpText(
        'after',
        `
Within one boot a process is its pid and start, a socket its namespace, protocol, addresses and inode. An address with another
socket or another holder is replaced; so is a program that was started again. Both passes of a capture count as one; the
capture itself and its children are left out; counters, queues, timers and positions are not compared. Descriptors are
compared for the processes that are in both. What makes the comparison weaker is said first, on standard error.
Exit status: 0 no difference, 1 differences, 2 a mistake on the command line.`,
      );
  },
  async ({ db: file, archive, only, summary, format: wanted }, operands, io, globals) => {
    const format = parseFormat(wanted);
    const kinds = parseKinds(only);
    const archives = archive === undefined ? [] : [...archive, ...operands];
    if (archives.length > 0 && archives.length !== 2)
      throw new UserError('two archives are compared', 'coldstat diff --archive BEFORE AFTER');
    const db = await openFor({ db: file, archives }, io, globals);
    try {
      const [before, after] = chosen(db, archives.length > 0 ? ['1', '2'] : operands);
      announce(before, after, io);
      const seen = { any: false };
      const changes = watched(differences(db, before, after, kinds), seen);
      const lines = summary
        ? formatRows(summaryRows(changes), format)
        : format === 'table'
          ? changeLines(changes)
          : formatRows(changeRows(changes), format);
      await writeLines(lines, io);
      return seen.any ? 1 : 0;
    } finally {
      db.close();
    }
  },
);

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

function chosen(db: CaseDb, [a, b, ...more]: readonly string[]): [Side, Side] {
  if (a === undefined || b === undefined || more.length > 0)
    throw new UserError('two captures are compared', 'coldstat diff BEFORE AFTER; coldstat captures lists them');
  const [before, after] = [a, b].map((selector) => selectCaptures(db, selector));
  if (before?.length !== 1 || after?.length !== 1) throw new UserError('two captures are compared', 'all names more than one');
  return [sideOf(db, before[0] as number), sideOf(db, after[0] as number)];
}

function announce(before: Side, after: Side, io: Io): void {
  const text = (side: Side): string => `capture ${side.captureId}, ${terminal(side.host)} at ${utc(side.startedNs)}`;
  io.err(`before: ${text(before)}\nafter:  ${text(after)}\n`);
  for (const note of weaknesses(before, after)) io.err(`weaker: ${terminal(note)}\n`);
}

function* watched(changes: Iterable<Change>, seen: { any: boolean }): Generator<Change, void> {
  for (const change of changes) {
    seen.any = true;
    yield change;
  }
}

/** For people: a line that says what it is about, and below it what was and what is, however long. */
function* changeLines(changes: Iterable<Change>): Generator<string, void> {
  for (const { change, kind, identity, field, before, after } of changes) {
    yield `${change.padEnd(8)}  ${kind.padEnd(10)}  ${terminal(identity)}${field === null ? '' : `: ${field}`}\n`;
    if (before !== null && before !== '') yield `  - ${terminal(before)}\n`;
    if (after !== null && after !== '') yield `  + ${terminal(after)}\n`;
  }
}

function changeRows(changes: Iterable<Change>): Rows {
  function* rows(): Generator<readonly Value[], void> {
    for (const { change, kind, identity, field, before, after } of changes) yield [change, kind, identity, field, before, after];
  }
  return { columns: ['change', 'kind', 'identity', 'field', 'before', 'after'], rows: rows() };
}

function summaryRows(changes: Iterable<Change>): Rows {
  const counts = new Map<string, { added: number; removed: number; changed: number; replaced: number }>();
  for (const { kind, change } of changes) {
    const count = counts.get(kind) ?? { added: 0, removed: 0, changed: 0, replaced: 0 };
    count[change]++;
    counts.set(kind, count);
  }
  const rows = [...counts].map(([kind, c]) => [kind, c.added, c.removed, c.changed, c.replaced]);
  return { columns: ['kind', 'added', 'removed', 'changed', 'replaced'], rows };
}
