import { expect, test } from 'vitest';
import { SeriesBodies } from './series-bodies.ts';

/** Asks for these bodies in one moment; gives the moments they stand in, null for those to be stored. */
function moment(bodies: SeriesBodies, n: number, light: boolean, ...hashes: string[]): (number | null)[] {
  bodies.begin(n);
  const found = hashes.map((sha256) => bodies.earlier(sha256));
  bodies.end(light);
  return found;
}

test('a body is referred to where it stands, not where it was referred to', () => {
  const bodies = new SeriesBodies();
  expect(moment(bodies, 1, false, 'a', 'b', 'a')).toEqual([null, null, null]);
  expect(moment(bodies, 2, false, 'a', 'c')).toEqual([1, null]);
  expect(moment(bodies, 5, false, 'a', 'c', 'c')).toEqual([1, 2, 2]);
  expect(bodies.referred).toBe(3);
});

test('what was not there in the moment before is stored again, unless the last full one had it', () => {
  const bodies = new SeriesBodies();
  moment(bodies, 1, false, 'full', 'gone');
  expect(moment(bodies, 2, true, 'light')).toEqual([null]);
  expect(moment(bodies, 3, true, 'other')).toEqual([null]);
  expect(moment(bodies, 4, true, 'full', 'light', 'other')).toEqual([1, null, 3]);
  expect(moment(bodies, 5, false, 'light')).toEqual([4]);
  expect(moment(bodies, 6, false, 'gone', 'full')).toEqual([null, null]);
});
