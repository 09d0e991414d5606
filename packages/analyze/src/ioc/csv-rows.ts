/** Characters that a row with quotes may have. */
const MAX_QUOTED = 1 << 16;

export interface Row {
  /** Counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Comma, semicolon or tab: what the first row has most of. */
export function separatorOf(text: string): string {
  const line = text.split(/\r?\n/, 200).find((l) => l.trim() !== '' && !l.startsWith('#')) ?? '';
  const counts = [',', ';', '\t'].map((separator) => ({ separator, n: line.split(separator).length }));
  return counts.reduce((a, b) => (b.n > a.n ? b : a)).separator;
}

/** Rows with the number of the line they begin on; empty lines and those that begin with # are none. */
export function* rowsOf(text: string, separator: string): Generator<Row, void> {
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const start = line;
    const { cells, next, newlines } = rowAt(text, at, separator);
    line += newlines;
    at = next;
    if (isComment(cells) || (cells.length === 1 && cells[0]?.trim() === '')) continue;
    yield { line: start, cells };
  }
}

function isComment(cells: readonly string[]): boolean {
  return cells[0]?.startsWith('#') ?? false;
}

/** Cells of each comment before the first row: feeds write their header there. */
export function* commentsBefore(text: string, separator: string): Generator<readonly string[], void> {
  for (const line of text.slice(0, MAX_QUOTED).split('\n')) {
    if (line.startsWith('#')) yield rowAt(line.replace(/^#+\s*/, ''), 0, separator).cells;
    else if (line.trim() !== '') return;
  }
}

function rowAt(
  text: string,
  from: number,
  separator: string,
): { readonly cells: string[]; readonly next: number; readonly newlines: number } {
  const end = text.indexOf('\n', from);
  const plain = text.slice(from, end < 0 ? text.length : end);
  const plainRow = { cells: plain.replace(/\r$/, '').split(separator), next: end < 0 ? text.length : end + 1, newlines: 1 };
  if (!plain.includes('"') || plain.startsWith('#')) return plainRow;
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  let newlines = 0;
  let at = from;
  for (; at < text.length && at < from + MAX_QUOTED; at++) {
    const c = text[at];
    if (c === '\n') newlines++;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === separator) {
      cells.push(cell);
      cell = '';
    } else if (c === '\n') break;
    else cell += c;
  }
  // A quote that nothing closes is a letter like others, and swallows no lines.
  if (quoted) return plainRow;
  cells.push(cell.replace(/\r$/, ''));
  return { cells, next: at + 1, newlines };
}
