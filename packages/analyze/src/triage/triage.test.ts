import { describe, expect, test } from 'vitest';
import type { Finding } from './finding.ts';
import { ownRules } from './load-rules.ts';
import { parseRule } from './parse-rule.ts';
import { globMatches, Suppressions } from './suppress.ts';

const RULE = `id: my-rule
title: T
severity: low
why: W
attack: [T1059.004]
benign: []
next: N
needs: [processes]
sql: SELECT pid, handle(capture_id, source_id, line) AS at FROM processes WHERE capture_id = :capture
finding: "process {pid}"
evidence: [at]
key: [pid]
tests:
  finds: [{ name: a, files: { proc/1/comm: x } }]
  ignores: [{ name: b, files: { proc/1/comm: y } }]
`;

describe('a rule of the operator', () => {
  test('is taken', () => {
    expect(parseRule(RULE, 'my.yml', true)).toMatchObject({ id: 'my-rule', severity: 'low', foreign: true });
  });

  test.each([
    ['severity: low', 'severity: bad', 'my.yml: severity: must be one of info, low, medium, high, critical'],
    ['why: W\n', '', 'my.yml: why: is missing'],
    ['title: T', 'titel: T', 'my.yml: titel: there is no such field'],
    ['[processes]', '[telepathy]', 'my.yml: needs: telepathy is none of'],
    ['[T1059.004]', '[X1]', 'my.yml: attack: X1 is no technique'],
    ['sql: SELECT', 'sql: DELETE', 'my.yml: sql: must be one SELECT'],
    [':capture', '1', 'my.yml: sql: must ask about :capture'],
    ['[processes]', '[before]', 'my.yml: needs: before or same-boot goes with :before'],
    ['evidence: [at]', 'evidence: []', 'my.yml: evidence: a finding must rest on rows'],
    ['why: W\nattack: [T1059.004]', 'why: &a W\nattack: [*a]', 'my.yml: YAML: aliases are not allowed'],
    ['title: T', 'title: [', 'my.yml: YAML:'],
    ['{ name: a, files: { proc/1/comm: x } }', '', 'my.yml: tests.finds: must be a list of at least one test'],
    ['name: a,', 'name: a, body: b,', 'my.yml: tests.finds[0]: body is none of'],
  ])('with %j as %j is refused', (from, to, message) => {
    expect(() => parseRule(RULE.replace(from, to), 'my.yml', true)).toThrow(message);
  });
});

describe('a list of suppressions', () => {
  const finding = (key: string): Finding => ({ key }) as Finding;

  test('covers keys, rules and globs, and tells what it is of no use for', () => {
    const list = new Suppressions('# known\nexe-in-temp:/tmp/a\nexe-memfd\nnew-*:tcp|22|*  # ssh\nnothing:x\n', 'known.txt');
    expect(['exe-in-temp:/tmp/a', 'exe-memfd:/memfd:x', 'new-listener:tcp|22|/x'].map((key) => list.covers(finding(key)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['exe-in-temp:/tmp/ab', 'new-listener:tcp|23|/x'].map((key) => list.covers(finding(key)))).toEqual([false, false]);
    expect(list.unused()).toEqual(['known.txt: line 5 suppresses nothing: nothing:x']);
  });

  test('refuses what can be no key', () => {
    expect(() => new Suppressions('process 12 is fine\n', 'known.txt')).toThrow('known.txt: line 1 is no key of a finding');
  });

  test.each([
    ['a*c', 'abbc', true],
    ['a?c', 'abbc', false],
    ['*', '', true],
    ['', 'a', false],
    ['a*b*c', 'aXbYc', true],
    [`${'a*'.repeat(50)}b`, 'a'.repeat(20_000), false],
  ])('%s on %s', (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
  });
});

test('our own rules have ids of their own', () => {
  const ids = ownRules().map((rule) => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(70);
});
