import type { Rows, Value } from '../render/value.ts';

/**
 * Where bytes stand: `CAPTURE:SOURCE:LINE`, numbers of this case, the line counted from 1; `CAPTURE:SOURCE` is the whole source. One form
 * for listings, differences, marks and findings, and what `coldstat raw` takes.
 */
export interface Handle {
  readonly captureId: number;
  readonly sourceId: number;
  /** Null for the whole source. */
  readonly line: number | null;
}

/** The handle of a row as text; null for a row that has no source. */
export function handleOf(captureId: number, sourceId: Value, line: Value = null): string | null {
  if (sourceId === null) return null;
  return line === null ? `${captureId}:${sourceId}` : `${captureId}:${sourceId}:${line}`;
}

/** Null when the text is no handle. */
export function parseHandle(text: string): Handle | null {
  const parts = /^([1-9]\d{0,8}):([1-9]\d{0,8})(?::([1-9]\d{0,9}))?$/.exec(text);
  if (parts === null) return null;
  return { captureId: Number(parts[1]), sourceId: Number(parts[2]), line: parts[3] === undefined ? null : Number(parts[3]) };
}

/**
 * A result with columns `source_id` and `line` gets the column `handle` behind its own; others are left as they are. `captureId` is null for rows
 * of several captures, which have the column `capture_id`.
 */
export function withHandles({ columns, rows }: Rows, captureId: number | null): Rows {
  const [source, line] = [columns.indexOf('source_id'), columns.indexOf('line')];
  if (source < 0 || line < 0 || columns.includes('handle')) return { columns, rows };
  const capture = captureOf(columns, captureId);
  function* longer(): Generator<readonly Value[], void> {
    for (const row of rows) yield [...row, handleOf(capture(row), row[source] ?? null, row[line] ?? null)];
  }
  return { columns: [...columns, 'handle'], rows: longer() };
}

/** Which capture a row of a result is of. */
export function captureOf(columns: readonly string[], captureId: number | null): (row: readonly Value[]) => number {
  if (captureId !== null) return () => captureId;
  const column = columns.indexOf('capture_id');
  if (column < 0) throw new Error('rows of several captures need the column capture_id');
  return (row) => Number(row[column]);
}
