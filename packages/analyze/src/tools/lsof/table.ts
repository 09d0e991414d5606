import type { Cells } from './cells.ts';
import type { Listed } from './listing.ts';
import type { Holder } from './open-file.ts';
import type { Options } from './options.ts';

/** The layout of a listing: columns as wide as their title or their longest cell, one blank between, NAME as long as it is. */

interface Column {
  readonly title: string;
  readonly left?: true;
  /** Left out when every cell is empty. */
  readonly optional?: true;
  readonly cell: (row: Listed) => string;
}

/** Rows kept from the measuring pass: a listing of no more is read once. */
const KEPT = 20_000;

function columnsOf(o: Options, cells: Cells): Column[] {
  const columns: (Column | false)[] = [
    { title: 'COMMAND', left: true, cell: perHolder((h) => cells.command(h.name)) },
    { title: 'PID', cell: ({ holder }) => String(holder.pid) },
    { title: 'TID', optional: true, cell: ({ holder }) => (holder.tid === null ? '' : String(holder.tid)) },
    { title: 'TASKCMD', left: true, optional: true, cell: perHolder((h) => (h.tid === null ? '' : cells.command(h.taskName))) },
    o.ppidColumn && { title: 'PPID', cell: ({ holder }) => String(holder.ppid ?? '') },
    o.pgidColumn && { title: 'PGID', cell: ({ holder }) => String(holder.pgid ?? '') },
    { title: 'USER', cell: perHolder((h) => cells.user(h.uid)) },
    { title: 'FD', cell: ({ file }) => cells.fd(file) },
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

/** Measures, then gives the lines. Long listings are made twice rather than kept, so memory does not grow with them. */
export function tableLines(rows: () => Iterable<Listed>, options: Options, cells: Cells): Iterable<string> {
  const columns = columnsOf(options, cells);
  const widths = columns.map((c) => c.title.length);
  const filled = columns.map((c) => c.optional !== true);
  let kept: Listed[] | null = [];
  let any = false;
  for (const row of rows()) {
    any = true;
    columns.forEach((column, i) => {
      const { length } = column.cell(row);
      if (length > 0) filled[i] = true;
      if (length > (widths[i] ?? 0)) widths[i] = length;
    });
    if (kept === null) continue;
    kept.push(row);
    if (kept.length > KEPT) kept = null;
  }
  if (!any) return [];
  const shown = columns.flatMap((column, i) => (filled[i] === true ? [{ ...column, width: widths[i] ?? 0 }] : []));
  return lines(shown, kept ?? { [Symbol.iterator]: () => rows()[Symbol.iterator]() }, cells);
}

type Shown = Column & { readonly width: number };

function* lines(columns: readonly Shown[], rows: Iterable<Listed>, cells: Cells): Generator<string, undefined> {
  const titles = columns.map((c) => padded(c, c.title === 'FD' ? 'FD  ' : c.title));
  yield `${titles.join(' ')} NAME\n`;
  for (const row of rows) {
    let line = '';
    for (const column of columns) line += `${padded(column, column.cell(row))} `;
    yield `${line}${cells.fullName(row.file)}\n`;
  }
}

function padded(column: Shown, text: string): string {
  return column.left === true ? text.padEnd(column.width) : text.padStart(column.width);
}
