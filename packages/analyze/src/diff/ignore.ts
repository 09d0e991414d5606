import { terminal } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import { type Change, KINDS } from './change.ts';

/** What a difference is known by in another pair of captures: `KIND NAME`, and `: FIELD` behind it for a field. Escaped as on a terminal, so one line. */
export function keyOf({ kind, stable, field }: Change): string {
  return `${kind} ${literal(stable)}${field === null ? '' : `: ${field}`}`;
}

/** As on a terminal, and a star escaped: in a key it stands for anything, and names are chosen by others. */
export function literal(value: Value): string {
  return terminal(value).replaceAll('*', '\\x2a');
}

/** The lines of an ignore file: blank lines and lines that begin with # say nothing. */
export function ignoreLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

/** The first word of a line names a kind, or stands for all of them. */
export function isKey(line: string): boolean {
  const word = line.split(' ', 1)[0] ?? '';
  return line.includes(' ') && (word.includes('*') || KINDS.some((kind) => kind === word));
}

/** Whether a difference is one of those ignored: by its key, or by the key without the field. */
export function ignoring(lines: readonly string[]): (change: Change) => boolean {
  const listed = matching(lines);
  return (change) => listed(keyOf({ ...change, field: null })) || listed(keyOf(change));
}

/** Whether a key is one of these lines. `*` in a line stands for anything; only lines that begin as the key does are tried. */
export function matching(lines: readonly string[]): (key: string) => boolean {
  const plain = new Set(lines);
  const patterns = new Map<string, string[][]>();
  for (const pieces of lines.filter((line) => line.includes('*')).map((line) => line.split('*'))) {
    const list = patterns.get(pieces[0] ?? '');
    if (list === undefined) patterns.set(pieces[0] ?? '', [pieces]);
    else list.push(pieces);
  }
  const lengths = [...new Set([...patterns.keys()].map((prefix) => prefix.length))];
  return (key) =>
    plain.has(key) || lengths.some((length) => (patterns.get(key.slice(0, length)) ?? []).some((pieces) => matches(key, pieces)));
}

/** The pieces in their order, the first at the beginning and the last at the end; each is taken where it comes first, so no text takes long. */
function matches(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}
