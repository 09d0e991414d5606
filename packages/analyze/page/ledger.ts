import type { CaptureReport, Cell } from '../src/report/document.ts';
import { h, plural, svg } from './dom.ts';
import { fold, type Section, section } from './section.ts';
import { DataTable } from './table.ts';

const WORDS: Readonly<Record<string, string>> = {
  broken: 'broken: two sources disagree',
  blind: 'blind: the capture cannot tell',
  holds: 'hold',
};

/** The first thing on the page: what is complete, what is broken, what nobody can say. */
export function ledgerSection({ ledger, counts }: CaptureReport): { section: Section; table: DataTable } {
  const { rows } = ledger.table;
  const of = (result: string): readonly (readonly Cell[])[] => rows.filter((row) => row[0] === result);
  const [broken, blind, holds] = [of('broken'), of('blind'), of('holds')];
  const table = new DataTable(ledger.table, {
    caption: 'Every check of the ledger',
    first: 60,
    rowClass: ([result]) => `is-${result}`,
    render: badge,
  });
  const doubts = [...broken, ...blind];
  const verdict =
    broken.length > 0
      ? `${plural(broken.length, 'check is', 'checks are')} broken: read these before anything else.`
      : blind.length > 0
        ? `Nothing disagrees; ${plural(blind.length, 'question', 'questions')} cannot be answered from this capture.`
        : 'What was captured agrees with itself, and nothing was refused.';
  const result = section(
    'ledger',
    'Ledger',
    'How far this capture can be trusted: what was taken, what agrees, what does not, what it cannot show.',
    h('p', { class: `verdict is-${broken.length > 0 ? 'broken' : blind.length > 0 ? 'blind' : 'holds'}` }, verdict),
    h(
      'div',
      { class: 'tiles' },
      tile(broken.length, 'broken', 'is-broken'),
      tile(blind.length, 'blind', 'is-blind'),
      tile(holds.length, 'hold', 'is-holds'),
      tile(counts.processes, 'processes', ''),
      tile(counts.descriptors, 'descriptors', ''),
      tile(counts.sockets, 'sockets', ''),
    ),
    bar([broken.length, blind.length, holds.length]),
    doubts.length === 0 ? null : h('ul', { class: 'doubts' }, ...doubts.map(doubt)),
    h('p', { class: 'line' }, ledger.line),
    fold(`All ${plural(rows.length, 'check')}`, false, table.element),
  );
  return { section: result, table };
}

function tile(n: number, name: string, kind: string): HTMLElement {
  return h('div', { class: `tile ${n === 0 ? 'zero' : kind}` }, h('strong', {}, n.toLocaleString('en-US')), h('span', {}, name));
}

/** Broken, blind and holding checks as one bar. */
function bar(counts: readonly number[]): SVGElement {
  const total = Math.max(
    1,
    counts.reduce((a, b) => a + b, 0),
  );
  let x = 0;
  const parts = ['broken', 'blind', 'holds'].map((name, i) => {
    const width = ((counts[i] ?? 0) / total) * 1000;
    const part = svg('rect', { class: `is-${name}`, set: { x, y: 0, width, height: 10 } });
    x += width;
    return part;
  });
  const label = ['broken', 'blind', 'holds'].map((name, i) => `${counts[i] ?? 0} ${WORDS[name]}`).join(', ');
  return svg(
    'svg',
    { class: 'bar', set: { viewBox: '0 0 1000 10', preserveAspectRatio: 'none', role: 'img', 'aria-label': label } },
    ...parts,
  );
}

function doubt([result, , check, netNs, expected, found, basis]: readonly Cell[]): HTMLElement {
  const numbers =
    expected === null || expected === undefined ? ((found ?? null) === null ? '' : `${found}`) : `expected ${expected}, found ${found}`;
  const where = (netNs ?? null) === null ? '' : ` in net:[${netNs}]`;
  return h(
    'li',
    { class: `is-${result}` },
    chip(String(result)),
    h('span', {}, h('strong', {}, `${check}${where}`), numbers === '' ? null : h('span', { class: 'numbers' }, ` ${numbers}`)),
    h('span', { class: 'basis' }, basis ?? ''),
  );
}

export function chip(word: string, kind: string = word): HTMLElement {
  return h('span', { class: `chip is-${kind}` }, word);
}

function badge(column: { readonly title: string }, cell: Cell): Node | null {
  return column.title === 'result' && typeof cell === 'string' ? chip(cell) : null;
}
