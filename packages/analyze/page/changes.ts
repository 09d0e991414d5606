import type { CaptureReport, ChangesReport, ReportDocument } from '../src/report/document.ts';
import { h, plural } from './dom.ts';
import { chip } from './ledger.ts';
import { type Filter, parseFilter } from './query.ts';
import { type Section, section } from './section.ts';
import { DataTable, type Searched } from './table.ts';

const CHANGES = ['added', 'removed', 'changed', 'replaced'];

/**
 * The difference of any two captures that were compared; at first of two that concern the host of `shown`. `other` is told a pair that was not
 * compared, where somebody can be asked.
 */
export function changesSection(
  { changes, captures }: ReportDocument,
  shown: CaptureReport,
  other: ((before: number, after: number) => void) | null,
): { section: Section; searched: Searched } {
  const view = new ChangesView(changes, captures, shown, other);
  return {
    section: section(
      'changes',
      'Changes',
      'What was added, removed, changed or replaced between two captures; what made the comparison weaker is said first.',
      view.element,
    ),
    searched: view,
  };
}

const NOT_COMPARED =
  'These two captures were not compared for this report: coldstat diff BEFORE AFTER, or coldstat report --before and --after.';

/** The first comparison of two captures of this host; else the first with one of another host, which was asked for. */
function firstOf(changes: readonly ChangesReport[], captures: readonly CaptureReport[], shown: CaptureReport): ChangesReport | undefined {
  const hosts = new Map(captures.map((c) => [c.id, c.host]));
  const own = changes.filter(({ before, after }) => hosts.get(before) === shown.host || hosts.get(after) === shown.host);
  return own.find(({ before, after }) => hosts.get(before) === hosts.get(after)) ?? own[0];
}

class ChangesView implements Searched {
  readonly element: HTMLElement;
  readonly #changes: readonly ChangesReport[];
  readonly #place = h('div');
  #table: DataTable | null = null;
  #filter: Filter = parseFilter('');

  constructor(
    changes: readonly ChangesReport[],
    captures: readonly CaptureReport[],
    shown: CaptureReport,
    other: ((before: number, after: number) => void) | null,
  ) {
    this.#changes = changes;
    this.element = h('div', {});
    const first = firstOf(changes, captures, shown);
    const chooser = this.#chooser(captures, first ?? { before: shown.id, after: shown.id }, other);
    this.element.append(...(chooser === null ? [] : [chooser]), this.#place);
    this.#show(first, `Of ${shown.host} no two captures were compared for this report: choose two above.`);
  }

  get total(): number {
    return this.#table?.total ?? 0;
  }

  search(filter: Filter): number {
    this.#filter = filter;
    return this.#table?.search(filter) ?? 0;
  }

  whole(): () => void {
    return this.#table?.whole() ?? (() => {});
  }

  #chooser(
    captures: readonly CaptureReport[],
    first: Pick<ChangesReport, 'before' | 'after'>,
    other: ((before: number, after: number) => void) | null,
  ): HTMLElement | null {
    if (captures.length < 2) return null;
    const select = (label: string, chosen: number | undefined): HTMLSelectElement =>
      h(
        'select',
        { set: { 'aria-label': label } },
        ...captures.map((c) => h('option', { set: { value: c.id, selected: c.id === chosen } }, `${c.host} at ${c.started} (${c.id})`)),
      );
    const [before, after] = [select('Capture before', first.before), select('Capture after', first.after)];
    const changed = (): void => {
      const [a, b] = [Number(before.value), Number(after.value)];
      const found = this.#changes.find((c) => c.before === a && c.after === b);
      if (found === undefined && other !== null && a !== b) other(a, b);
      else this.#show(found, a === b ? 'Choose two captures.' : NOT_COMPARED);
    };
    for (const one of [before, after]) one.addEventListener('change', changed);
    return h('p', { class: 'pair' }, h('label', {}, 'from ', before), h('label', {}, ' to ', after));
  }

  #show(changes: ChangesReport | undefined, without: string): void {
    this.#table = null;
    if (changes === undefined) {
      this.#place.replaceChildren(h('p', { class: 'nothing' }, without));
      return;
    }
    const { table, weaker, refused } = changes;
    if (refused !== null) {
      this.#place.replaceChildren(h('p', { class: 'verdict is-blind' }, `Not compared: ${refused}`));
      return;
    }
    this.#table = new DataTable(table, {
      caption: `Changes from capture ${changes.before} to ${changes.after}`,
      rowClass: ([change]) => `is-${change}`,
      render: ({ title }, cell) => (title === 'change' && typeof cell === 'string' ? chip(cell) : null),
    });
    this.#table.search(this.#filter);
    this.#place.replaceChildren(
      ...(weaker.length === 0 ? [] : [h('ul', { class: 'notes' }, ...weaker.map((w) => h('li', {}, chip('weaker', 'blind'), ' ', w)))]),
      matrix(changes),
      this.#table.element,
    );
  }
}

/** How many of each kind. */
function matrix({ table }: ChangesReport): HTMLElement {
  const kinds = [...new Set(table.rows.map((row) => String(row[1])))];
  if (kinds.length === 0) return h('p', { class: 'summary' }, 'No difference.');
  const count = (kind: string, change: string): number => table.rows.filter((row) => row[1] === kind && row[0] === change).length;
  const cell = (n: number, change: string): HTMLElement => h('td', { class: n > 0 ? `number is-${change}` : 'number' }, n > 0 ? n : '');
  return h(
    'table',
    { class: 'matrix' },
    h('caption', {}, plural(table.rows.length, 'difference')),
    h('thead', {}, h('tr', {}, h('th', { set: { scope: 'col' } }, 'kind'), ...CHANGES.map((c) => h('th', { set: { scope: 'col' } }, c)))),
    h(
      'tbody',
      {},
      ...kinds.map((kind) => h('tr', {}, h('th', { set: { scope: 'row' } }, kind), ...CHANGES.map((c) => cell(count(kind, c), c)))),
    ),
  );
}
