import type { LedgerEntry } from '../ledger/entry.ts';
import { terminal } from '../render/cell.ts';

/** Headings, in the order of the ledger. */
const TITLES: Readonly<Record<LedgerEntry['section'], string>> = {
  taken: 'What was taken',
  sources: 'Sources that were not read as they should be',
  counters: "Rows against the kernel's own counts",
  order: 'Rows against their own order',
  'cross-view': 'One view of the host against another',
  capture: 'The capture itself, and what stood around it',
  'socket without holder': 'Sockets that no descriptor holds, by reason (coldstat ownership)',
  holder: 'Sockets that only part of a process holds',
  'descriptor without row': 'Descriptors of sockets that no table shows, by reason (coldstat ownership)',
};

const WIDTH = 10;

/** The ledger of one capture for people: what does not hold comes with its sentences, what holds in one line. `title` says which capture it is. */
export function* ledgerPage(title: string, entries: readonly LedgerEntry[]): Generator<string, void> {
  yield `${title}\n${summary(entries)}\n`;
  for (const section of Object.keys(TITLES) as LedgerEntry['section'][]) {
    const of = entries.filter((e) => e.section === section);
    if (of.length === 0) continue;
    yield `\n${TITLES[section]}\n`;
    const several = new Set(of.map((e) => e.netNs).filter((ns) => ns !== null)).size > 1;
    for (const e of of) yield* line(e, several);
  }
}

function summary(entries: readonly LedgerEntry[]): string {
  const count = (result: LedgerEntry['result']): number => entries.filter((e) => e.result === result).length;
  const [holds, broken, blind] = [count('holds'), count('broken'), count('blind')];
  return `${holds} ${holds === 1 ? 'check holds' : 'checks hold'}, ${broken} broken, ${blind} blind`;
}

function* line(e: LedgerEntry, several: boolean): Generator<string, void> {
  const where = several && e.netNs !== null ? ` [netns ${e.netNs}]` : '';
  const word = e.result === 'count' ? amount(e) : e.result;
  yield `  ${word.padStart(WIDTH)}  ${terminal(e.check)}${where}${numbers(e)}\n`;
  if (e.result !== 'broken' && e.result !== 'blind') return;
  const indent = ' '.repeat(WIDTH + 4);
  yield `${indent}${terminal(e.basis)}\n`;
  if (e.tolerance !== null && e.result === 'broken') yield `${indent}let pass: ${terminal(e.tolerance)}\n`;
}

/** Windows are microseconds in the ledger. */
function amount({ check, found }: LedgerEntry): string {
  if (found === null) return '';
  return check.startsWith('window ') ? `${(found / 1000).toFixed(1)} ms` : String(found);
}

function numbers({ result, expected, found }: LedgerEntry): string {
  if (result === 'count' || found === null) return '';
  if (expected === null) return `: ${found}`;
  return expected === found ? (found === 0 ? '' : `: ${found}`) : `: ${found} found, ${expected} expected`;
}
