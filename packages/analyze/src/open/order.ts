/** The order of names in a list: numbers by value, then the rest by their bytes (latin1). */
export function inOrder(a: string, b: string): number {
  const numbers = /^\d{1,15}$/;
  const [left, right] = [numbers.test(a), numbers.test(b)];
  if (left && right && Number(a) !== Number(b)) return Number(a) - Number(b);
  if (left !== right) return left ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
