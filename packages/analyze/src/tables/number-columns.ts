/**
 * A column of numbers as bytes, as short as its numbers allow: a byte that says how, then the numbers, little-endian. NaN stands for what is unknown.
 * One number for all, or the first of consecutive ones, is written once as a double; else each is a whole number of 1, 2 or 4 bytes, or a double.
 */
const SAME = 0;
const CONSECUTIVE = 16;
const DOUBLE = 8;
/** Bytes a number of each form; 0 where one stands for all. */
const WIDTHS: ReadonlyMap<number, number> = new Map(
  [SAME, 1, 2, 4, DOUBLE, CONSECUTIVE].map((form) => [form, form === CONSECUTIVE ? 0 : form]),
);

/** The most bytes that so many numbers take. */
export function packedSize(count: number): number {
  return 1 + 8 * Math.max(1, count);
}

/** Writes the first `count` numbers (at least one) at the place, and gives the place behind them. */
export function packColumn(numbers: Float64Array, count: number, view: DataView, at: number): number {
  const form = formOf(numbers, count);
  view.setUint8(at, form);
  const start = at + 1;
  if (form === SAME || form === CONSECUTIVE) {
    view.setFloat64(start, numbers[0] as number, true);
    return start + 8;
  }
  if (form === 1) for (let i = 0; i < count; i++) view.setUint8(start + i, numbers[i] as number);
  else if (form === 2) for (let i = 0; i < count; i++) view.setUint16(start + 2 * i, numbers[i] as number, true);
  else if (form === 4) for (let i = 0; i < count; i++) view.setUint32(start + 4 * i, numbers[i] as number, true);
  else for (let i = 0; i < count; i++) view.setFloat64(start + 8 * i, numbers[i] as number, true);
  return start + form * count;
}

/** Reads `count` numbers into the array, and gives the place behind them; null where the bytes are not such a column. */
export function unpackColumn(view: DataView, at: number, count: number, numbers: Float64Array): number | null {
  const form = at < view.byteLength ? view.getUint8(at) : -1;
  const width = WIDTHS.get(form);
  const start = at + 1;
  if (width === undefined || start + (width === 0 ? 8 : width * count) > view.byteLength) return null;
  if (width === 0) {
    const first = view.getFloat64(start, true);
    if (form === SAME) numbers.fill(first, 0, count);
    else for (let i = 0; i < count; i++) numbers[i] = first + i;
    return start + 8;
  }
  if (width === 1) for (let i = 0; i < count; i++) numbers[i] = view.getUint8(start + i);
  else if (width === 2) for (let i = 0; i < count; i++) numbers[i] = view.getUint16(start + 2 * i, true);
  else if (width === 4) for (let i = 0; i < count; i++) numbers[i] = view.getUint32(start + 4 * i, true);
  else for (let i = 0; i < count; i++) numbers[i] = view.getFloat64(start + 8 * i, true);
  return start + width * count;
}

function formOf(numbers: Float64Array, count: number): number {
  const first = numbers[0] as number;
  let same = true;
  let consecutive = true;
  let whole = true;
  let most = 0;
  for (let i = 0; i < count; i++) {
    const n = numbers[i] as number;
    if (n !== first) same = false;
    if (n !== first + i) consecutive = false;
    // Of NaN neither holds.
    if (n >= 0 && n === Math.floor(n)) most = n > most ? n : most;
    else whole = false;
  }
  if (same) return SAME;
  if (consecutive) return CONSECUTIVE;
  if (!whole || most > 0xffff_ffff) return DOUBLE;
  return most <= 0xff ? 1 : most <= 0xffff ? 2 : 4;
}
