const DOT = 0x2e;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;
const LETTERS = 0x61 - 10;

/**
 * An address as procfs/address.ts writes it, as whole numbers of 32 bits: one where `words` holds one (dotted), four where it holds four.
 * Two addresses have the same numbers only if they are the same text.
 */
export function addressWords(text: string, words: Float64Array): void {
  if (words.length === 1) words[0] = dotted(text, 0);
  else longWords(text, words);
}

/** The number of dotted text that begins at `from`. */
function dotted(text: string, from: number): number {
  let word = 0;
  let octet = 0;
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === DOT) {
      word = word * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + c - ZERO;
  }
  return word * 256 + octet;
}

/** Scratch: eight groups of 16 bits. */
const GROUPS: Uint16Array = new Uint16Array(8);

function longWords(text: string, words: Float64Array): void {
  let n = 0;
  let gap = -1;
  let group = 0;
  let begin = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === COLON) {
      if (i > begin) GROUPS[n++] = group;
      if (text.charCodeAt(i + 1) === COLON) {
        gap = n;
        i++;
      }
      group = 0;
      begin = i + 1;
    } else if (c === DOT) {
      const word = dotted(text, begin);
      GROUPS[n++] = word >>> 16;
      GROUPS[n++] = word & 0xffff;
      begin = text.length;
      break;
    } else group = group * 16 + (c <= NINE ? c - ZERO : c - LETTERS);
  }
  if (begin < text.length) GROUPS[n++] = group;
  if (gap >= 0) {
    GROUPS.copyWithin(8 - (n - gap), gap, n);
    GROUPS.fill(0, gap, 8 - (n - gap));
  }
  for (let i = 0; i < 4; i++) words[i] = (GROUPS[2 * i] as number) * 0x1_0000 + (GROUPS[2 * i + 1] as number);
}
