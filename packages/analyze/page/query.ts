/** What the operator typed to filter by: every word must be there, those behind a - must not. */
export interface Filter {
  readonly wanted: readonly string[];
  readonly unwanted: readonly string[];
}

export function parseFilter(text: string): Filter {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '-');
  return { wanted: words.filter((w) => !w.startsWith('-')), unwanted: words.filter((w) => w.startsWith('-')).map((w) => w.slice(1)) };
}

/** `text` in lower case. */
export function passes(text: string, { wanted, unwanted }: Filter): boolean {
  return wanted.every((word) => text.includes(word)) && !unwanted.some((word) => text.includes(word));
}

export function isEmpty({ wanted, unwanted }: Filter): boolean {
  return wanted.length + unwanted.length === 0;
}

const ORDER = new Intl.Collator('en', { numeric: true });

/** Numbers before text, text by its numbers (so that :80 comes before :443), what is unknown last. */
export function compareCells(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  return ORDER.compare(a, b);
}
