import type { CaptureReport, ReportDocument } from '../src/report/document.ts';
import { changesSection } from './changes.ts';
import { h, plural, watchHandles } from './dom.ts';
import { findingsSection } from './findings.ts';
import { ledgerSection } from './ledger.ts';
import { mapPicture } from './map.ts';
import { isEmpty, parseFilter } from './query.ts';
import { fold, type Section, section } from './section.ts';
import { sqlSection } from './sql.ts';
import { DataTable, type Searched } from './table.ts';
import { timelineSection } from './timeline.ts';
import { ProcessTree } from './tree.ts';

/** A section and what the search looks through in it. */
interface Part {
  readonly section: Section;
  readonly searched: readonly Searched[];
}

function report(): ReportDocument {
  return JSON.parse(document.getElementById('report')?.textContent ?? '') as ReportDocument;
}

/** Sections about one capture. */
function captureParts(
  capture: CaptureReport,
  { names, rules }: ReportDocument,
  toSockets: (words: string) => void,
): { parts: Part[]; sockets: DataTable } {
  const ledger = ledgerSection(capture);
  const findings = findingsSection(capture, rules);
  const listeners = new DataTable(capture.listeners, {
    caption: 'Ports that listen, and who owns them',
    first: 60,
    rowClass: (row) => (row[3] === 'this host' ? 'quiet' : ''),
  });
  const tree = new ProcessTree(capture);
  const sockets = new DataTable(capture.sockets, { caption: 'Every socket of the capture' });
  const problems = new DataTable(capture.problems, { caption: 'What could not be read or understood' });
  const parts: Part[] = [
    { section: ledger.section, searched: [ledger.table] },
    findings,
    {
      section: section(
        'listeners',
        'Listeners',
        'Who waits for others, on which address and port; with the reason where no process is seen to own it.',
        listeners.element,
      ),
      searched: [listeners],
    },
    {
      section: section(
        'processes',
        'Processes',
        'Arrow keys move, right opens, left closes. Sockets hang on the process that holds them; one that several hold hangs on each.',
        tree.element,
      ),
      searched: [tree],
    },
    { section: section('map', 'Who talks to whom', null, mapPicture(capture, names, toSockets)), searched: [] },
    {
      section: section(
        'sockets',
        'Sockets',
        'Both readings of the tables as one, with every holder, or why nobody holds it.',
        ...reasons(capture),
        sockets.element,
      ),
      searched: [sockets],
    },
    {
      section: section(
        'problems',
        'Evidence that could not be used',
        'Nothing is skipped in silence: each line that is no row stands here.',
        problems.element,
      ),
      searched: [problems],
    },
  ];
  return { parts, sockets };
}

/** What is read at once; the rest is folded. */
const FIRST_FACTS = ['Lasted', 'State', 'Kernel', 'Captured by', 'Clock', 'Case', 'Operator', 'Redacted'];

/** What the classes mean that stand in the tables. */
function reasons({ classes }: CaptureReport): HTMLElement[] {
  return classes.rows.length === 0
    ? []
    : [
        fold(
          'Why some have no holder, or no row',
          false,
          new DataTable(classes, { caption: 'Why some have no holder, or no row' }).element,
        ),
      ];
}

function facts(capture: CaptureReport): HTMLElement {
  const list = (some: CaptureReport['facts']): HTMLElement =>
    h('dl', { class: 'facts' }, ...some.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
  const first = capture.facts.filter(([name]) => FIRST_FACTS.includes(name));
  return h('div', {}, list(first), fold('All that is known of the capture', false, list(capture.facts)));
}

/** One line for each capture, where there are several. */
function overview(captures: readonly CaptureReport[], choose: (id: number) => void): HTMLElement | null {
  if (captures.length < 2) return null;
  const n = (c: CaptureReport, result: string): number => c.ledger.table.rows.filter((row) => row[0] === result).length;
  const found = (c: CaptureReport, ...severities: string[]): number =>
    c.answers.reduce((sum, a) => (severities.includes(a.severity) ? sum + a.findings.length : sum), 0);
  const columns = [
    'capture',
    'host',
    'started (UTC)',
    'processes',
    'sockets',
    'checks broken',
    'blind',
    'critical, high',
    'medium',
    'low, info',
  ] as const;
  const rows = captures.map((c) => [
    c.id,
    c.host,
    c.started,
    c.counts.processes,
    c.counts.sockets,
    n(c, 'broken'),
    n(c, 'blind'),
    found(c, 'critical', 'high'),
    found(c, 'medium'),
    found(c, 'low', 'info'),
  ]);
  const table = new DataTable(
    { columns: columns.map((title, i) => ({ title, kind: i === 1 ? 'facet' : i === 2 ? 'word' : 'number' })), rows },
    {
      caption: 'Captures of this case',
      rowClass: (row) => (Number(row[7]) > 0 ? 'is-high' : ''),
      render: ({ title }, cell) =>
        title === 'capture'
          ? h('button', { class: 'plain', on: { click: () => choose(Number(cell)) }, set: { type: 'button' } }, `show ${cell}`)
          : null,
    },
  );
  return h('section', { id: 'case', set: { 'aria-label': 'Captures of this case' } }, table.element);
}

class Page {
  readonly #document: ReportDocument;
  readonly #main = h('main', { id: 'main', set: { tabindex: -1 } });
  readonly #nav = h('ol');
  readonly #search: HTMLInputElement;
  readonly #chooser: HTMLSelectElement;
  #parts: Part[] = [];
  readonly #badges = new Map<Part, HTMLElement>();

  constructor(data: ReportDocument) {
    this.#document = data;
    this.#search = h('input', {
      id: 'search',
      on: { input: () => this.#look() },
      set: { type: 'search', placeholder: 'search everything ( / )', 'aria-label': 'Search everything on the page', spellcheck: 'false' },
    });
    this.#chooser = h('select', {
      on: { change: () => this.show(Number(this.#chooser.value)) },
      set: { 'aria-label': 'Capture that is shown' },
    });
    this.#chooser.append(...data.captures.map((c) => h('option', { set: { value: c.id } }, `${c.host} at ${c.started} (capture ${c.id})`)));
    this.#chooser.hidden = data.captures.length < 2;
    const top = h('header', { class: 'top' }, h('span', { class: 'brand' }, 'coldstat'), this.#chooser, this.#search);
    document.body.append(
      h('a', { class: 'skip', set: { href: '#main' } }, 'to the report'),
      top,
      h('div', { class: 'frame' }, h('nav', { set: { 'aria-label': 'Parts of the report' } }, this.#nav), this.#main),
      h('div', { id: 'said', set: { role: 'status', 'aria-live': 'polite' } }),
    );
    watchHandles();
    // On a narrow screen the head has two rows: a jump must not end below it.
    new ResizeObserver(() => {
      document.documentElement.style.scrollPaddingTop = `${top.offsetHeight + 12}px`;
    }).observe(top);
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  show(id: number): void {
    const { captures, live, tool } = this.#document;
    const capture = captures.find((c) => c.id === id) ?? captures[0];
    if (capture === undefined) return;
    this.#chooser.value = String(capture.id);
    const { parts, sockets } = captureParts(capture, this.#document, (words) => {
      sockets.filter(words);
      this.#go('sockets');
    });
    const timeline = timelineSection(this.#document);
    const pairs = live === null ? null : (a: number, b: number) => window.location.assign(`?before=${a}&after=${b}#changes`);
    const changes = changesSection(this.#document, capture, pairs);
    const places = { problems: parts.pop(), sockets: parts.pop() };
    this.#parts = [
      ...parts,
      { section: timeline.section, searched: [timeline.table] },
      ...(captures.length > 1 ? [{ section: changes.section, searched: [changes.searched] }] : []),
      ...[places.sockets, places.problems].filter((p) => p !== undefined),
      ...(live === null ? [] : [{ section: sqlSection(live), searched: [] }]),
    ];
    const several = captures.length > 1 ? `, capture ${capture.id} of ${captures.length}` : '';
    this.#main.replaceChildren(
      ...[overview(captures, (one) => this.show(one))].filter((o) => o !== null),
      h(
        'header',
        { class: 'title' },
        h('h1', {}, capture.host),
        h('p', {}, `${capture.started.replace('T', ' ').replace('Z', '')} UTC${several}`),
        facts(capture),
      ),
      ...this.#parts.map((p) => p.section.element),
      h(
        'footer',
        {},
        h(
          'p',
          {},
          `${tool}. Times are UTC. A button such as 1:34:5 copies the command that shows the very bytes behind a row: coldstat raw 1:34:5. Control, bidi and invisible characters of the host stand as \\xNN.`,
        ),
      ),
    );
    this.#list();
    this.#look();
  }

  #list(): void {
    this.#badges.clear();
    this.#nav.replaceChildren(
      ...this.#parts.map((part) => {
        const badge = h('span', { class: 'badge' });
        this.#badges.set(part, badge);
        const link = h(
          'a',
          { on: { click: () => this.#go(part.section.id) }, set: { href: `#${part.section.id}` } },
          part.section.title,
          badge,
        );
        return h('li', {}, link);
      }),
    );
  }

  #go(id: string): void {
    const heading = document.getElementById(`${id}-title`);
    heading?.scrollIntoView();
    heading?.focus({ preventScroll: true });
  }

  /** The same words for every table; the list at the side says where they were found. */
  #look(): void {
    const filter = parseFilter(this.#search.value);
    for (const part of this.#parts) {
      const matches = part.searched.reduce((n, s) => n + s.search(filter), 0);
      const total = part.searched.reduce((n, s) => n + s.total, 0);
      const badge = this.#badges.get(part);
      if (badge === undefined) continue;
      badge.textContent = part.searched.length === 0 ? '' : (isEmpty(filter) ? total : matches).toLocaleString('en-US');
      badge.classList.toggle('hit', !isEmpty(filter) && matches > 0);
    }
  }

  #key(event: KeyboardEvent): void {
    const typing =
      event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
    if (event.key === '/' && !typing) {
      event.preventDefault();
      this.#search.focus();
      this.#search.select();
    } else if (event.key === 'Escape' && event.target === this.#search) {
      this.#search.value = '';
      this.#look();
    }
  }

  /** On paper everything is open and whole; afterwards it is as it was. */
  watchPrint(): void {
    let undo: (() => void)[] = [];
    window.addEventListener('beforeprint', () => {
      const closed = [...document.querySelectorAll('details:not([open])')];
      for (const one of closed) one.setAttribute('open', '');
      undo = [...this.#parts.flatMap((p) => p.searched.map((s) => s.whole())), () => closed.map((one) => one.removeAttribute('open'))];
    });
    window.addEventListener('afterprint', () => {
      for (const one of undo) one();
      undo = [];
    });
  }
}

const data = report();
const page = new Page(data);
page.show(data.shown ?? data.captures.at(-1)?.id ?? 0);
page.watchPrint();
document.documentElement.setAttribute('data-ready', plural(data.captures.length, 'capture'));
if (window.location.hash.length > 1) document.getElementById(`${window.location.hash.slice(1)}-title`)?.scrollIntoView();
