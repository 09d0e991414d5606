/**
 * The buffered columns of ss (COMPAT: each as wide as its longest cell, two address columns right-aligned with their delimiter, no shared
 * spare width because output is never measured against a terminal). Cells have been through render/cell.ts.
 */

interface ColumnSpec {
  readonly title: string;
  readonly right: boolean;
  /** What stands before the column when one before it is shown. */
  readonly before: string;
}

const COLUMNS: readonly ColumnSpec[] = [
  { title: 'Netid', right: false, before: '' },
  { title: 'State', right: false, before: ' ' },
  { title: 'Recv-Q', right: false, before: ' ' },
  { title: 'Send-Q', right: false, before: ' ' },
  { title: 'Local Address:', right: true, before: ' ' },
  { title: 'Port', right: false, before: '' },
  { title: 'Peer Address:', right: true, before: ' ' },
  { title: 'Port', right: false, before: '' },
  { title: 'Process', right: false, before: '' },
];

/** One socket: eight cells and what follows them. */
export interface Line {
  readonly netid: string;
  readonly state: string;
  readonly recvQ: string;
  readonly sendQ: string;
  /** With its delimiter (`:`, blank, or nothing). */
  readonly local: string;
  readonly localPort: string;
  readonly peer: string;
  readonly peerPort: string;
  readonly process: string;
}

export interface LayoutOptions {
  readonly netid: boolean;
  readonly state: boolean;
  readonly header: boolean;
  /** iproute2 7 writes no trailing blanks. */
  readonly padLast: boolean;
}

const cells = (l: Line): readonly string[] => [l.netid, l.state, l.recvQ, l.sendQ, l.local, l.localPort, l.peer, l.peerPort, l.process];

/** Lines with their newline, header first. Holds all lines: the widths are known only at the end, as in ss itself. */
export function* layout(lines: readonly Line[], options: LayoutOptions): Generator<string> {
  const shown = COLUMNS.map((_, i) => (i === 0 ? options.netid : i === 1 ? options.state : true));
  const widths = COLUMNS.map((c, i) => (options.header && shown[i] ? c.title.length : 0));
  lines.forEach((line, n) => {
    cells(line).forEach((cell, i) => {
      // ss takes the width of a column from cells that another one follows: the very last is not among them.
      const last = n === lines.length - 1 && i === COLUMNS.length - 1;
      if (shown[i] && !last && cell.length > (widths[i] ?? 0)) widths[i] = cell.length;
    });
  });
  const render = (texts: readonly string[]): string => {
    let out = '';
    texts.forEach((text, i) => {
      const spec = COLUMNS[i];
      if (!shown[i] || spec === undefined) return;
      if (out !== '') out += spec.before;
      const width = widths[i] ?? 0;
      out += spec.right ? text.padStart(width) : text.padEnd(width);
    });
    return `${options.padLast ? out : out.trimEnd()}\n`;
  };
  if (options.header) yield render(COLUMNS.map((c) => c.title));
  for (const line of lines) yield render(cells(line));
}
