/** `char`: one character that `has` takes. `split`: both ways. `assert`: a place in the text. */
export type Step =
  | { readonly op: 'char'; readonly has: (code: number) => boolean }
  | { readonly op: 'split'; a: number; b: number }
  | { readonly op: 'jump'; a: number }
  | { readonly op: 'assert'; readonly kind: '^' | '$' | 'b' | 'B' }
  | { readonly op: 'match' };

export interface RegexFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

/** Steps of one pattern at most, after repetitions are written out. */
export const MAX_STEPS = 2000;

/** NaN, beyond the ends of the text, is none. */
export function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
}
