/** Numbers as printf(3) writes them. */

/** `%g` with that many significant digits: no zeros at the end, an exponent of two digits at least where it is below -4 or too large. */
export function general(n: number, digits = 6): string {
  if (n === 0) return '0';
  const [mantissa = '', exponent = '0'] = n.toExponential(digits - 1).split('e');
  const power = Number(exponent);
  const bare = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (power >= -4 && power < digits) return bare(n.toFixed(Math.max(0, digits - 1 - power)));
  return `${bare(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** `%.0f`: the nearest whole number, of two equally near ones the even one. */
function whole(n: number): string {
  const floor = Math.floor(n);
  const half = n - floor === 0.5;
  return BigInt(half ? floor + (floor % 2) : Math.round(n)).toString();
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** Bits a second as ss writes them: with a unit and three digits, or in full with -n. */
export function bandwidth(bits: number, numeric: boolean): string {
  if (numeric) return whole(bits);
  for (const [unit, letter] of UNITS) if (bits >= unit) return `${general(bits / unit, 3)}${letter}`;
  return general(bits);
}
