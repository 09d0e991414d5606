/** A value of Sigma: `*` is any text, `?` one character, a backslash before one of them or before itself takes it as it is. */
export interface Glob {
  /** What stands between the `*`, each character or null for `?`. */
  readonly parts: readonly (readonly (string | null)[])[];
}

export function parseGlob(text: string): Glob {
  const parts: (string | null)[][] = [[]];
  for (let i = 0; i < text.length; i++) {
    let c: string | null = text[i] ?? '';
    if (c === '*') {
      parts.push([]);
      continue;
    }
    if (c === '?') c = null;
    else if (c === '\\' && /[*?\\]/.test(text[i + 1] ?? '')) c = text[++i] ?? '';
    parts.at(-1)?.push(c);
  }
  return { parts };
}

export function literalGlob(text: string): Glob {
  return { parts: [text.split('')] };
}

/** The glob with any text before or behind it. */
export function opened({ parts }: Glob, before: boolean, behind: boolean): Glob {
  return { parts: [...(before ? [[]] : []), ...parts, ...(behind ? [[]] : [])] };
}

export function hasWildcards({ parts }: Glob): boolean {
  return parts.length > 1 || parts.some((part) => part.includes(null));
}

/** The characters of a glob without wildcards. */
export function plainText({ parts }: Glob): string {
  return parts.map((part) => part.join('')).join('');
}

/** A test of texts; case counts only when `cased`. */
export function globTest({ parts }: Glob, cased: boolean): (text: string) => boolean {
  const pieces = parts.map((part) => part.map((c) => (cased || c === null ? c : c.toLowerCase())));
  const [first = [], ...more] = pieces;
  const last = more.pop();
  return (whole) => {
    const text = cased ? whole : whole.toLowerCase();
    if (!fits(text, 0, first)) return false;
    if (last === undefined) return text.length === first.length;
    let at = first.length;
    for (const piece of more) {
      at = find(text, at, piece);
      if (at < 0) return false;
      at += piece.length;
    }
    return text.length - last.length >= at && fits(text, text.length - last.length, last);
  };
}

function fits(text: string, at: number, piece: readonly (string | null)[]): boolean {
  return at + piece.length <= text.length && piece.every((c, i) => c === null || text[at + i] === c);
}

/** The first place from `at` on where the piece fits. */
function find(text: string, at: number, piece: readonly (string | null)[]): number {
  if (!piece.includes(null)) return text.indexOf(piece.join(''), at);
  for (let i = at; i + piece.length <= text.length; i++) if (fits(text, i, piece)) return i;
  return -1;
}
