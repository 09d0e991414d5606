import type { Cell, Column, Table } from '../src/report/document.ts';
import { breakable, h, handleButton, plural } from './dom.ts';
import { compareCells, type Filter, isEmpty, parseFilter, passes } from './query.ts';

/** Rows that are made at first, and at each "more". */
const FIRST = 40;
const MORE = 400;
/** A column can be chosen from while it has so few values. */
const MAX_FACET = 16;
/** Fewer rows need no filter of their own. */
const SMALL = 8;

/** Kinds of columns in which a text may take several lines. */
const BROKEN: ReadonlySet<Column['kind']> = new Set<Column['kind']>(['mono', 'text', 'long']);

/** Characters of a word that stays whole. */
const SHORT = 18;

interface Look {
  readonly caption: string;
  readonly first?: number;
  /** A class for a row, by its cells. */
  readonly rowClass?: (row: readonly Cell[]) => string;
  /** An element in place of the text of a cell. */
  readonly render?: (column: Column, cell: Cell, row: readonly Cell[]) => Node | null;
}

/** What the search at the top of the page looks through. */
export interface Searched {
  search(filter: Filter): number;
  readonly total: number;
  /** For print: everything that was left out is made; returns what takes it away again. */
  whole(): () => void;
}

/** A table that can be sorted by every column and filtered; of many rows only those that were asked for are in the page. */
export class DataTable implements Searched {
  readonly element: HTMLElement;
  readonly #look: Look;
  readonly #columns: readonly Column[];
  /** Columns that are shown: one that says nothing in any row takes no place. */
  readonly #places: readonly number[];
  readonly #rows: Table['rows'];
  readonly #texts: (string | undefined)[] = [];
  #order: number[] = [];
  #shown: number;
  #sort: { readonly column: number; readonly down: boolean } | null = null;
  #own: Filter = parseFilter('');
  #global: Filter = parseFilter('');
  readonly #chosen = new Map<number, string>();
  readonly #body = h('tbody');
  readonly #count = h('span', { class: 'count', set: { role: 'status' } });
  readonly #more = h('p', { class: 'more' });
  readonly #heads: HTMLElement[];
  readonly #input: HTMLInputElement;

  constructor({ columns, rows }: Table, look: Look) {
    this.#look = look;
    this.#columns = columns;
    this.#rows = rows;
    this.#places = [...columns.keys()].filter((i) => rows.length === 0 || rows.some((row) => (row[i] ?? null) !== null && row[i] !== ''));
    this.#shown = look.first ?? FIRST;
    this.#heads = columns.map((column, i) => this.#head(column, i));
    this.#input = h('input', {
      class: 'filter',
      on: { input: () => this.filter(this.#input.value) },
      set: { type: 'search', placeholder: 'filter: words, -not', 'aria-label': `Filter ${look.caption}`, spellcheck: 'false' },
    });
    const small = rows.length <= SMALL;
    this.element = h(
      'div',
      { class: 'data' },
      h('div', { class: small ? 'tools small' : 'tools' }, this.#input, ...columns.map((c, i) => this.#facet(c, i)), this.#count),
      h(
        'div',
        { class: 'scroll', set: { role: 'region', tabindex: 0, 'aria-label': look.caption } },
        h('table', {}, h('caption', {}, look.caption), h('thead', {}, h('tr', {}, ...this.#places.map((i) => this.#heads[i]))), this.#body),
      ),
      this.#more,
    );
    this.#select();
  }

  get total(): number {
    return this.#rows.length;
  }

  /** Puts words into the filter of this table. */
  filter(text: string): void {
    if (this.#input.value !== text) this.#input.value = text;
    this.#own = parseFilter(text);
    this.#shown = this.#look.first ?? FIRST;
    this.#select();
  }

  search(filter: Filter): number {
    this.#global = filter;
    this.#shown = this.#look.first ?? FIRST;
    this.#select();
    return this.#order.length;
  }

  whole(): () => void {
    const before = this.#shown;
    this.#shown = Number.POSITIVE_INFINITY;
    this.#draw();
    return () => {
      this.#shown = before;
      this.#draw();
    };
  }

  #head(column: Column, index: number): HTMLElement {
    const button = h('button', { on: { click: () => this.#sortBy(index) }, set: { type: 'button' } }, column.title);
    return h('th', { class: column.kind, title: column.doc ?? '', set: { scope: 'col', 'aria-sort': 'none' } }, button);
  }

  #facet(column: Column, index: number): HTMLElement | null {
    if (column.kind !== 'facet' || this.#rows.length <= SMALL) return null;
    const values = [...new Set(this.#rows.map((row) => row[index] ?? null))].sort(compareCells);
    if (values.length < 2 || values.length > MAX_FACET) return null;
    const options = values.map((value) => h('option', { set: { value: String(value ?? '') } }, value === null ? '(none)' : String(value)));
    const select = h(
      'select',
      { on: { change: () => this.#choose(index, select) }, set: { 'aria-label': `${column.title} in ${this.#look.caption}` } },
      h('option', { set: { value: '*' } }, `${column.title}: all`),
      ...options,
    );
    return select;
  }

  #choose(index: number, select: HTMLSelectElement): void {
    if (select.selectedIndex === 0) this.#chosen.delete(index);
    else this.#chosen.set(index, select.value);
    this.#select();
  }

  #sortBy(column: number): void {
    this.#sort = { column, down: this.#sort?.column === column && !this.#sort.down };
    for (const [i, head] of this.#heads.entries())
      head.setAttribute('aria-sort', i !== column ? 'none' : this.#sort.down ? 'descending' : 'ascending');
    this.#select();
  }

  #text(index: number): string {
    this.#texts[index] ??= (this.#rows[index] ?? []).join('\u0001').toLowerCase();
    return this.#texts[index] ?? '';
  }

  #select(): void {
    const filtered = !isEmpty(this.#own) || !isEmpty(this.#global);
    this.#order = [];
    for (const [i, row] of this.#rows.entries()) {
      if (filtered && !(passes(this.#text(i), this.#own) && passes(this.#text(i), this.#global))) continue;
      if ([...this.#chosen].every(([column, value]) => String(row[column] ?? '') === value)) this.#order.push(i);
    }
    if (this.#sort !== null) {
      const { column, down } = this.#sort;
      const cell = (i: number): Cell => this.#rows[i]?.[column] ?? null;
      this.#order.sort(
        (a, b) =>
          (cell(a) === null || cell(b) === null || !down ? compareCells(cell(a), cell(b)) : compareCells(cell(b), cell(a))) || a - b,
      );
    }
    this.#draw();
  }

  #draw(): void {
    const rows = this.#order.slice(0, this.#shown).map((i) => this.#row(this.#rows[i] ?? []));
    this.#body.replaceChildren(...(rows.length > 0 ? rows : [this.#nothing()]));
    const all = this.#order.length === this.total;
    this.#count.textContent = all
      ? plural(this.total, 'row')
      : `${this.#order.length.toLocaleString('en-US')} of ${plural(this.total, 'row')}`;
    const left = this.#order.length - rows.length;
    const button = (text: string, shown: number): HTMLElement =>
      h('button', { class: 'plain', on: { click: () => this.#grow(shown) }, set: { type: 'button' } }, text);
    if (left <= 0) this.#more.replaceChildren();
    else if (left <= MORE) this.#more.replaceChildren(button(`Show the other ${left.toLocaleString('en-US')}`, Number.POSITIVE_INFINITY));
    else
      this.#more.replaceChildren(
        button(`Show ${MORE} more`, this.#shown + MORE),
        button(`Show all ${plural(this.#order.length, 'row')}`, Number.POSITIVE_INFINITY),
      );
  }

  /** The keyboard stays where it was: on the first of the new rows. */
  #grow(shown: number): void {
    const at = this.#body.children.length;
    this.#shown = shown;
    this.#draw();
    const row = this.#body.children[at];
    row?.setAttribute('tabindex', '-1');
    if (row instanceof HTMLElement) row.focus({ preventScroll: true });
  }

  #nothing(): HTMLElement {
    return h('tr', {}, h('td', { class: 'nothing', set: { colspan: this.#places.length } }, this.total === 0 ? 'none' : 'nothing matches'));
  }

  #row(row: readonly Cell[]): HTMLElement {
    return h('tr', { class: this.#look.rowClass?.(row) ?? '' }, ...this.#places.map((i) => this.#cell(i, row[i] ?? null, row)));
  }

  #cell(place: number, cell: Cell, row: readonly Cell[]): HTMLElement {
    const column = this.#columns[place] ?? { title: '', kind: 'text' };
    const own = this.#look.render?.(column, cell, row) ?? null;
    if (own !== null) return h('td', { class: column.kind }, own);
    if (column.kind === 'handle') return h('td', { class: 'handle' }, typeof cell === 'string' ? handleButton(cell) : null);
    // Only what is long may be broken into lines.
    const short = column.kind === 'facet' && String(cell ?? '').length <= SHORT;
    const children = typeof cell === 'string' && BROKEN.has(column.kind) ? breakable(cell) : [cell];
    return h('td', { class: short ? 'facet short' : column.kind }, ...children);
  }
}
