import type { Value } from '../render/value.ts';
import type { FeedEntry, Load } from './feed.ts';
import { processes } from './processes.ts';
import type { Table } from './table.ts';
import { threads } from './threads.ts';

/** Cells of a row by the names of its columns, gathered from several bodies. */
export type Cells = Record<string, Value>;

/** The row in the order of the declaration, without `capture_id`. */
function positional(table: Table, cells: Readonly<Cells>): Value[] {
  const row: Value[] = [];
  for (let i = 1; i < table.columns.length; i++) row.push(cells[table.columns[i]?.[0] ?? ''] ?? null);
  return row;
}

/** A process is made of many files, its threads too: rows are written once everything was seen. */
export class ProcessState {
  readonly #processes = new Map<number, Cells>();
  readonly #threads = new Map<number, Map<number, Cells>>();
  /** Sources that could not be read tell of a process only where something else does, or where access was denied. */
  readonly #absent = new Map<number, Cells>();
  /** Processes whose row was written early, because it is large. */
  readonly #written = new Set<number>();
  readonly #byThread = new Map<number, Cells>();
  /** Threads with the namespaces of their leader, or of another thread of it. */
  readonly #sharers: { readonly cells: Cells; readonly tid: number | null }[] = [];
  readonly #again = new Map<number, Value>();

  process(pid: number): Cells {
    const known = this.#processes.get(pid);
    if (known !== undefined) return known;
    const cells: Cells = { pid };
    this.#processes.set(pid, cells);
    return cells;
  }

  has(pid: number): boolean {
    return this.#processes.has(pid);
  }

  thread(pid: number, tid: number): Cells {
    let of = this.#threads.get(pid);
    if (of === undefined) {
      of = new Map();
      this.#threads.set(pid, of);
    }
    const known = of.get(tid);
    if (known !== undefined) return known;
    const cells: Cells = { pid, tid };
    of.set(tid, cells);
    return cells;
  }

  /** exe, cwd and root as a thread sees them: the only sight of them when the leader is dead. */
  seenByThread(pid: number, cells: Readonly<Cells>): void {
    this.#byThread.set(pid, { ...cells, ...this.#byThread.get(pid) });
  }

  /** The second look at stat: the start it told, null when the process was gone. */
  seenAgain(pid: number, startTicks: Value): void {
    this.#again.set(pid, startTicks);
  }

  sharesNamespaces(cells: Cells, tid: number | null): void {
    this.#sharers.push({ cells, tid });
  }

  absent(pid: number, cells: Readonly<Cells>): void {
    this.#absent.set(pid, { ...this.#absent.get(pid), ...cells });
  }

  /** Writes the row with these cells now and keeps none of them; the rest is added at the end. */
  writeNow(load: Load, pid: number, cells: Readonly<Cells>): void {
    if (this.#written.has(pid)) return;
    this.#written.add(pid);
    load.into('processes')(positional(processes, { ...cells, pid }));
  }

  finish(load: Load): void {
    for (const [pid, cells] of this.#absent) {
      if (this.#processes.has(pid) || cells['denied'] === 1) Object.assign(this.process(pid), { ...cells, ...this.#processes.get(pid) });
    }
    const add = load.into('processes');
    for (const [pid, cells] of this.#processes) {
      delete cells['denied'];
      if (cells['comm_raw'] === cells['name']) delete cells['comm_raw'];
      const seen = this.#byThread.get(pid);
      if (seen !== undefined && cells['state'] === 'Z') fillFrom(seen, cells);
      const start = this.#again.get(pid);
      if (start !== undefined) cells['vanished'] = start === cells['start_ticks'] ? 0 : 1;
      if (this.#written.has(pid)) load.amend('processes', { pid }, cells);
      else add(positional(processes, cells));
      this.#leader(pid, cells);
    }
    for (const { cells, tid } of this.#sharers) {
      const pid = Number(cells['pid']);
      const of = this.#threads.get(pid)?.get(tid ?? pid);
      cells['net_ns'] ??= of?.['net_ns'] ?? null;
      cells['mnt_ns'] ??= of?.['mnt_ns'] ?? null;
    }
    const addThread = load.into('threads');
    for (const of of this.#threads.values()) {
      for (const cells of of.values()) {
        if (cells['comm_raw'] === cells['name']) delete cells['comm_raw'];
        addThread(positional(threads, cells));
      }
    }
  }

  /** The leader is a thread too; that its descriptors are its own is no news. */
  #leader(pid: number, p: Readonly<Cells>): void {
    if (p['state'] === undefined) return;
    const { name = null, state = null, start_ticks = null, net_ns = null, mnt_ns = null, source_id = null, line = null } = p;
    const leader = this.thread(pid, pid);
    Object.assign(leader, { name, state, start_ticks, net_ns, mnt_ns, own_files: 0, source_id, line });
  }
}

/** What a dead leader could not tell, and why it could not, gives way to what a live thread told. */
function fillFrom(seen: Readonly<Cells>, cells: Cells): void {
  for (const [name, value] of Object.entries(seen)) {
    if (value === null || cells[name] != null) continue;
    cells[name] = value;
    if (`${name}_errno` in cells) cells[`${name}_errno`] = null;
  }
}

export function processState(load: Load): ProcessState {
  return load.shared(
    'processes',
    () => new ProcessState(),
    (state) => state.finish(load),
  );
}

/** Where the row came from: the first body seen of the process, until its stat comes. */
export function cellsOf(entry: FeedEntry, load: Load): Cells {
  const cells = processState(load).process(entry.pid ?? 0);
  cells['source_id'] ??= entry.sourceId;
  cells['line'] ??= 1;
  return cells;
}
