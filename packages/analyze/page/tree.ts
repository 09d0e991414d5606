import type { CaptureReport, Cell, ProcessReport } from '../src/report/document.ts';
import { breakable, h, handleButton, plural } from './dom.ts';
import { type Filter, isEmpty, parseFilter, passes } from './query.ts';
import type { Searched } from './table.ts';

const FIRST = 90;
const MORE = 400;
/** Sockets of a process that are shown before "more", when nobody asked for all. */
const SOCKETS = 4;
/** Deeper processes are not moved further to the right. */
const MAX_INDENT = 14;

/** A line of the tree: a process, one of its sockets, or what stands for the sockets that are left out. */
type Line =
  | { readonly kind: 'process'; readonly process: ProcessReport; readonly open: boolean | null; readonly dim: boolean }
  | { readonly kind: 'socket'; readonly process: ProcessReport; readonly row: readonly Cell[] }
  | { readonly kind: 'rest'; readonly process: ProcessReport; readonly left: number };

/** Processes with their sockets below them; moves with the arrow keys as trees do. */
export class ProcessTree implements Searched {
  readonly element: HTMLElement;
  readonly #processes: readonly ProcessReport[];
  readonly #sockets: ReadonlyMap<number, readonly (readonly Cell[])[]>;
  readonly #texts: readonly string[];
  readonly #closed = new Set<number>();
  readonly #every = new Set<number>();
  readonly #body = h('tbody');
  readonly #count = h('span', { class: 'count', set: { role: 'status' } });
  readonly #more = h('p', { class: 'more' });
  readonly #input: HTMLInputElement;
  #own: Filter = parseFilter('');
  #global: Filter = parseFilter('');
  #shown = FIRST;
  #lines: readonly Line[] = [];
  #matches = 0;
  #current = 0;

  constructor({ processes, sockets, holders }: CaptureReport) {
    this.#processes = processes;
    const held = new Map<number, (readonly Cell[])[]>();
    for (const [i, pids] of holders.entries()) {
      for (const pid of pids) {
        const list = held.get(pid) ?? [];
        held.set(pid, list);
        list.push(sockets.rows[i] ?? []);
      }
    }
    for (const list of held.values()) list.sort((a, b) => weight(a) - weight(b));
    this.#sockets = held;
    this.#texts = processes.map((p) => [...Object.values(p), ...(held.get(p.pid) ?? []).flat()].join('\u0001').toLowerCase());
    // Kernel threads are many and say little: their parent starts closed.
    for (const p of processes) if (p.kernel && p.depth === 0) this.#closed.add(p.pid);
    this.#input = h('input', {
      class: 'filter',
      on: { input: () => this.#filter() },
      set: { type: 'search', placeholder: 'filter: words, -not', 'aria-label': 'Filter processes and their sockets', spellcheck: 'false' },
    });
    const head = ['process', 'user', 'started (UTC)', 'command, or address of a socket', 'bytes'].map((t) =>
      h('th', { set: { scope: 'col' } }, t),
    );
    const grid = h('table', {
      class: 'tree',
      set: { role: 'treegrid', 'aria-label': 'Processes' },
      on: { focusin: (e) => this.#arrive(e), keydown: (e) => this.#key(e as KeyboardEvent), click: (e) => this.#click(e) },
    });
    grid.append(
      h('caption', {}, 'Processes, children below their parents, with the sockets they hold'),
      h('thead', {}, h('tr', {}, ...head)),
      this.#body,
    );
    this.element = h(
      'div',
      { class: 'data' },
      h('div', { class: 'tools' }, this.#input, this.#count),
      h('div', { class: 'scroll' }, grid),
      this.#more,
    );
    this.#select();
  }

  get total(): number {
    return this.#processes.length;
  }

  search(filter: Filter): number {
    this.#global = filter;
    this.#shown = FIRST;
    this.#select();
    return this.#matches;
  }

  whole(): () => void {
    const before = { shown: this.#shown, closed: [...this.#closed], every: [...this.#every] };
    this.#shown = Number.POSITIVE_INFINITY;
    this.#closed.clear();
    for (const pid of this.#sockets.keys()) this.#every.add(pid);
    this.#select();
    return () => {
      this.#shown = before.shown;
      for (const pid of before.closed) this.#closed.add(pid);
      this.#every.clear();
      for (const pid of before.every) this.#every.add(pid);
      this.#select();
    };
  }

  #filter(): void {
    this.#own = parseFilter(this.#input.value);
    this.#shown = FIRST;
    this.#select();
  }

  /** Lines that are to be seen: what matches with its ancestors, or what no closed process hides. */
  #select(): void {
    const filtered = !isEmpty(this.#own) || !isEmpty(this.#global);
    const hit = this.#processes.map((_, i) => passes(this.#texts[i] ?? '', this.#own) && passes(this.#texts[i] ?? '', this.#global));
    const keep = filtered ? withAncestors(this.#processes, hit) : hit.map(() => true);
    this.#matches = hit.filter(Boolean).length;
    const lines: Line[] = [];
    let hidden = Number.POSITIVE_INFINITY;
    for (const [i, process] of this.#processes.entries()) {
      if (!keep[i]) continue;
      if (!filtered && process.depth > hidden) continue;
      hidden = Number.POSITIVE_INFINITY;
      const sockets = this.#sockets.get(process.pid) ?? [];
      const parent = (this.#processes[i + 1]?.depth ?? 0) > process.depth;
      const closed = !filtered && this.#closed.has(process.pid);
      lines.push({ kind: 'process', process, open: parent || sockets.length > 0 ? !closed : null, dim: !hit[i] });
      if (closed) hidden = process.depth;
      else if (hit[i]) lines.push(...this.#socketLines(process, sockets));
    }
    this.#lines = lines;
    this.#count.textContent = filtered
      ? `${this.#matches.toLocaleString('en-US')} of ${plural(this.total, 'process', 'processes')}`
      : plural(this.total, 'process', 'processes');
    this.#draw();
  }

  #socketLines(process: ProcessReport, sockets: readonly (readonly Cell[])[]): Line[] {
    const all = this.#every.has(process.pid) || sockets.length <= SOCKETS + 1;
    const shown = all ? sockets : sockets.slice(0, SOCKETS);
    const lines: Line[] = shown.map((row) => ({ kind: 'socket', process, row }));
    if (!all) lines.push({ kind: 'rest', process, left: sockets.length - SOCKETS });
    return lines;
  }

  #draw(): void {
    const shown = this.#lines.slice(0, this.#shown);
    this.#current = Math.min(this.#current, Math.max(0, shown.length - 1));
    this.#body.replaceChildren(...shown.map((line, i) => this.#element(line, i)));
    const left = this.#lines.length - shown.length;
    const grow =
      (n: number): (() => void) =>
      () => {
        this.#current = shown.length;
        this.#shown = n;
        this.#draw();
        this.#focus();
      };
    const button = (text: string, n: number): HTMLElement =>
      h('button', { class: 'plain', on: { click: grow(n) }, set: { type: 'button' } }, text);
    this.#more.replaceChildren(
      ...(left > MORE ? [button(`Show ${MORE} more lines`, this.#shown + MORE)] : []),
      ...(left > 0 ? [button(`Show all ${plural(this.#lines.length, 'line')}`, Number.POSITIVE_INFINITY)] : []),
    );
  }

  #element(line: Line, index: number): HTMLElement {
    const { process: p } = line;
    const depth = p.depth + (line.kind === 'process' ? 0 : 1);
    const set = {
      role: 'row',
      tabindex: index === this.#current ? 0 : -1,
      'data-line': index,
      'aria-level': depth + 1,
      ...(line.kind === 'process' && line.open !== null ? { 'aria-expanded': String(line.open) } : {}),
    };
    const name = h('td', { class: `node depth-${Math.min(depth, MAX_INDENT)}`, set: { role: 'gridcell' } });
    if (line.kind === 'rest') {
      name.setAttribute('colspan', '5');
      name.append(h('span', { class: 'rest' }, `… ${plural(line.left, 'more socket')} of ${p.name} ${p.pid}`));
      return h('tr', { class: 'line-rest', set }, name);
    }
    const cell = (kind: string, ...children: (Node | string | null)[]): HTMLElement =>
      h('td', { class: kind, set: { role: 'gridcell' } }, ...children);
    if (line.kind === 'socket') {
      const [protocol, local, remote, state, , why, net] = line.row;
      name.append(h('span', { class: 'proto' }, protocol ?? 'socket'));
      const far = remote === null || /^(0\.0\.0\.0:0|\[::\]:0|)$/.test(String(remote)) ? '' : ` → ${remote}`;
      const words = [state, why === 'held' ? null : why, net === 'own' || (net ?? null) === null ? null : `net:[${net}]`].filter(
        (w) => (w ?? null) !== null,
      );
      const handle = line.row.at(-1);
      return h(
        'tr',
        { class: state === 'LISTEN' ? 'line-socket listens' : 'line-socket', set },
        name,
        cell('state', words.join(' ')),
        cell('word'),
        cell('mono', `${local ?? ''}${far}`),
        cell('handle', typeof handle === 'string' ? handleButton(handle) : null),
      );
    }
    name.append(
      h('span', { class: 'twist', set: { 'aria-hidden': 'true' } }, line.open === null ? '·' : line.open ? '▾' : '▸'),
      h('b', {}, p.name),
      h('span', { class: 'pid' }, ` ${p.pid}`),
      p.container === '' ? '' : h('span', { class: 'tag', title: `container ${p.container}` }, p.container.slice(0, 12)),
    );
    const notes = [p.root, p.marks === '' ? null : p.marks, p.namespaces === '' ? null : p.namespaces].filter(
      (n): n is string => n !== null,
    );
    return h(
      'tr',
      { class: `line-process${line.dim ? ' dim' : ''}${p.kernel ? ' kernel' : ''}`, set },
      name,
      cell('facet', p.user),
      cell('facet', p.start.replace('T', ' ').replace('Z', '')),
      cell('mono', ...breakable(p.command), ...notes.map((n) => h('span', { class: n === p.marks ? 'note warn' : 'note' }, n))),
      cell('handle', p.handle === null ? null : handleButton(p.handle)),
    );
  }

  #toggle(line: Line): void {
    if (line.kind === 'rest') this.#every.add(line.process.pid);
    else if (line.kind !== 'process' || line.open === null) return;
    else if (line.open) this.#closed.add(line.process.pid);
    else this.#closed.delete(line.process.pid);
    this.#select();
    this.#focus();
  }

  #click(event: Event): void {
    const row = event.target instanceof Element && event.target.closest('button') === null ? event.target.closest('[data-line]') : null;
    const index = Number(row?.getAttribute('data-line') ?? -1);
    const line = this.#lines[index];
    if (line === undefined || window.getSelection()?.isCollapsed === false) return;
    this.#current = index;
    this.#toggle(line);
  }

  #key(event: KeyboardEvent): void {
    const line = this.#lines[this.#current];
    if (line === undefined || event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLTableRowElement)) return;
    const last = Math.min(this.#lines.length, this.#shown) - 1;
    const open = line.kind === 'process' ? line.open : null;
    if (event.key === 'ArrowDown') this.#current = Math.min(last, this.#current + 1);
    else if (event.key === 'ArrowUp') this.#current = Math.max(0, this.#current - 1);
    else if (event.key === 'Home') this.#current = 0;
    else if (event.key === 'End') this.#current = last;
    else if (event.key === 'ArrowLeft' && open !== true) this.#current = this.#parentOf(line);
    else if ((event.key === 'ArrowRight' && open === false) || (event.key === 'ArrowLeft' && open === true) || event.key === 'Enter')
      this.#toggle(line);
    else if (event.key === 'ArrowRight') this.#current = Math.min(last, this.#current + 1);
    else return;
    event.preventDefault();
    this.#focus();
  }

  /** The keyboard may have come by Tab or by pointing. */
  #arrive(event: Event): void {
    const index = event.target instanceof Element ? event.target.closest('[data-line]')?.getAttribute('data-line') : null;
    if ((index ?? null) !== null) this.#current = Number(index);
  }

  #parentOf(line: Line): number {
    const depth = line.process.depth - (line.kind === 'process' ? 1 : 0);
    for (let i = this.#current - 1; i >= 0; i--) {
      const other = this.#lines[i];
      if (other?.kind === 'process' && other.process.depth === depth) return i;
    }
    return this.#current;
  }

  #focus(): void {
    for (const row of this.#body.querySelectorAll('[tabindex="0"][data-line]')) row.setAttribute('tabindex', '-1');
    const row = this.#body.children[this.#current];
    row?.setAttribute('tabindex', '0');
    if (row instanceof HTMLElement) row.focus();
  }
}

/** Listeners first, then connections, unix and the rest last. */
function weight([protocol, , , state]: readonly Cell[]): number {
  if (state === 'LISTEN') return 0;
  if (/^(tcp|udp|sctp|raw|packet|icmp)/.test(String(protocol))) return 1;
  return protocol === 'unix' ? 2 : 3;
}

/** The order is that of the tree: an ancestor is the last one before with a smaller depth. */
function withAncestors(processes: readonly ProcessReport[], hit: readonly boolean[]): boolean[] {
  const keep = [...hit];
  const needed: number[] = [];
  for (let i = processes.length - 1; i >= 0; i--) {
    const depth = processes[i]?.depth ?? 0;
    while ((needed.at(-1) ?? -1) > depth) {
      // A descendant needs this one when it is its parent.
      const from = needed.pop() ?? 0;
      if (from === depth + 1) keep[i] = true;
    }
    if (keep[i]) needed.push(depth);
  }
  return keep;
}
