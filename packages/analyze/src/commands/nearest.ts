/** Number of insertions, deletions, substitutions and swaps of neighbours that make `b` out of `a`. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The names that `word` was probably meant to be, best first, at most three. */
export function nearest(word: string, names: readonly string[]): string[] {
  const w = word.toLowerCase();
  if (w.length > 100) return [];
  const limit = Math.max(1, Math.floor(w.length / 3));
  return names
    .map((name) => ({ name, distance: w.length > 2 && name.toLowerCase().startsWith(w) ? 0.5 : editDistance(w, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}
