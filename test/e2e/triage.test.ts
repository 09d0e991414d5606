import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeArchive } from '../support/archive.ts';
import { coldstat } from '../support/run.ts';

/** coldstat triage from the outside: what it prints, suppressions, rules of the operator, exit codes. */

const RULE = `id: every-process
title: Every process
severity: critical
why: A test.
attack: []
benign: []
next: Nothing.
needs: [processes]
sql: |
  SELECT pid, name, handle(capture_id, source_id, line) AS at FROM processes WHERE capture_id = :capture
finding: "{name} is here"
evidence: [at]
key: [name]
tests:
  finds: [{ name: a, files: { proc/1/comm: x } }]
  ignores: [{ name: b, files: { proc/1/comm: y } }]
`;

let place: string;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'coldstat-triage-'));
  const stat = `812 (\x1b[31mx) S 1 ${'1 '.repeat(17)}2147 ${'1 '.repeat(29)}0\n`;
  const links = 'exe\t777\t100755,1,0,0,254:1,99,0:0,5\t>/dev/shm/\\x1b[31mx\n';
  const files = { 'proc/812/stat': stat, 'proc/812/links.list': links, 'proc/812/cmdline': 'x\0' };
  writeFileSync(join(place, 'a.tar.zst'), await makeArchive({ files }));
  writeFileSync(join(place, 'rule.yml'), RULE);
  writeFileSync(join(place, 'pattern.yml'), RULE.replace(':capture', ":capture AND name REGEXP '['"));
  writeFileSync(join(place, 'bad.yml'), RULE.replace('FROM processes', 'FROM no_such_table').replace('every', 'bad'));
  writeFileSync(
    join(place, 'writes.yml'),
    RULE.replace(/ {2}SELECT.*/, '  WITH a AS (SELECT 1) DELETE FROM processes WHERE pid = :capture'),
  );
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const run = (...args: string[]) => coldstat(['triage', '--archive', 'a.tar.zst', ...args], { cwd: place });

test('prints the ledger first, then findings with their rows, and escapes names', () => {
  const { code, out } = run();
  expect(code).toBe(1);
  expect(out).toMatch(/^ledger: /);
  expect(out).toContain('HIGH  exe-in-temp: ');
  expect(out).toContain('runs /dev/shm/\\x1b[31mx\n');
  expect(out).toMatch(/1:\d+:1 {2}proc\/812\/stat, line 1/);
  expect(out).toMatch(/\d+ of \d+ rules clear, \d+ blind\n {2}blind {2}[a-z-]+: /);
  expect(out).not.toContain('\x1b');
});

test('every format has the key, and the key suppresses', () => {
  const [finding] = run('--rule', 'exe-in-temp', '--format', 'jsonl').out.split('\n');
  const { key, evidence } = JSON.parse(finding ?? '') as { key: string; evidence: string };
  expect(key).toBe('exe-in-temp:/dev/shm/%1b[31mx');
  expect(JSON.parse(evidence)).toHaveLength(2);
  writeFileSync(join(place, 'known.txt'), `${key}\nnew-listener:*\n`);
  const known = run('--rule', 'exe-in-temp', '--suppress', 'known.txt');
  expect(known.code).toBe(0);
  expect(known.err).toBe('coldstat: known.txt: line 2 suppresses nothing: new-listener:*\n');
});

test('a rule of the operator is asked like ours', () => {
  const { code, out } = run('--rules', 'rule.yml', '--severity', 'critical', '--format', 'csv');
  expect(code).toBe(1);
  expect(out).toContain('found,critical,every-process,"Every process"');
});

test.each([
  [['--rules', 'bad.yml'], 'bad.yml: sql: no such table: no_such_table'],
  [['--rules', 'writes.yml'], 'writes.yml: sql: '],
  [['--rules', 'pattern.yml'], 'pattern.yml: sql: Invalid regular expression'],
  [['--rules', 'nowhere'], 'no rules at nowhere'],
  [['--rule', 'exe-in-tmp'], 'no rule exe-in-tmp'],
  [['--severity', 'huge'], 'no severity huge'],
])('%j is one line and exit 2', (args, message) => {
  const { code, err } = run(...args);
  expect(code).toBe(2);
  expect(err).toContain(message);
});
