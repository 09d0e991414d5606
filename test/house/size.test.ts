import { expect, test } from 'vitest';
import { sources } from '../support/sources.ts';

const LIMIT = 250;

/** Files past the limit, each with its reason. */
const LARGE: Readonly<Record<string, string>> = {};

const all = ['packages/capture/src', 'packages/analyze/src'].flatMap(sources);

test(`no file is longer than ${LIMIT} lines without a reason`, () => {
  expect(all.filter((f) => f.lines > LIMIT && !(f.path in LARGE)).map((f) => `${f.path}: ${f.lines}`)).toEqual([]);
});

test('no reason outlives its file', () => {
  expect(Object.keys(LARGE).filter((path) => !all.some((f) => f.path === path && f.lines > LIMIT))).toEqual([]);
});

test('no default exports, no rooms for odds and ends', () => {
  expect(all.filter((f) => /^export default\b/m.test(f.code)).map((f) => f.path)).toEqual([]);
  expect(all.filter((f) => /\/(utils?|helpers?|common|core|types|misc)(\/|\.ts$)/.test(f.path)).map((f) => f.path)).toEqual([]);
});
