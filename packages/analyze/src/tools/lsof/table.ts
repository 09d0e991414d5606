import { type Cells, escaped } from './cells.ts';
import type { Listed, Unowned } from './listing.ts';
import type { Holder, OpenFile } from './open-file.ts';
import type { Options } from './options.ts';

/** The layout of a listing: columns as wide as their title or their longest cell, one blank between, NAME as long as it is. */

interface Column {
  /** FD has room for the mode and the lock behind it. */
  readonly title: string;
  readonly left?: true;
  /** Left out when every cell is empty. */
  readonly optional?: true;
  readonly cell: (row: Listed) => string;
}

/** Rows kept from the measuring pass, as one text each of about 100 bytes; a longer listing is made a second time rather than kept. */
const KEPT = 300_000;

function columnsOf(o: Options, cells: Cells): Column[] {
  const columns: (Column | false)[] = [
    { title: 'COMMAND', left: true, cell: perHolder((h) => cells.commandCell(h.name)) },
    { title: 'PID', cell: ({ holder }) => String(holder.pid) },
    { title: 'TID', optional: true, cell: ({ holder }) => (holder.tid === null ? '' : String(holder.tid)) },
    { title: 'TASKCMD', left: true, optional: true, cell: perHolder((h) => (h.tid === null ? '' : cells.commandCell(h.taskName))) },
    o.contextColumn && { title: 'SECURITY-CONTEXT', left: true, cell: perHolder((h) => escaped(h.label)) },
    o.ppidColumn && { title: 'PPID', cell: ({ holder }) => String(holder.ppid ?? '') },
    o.pgidColumn && { title: 'PGID', cell: ({ holder }) => String(holder.pgid ?? '') },
    { title: 'USER', cell: perHolder((h) => cells.user(h.uid)) },
    { title: 'FD  ', cell: ({ file }) => cells.fd(file) },
    { title: 'TYPE', cell: ({ file }) => file.type },
    o.flagColumn !== 'none' && { title: 'FILE-FLAG', cell: ({ file }) => cells.flags(file) },
    { title: 'DEVICE', cell: ({ file }) => cells.device(file) },
    { title: o.offsets ? 'OFFSET' : o.sizes ? 'SIZE' : 'SIZE/OFF', cell: ({ file }) => cells.sizeOrOffset(file) },
    o.linkColumn && { title: 'NLINK', cell: ({ file }) => (file.nlink === null ? '' : ` ${file.nlink}`) },
    { title: 'NODE', cell: ({ file }) => cells.node(file) },
  ];
  return columns.filter((c) => c !== false);
}

/** Cells that depend on the process alone are made once for all its rows. */
function perHolder(make: (holder: Holder) => string): Column['cell'] {
  let last: Holder | null = null;
  let text = '';
  return ({ holder }) => {
    if (holder !== last) {
      last = holder;
      text = make(holder);
    }
    return text;
  };
}

/** Between the cells of a kept row; never in a cell, where it would be escaped. */
const TAB = '\t';

/** What stands behind the name of a row: marks, each in brackets. */
export type Behind = (row: { readonly file: OpenFile; readonly holder?: Holder }) => string;

/** Measures, then gives the lines. */
export function tableLines(rows: () => Iterable<Listed>, options: Options, cells: Cells, behind: Behind): Iterable<string> {
  const columns = columnsOf(options, cells);
  const texts = (row: Listed): string[] => [...columns.map((c) => c.cell(row)), cells.fullName(row.file) + behind(row)];
  const widths = columns.map((c) => c.title.length);
  const filled = columns.map((c) => c.optional !== true);
  let kept: string[] | null = [];
  let count = 0;
  for (const row of rows()) {
    const parts = texts(row);
    for (let i = 0; i < columns.length; i++) {
      const length = parts[i]?.length ?? 0;
      if (length > 0) filled[i] = true;
      if (length > (widths[i] ?? 0)) widths[i] = length;
    }
    count++;
    if (count > KEPT) kept = null;
    kept?.push(parts.join(TAB));
  }
  if (count === 0) return [];
  const shown = columns.map((column, i): Shown => ({ ...column, width: widths[i] ?? 0, shown: filled[i] === true }));
  return lines(shown, kept === null ? again(rows, texts) : split(kept));
}

/** The sockets that nobody holds, under their own titles: there is no process to fill the columns before. */
export function* unownedLines(rows: Iterable<Unowned>, cells: Cells, behind: Behind): Generator<string, undefined> {
  const texts = [...rows].map(({ file, why }) => [
    why,
    file.type,
    cells.device(file),
    cells.node(file),
    cells.fullName(file) + behind({ file }),
  ]);
  if (texts.length === 0) return;
  const table = [['WHY', 'TYPE', 'DEVICE', 'NODE', 'NAME'], ...texts];
  const widths = [0, 1, 2, 3].map((i) => table.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0));
  yield '\nsockets that no process holds:\n';
  for (const [why = '', ...rest] of table) {
    const cells = rest.map((text, i) => (i === 3 ? text : text.padStart(widths[i + 1] ?? 0)));
    yield `${[why.padEnd(widths[0] ?? 0), ...cells].join(' ')}\n`;
  }
}

function* again(rows: () => Iterable<Listed>, texts: (row: Listed) => string[]): Generator<readonly string[], undefined> {
  for (const row of rows()) yield texts(row);
}

function* split(kept: readonly string[]): Generator<readonly string[], undefined> {
  for (const row of kept) yield row.split(TAB);
}

type Shown = Column & { readonly width: number; readonly shown: boolean };

function* lines(columns: readonly Shown[], rows: Iterable<readonly string[]>): Generator<string, undefined> {
  yield line(columns, [...columns.map((c) => c.title), 'NAME']);
  for (const row of rows) yield line(columns, row);
}

function line(columns: readonly Shown[], cells: readonly string[]): string {
  let out = '';
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    if (column?.shown === true) out += `${padded(column, cells[i] ?? '')} `;
  }
  return `${out}${cells[columns.length] ?? ''}\n`;
}

function padded(column: Shown, text: string): string {
  return column.left === true ? text.padEnd(column.width) : text.padStart(column.width);
}
