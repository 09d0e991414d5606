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

const STAT = `812 (\x1b[31mx) S 1 ${'1 '.repeat(17)}2147 ${'1 '.repeat(29)}0\n`;

let place: string;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'coldstat-triage-'));
  const links = 'exe\t777\t100755,1,0,0,254:1,99,0:0,5\t>/dev/shm/\\x1b[31mx\n';
  const files = { 'proc/812/stat': STAT, 'proc/812/links.list': links, 'proc/812/cmdline': 'x\0' };
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
  expect(out).toMatch(/^capture 1 of web1, [0-9T:-]+Z\nledger: .*\n\d+ of \d+ rules found something: \d+ high/);
  expect(out).toMatch(/\n {2}HIGH {10}1 {2}exe-in-temp +Runs from a directory/);
  expect(out).toContain('HIGH  exe-in-temp: ');
  expect(out).toContain('runs /dev/shm/\\x1b[31mx\n');
  expect(out).toMatch(/1:\d+:1 {2}proc\/812\/stat, line 1/);
  expect(out).toMatch(/\n\d+ of \d+ rules clear; \d+ blind\n/);
  expect(out).toMatch(/\n {2}blind: there is no \/proc\/modules in the capture, .*\n {4}module-out-of-tree\n/);
  expect(out).not.toContain('\x1b');
});

/** Three processes; of the exe links one was read, or none. */
function readable(exe: readonly boolean[]): Record<string, string> {
  const link = (ok: boolean): string => (ok ? 'exe\t777\t100755,1,0,0,254:1,99,0:0,5\t>/usr/bin/x\n' : 'exe\t-\t!EACCES\t!EACCES\n');
  return Object.fromEntries(
    exe.flatMap((ok, i) => [
      [`proc/${900 + i}/stat`, `${900 + i} (x) S 1 ${'1 '.repeat(17)}2147 ${'1 '.repeat(29)}0\n`],
      [`proc/${900 + i}/links.list`, link(ok)],
    ]),
  );
}

test.each([
  [[true, false, false], 'clear', null, '2 of 3 processes (exe EACCES)'],
  [[false, false], 'blind', 'exe of none of 2 processes could be read (EACCES)', null],
  [[true, true], 'clear', null, null],
])('with exe links readable as in %j a rule that finds nothing is %s', async (exe, result, missing, notJudged) => {
  writeFileSync(join(place, 'some.tar.zst'), await makeArchive({ files: readable(exe) }));
  const args = ['triage', '--archive', 'some.tar.zst', '--rule', 'exe-in-temp'];
  const { out, code } = coldstat([...args, '--format', 'jsonl'], { cwd: place });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ result, missing, not_judged: notJudged });
  const lines = coldstat(args, { cwd: place }).out;
  expect(lines).toContain('1 rule found nothing\n');
  expect(lines).toContain(
    `${result === 'blind' ? 0 : 1} of 1 rule clear${notJudged === null ? '' : ', 1 of them as far as it could be read'}; `,
  );
  expect(lines.includes(`  not judged: ${notJudged}\n    exe-in-temp\n`)).toBe(notJudged !== null);
  expect(lines.includes(`  blind: ${missing}\n    exe-in-temp\n`)).toBe(missing !== null);
});

test('findings of one key are told once, with the processes they are about', async () => {
  const files = Object.fromEntries(
    [31, 32, 33, 34, 35, 36, 37].flatMap((pid) => [
      [`proc/${pid}/stat`, `${pid} (x) S 1 ${'1 '.repeat(17)}2147 ${'1 '.repeat(29)}0\n`],
      [`proc/${pid}/links.list`, 'exe\t777\t100755,1,0,0,254:1,99,0:0,5\t>/tmp/x\n'],
    ]),
  );
  writeFileSync(join(place, 'same.tar.zst'), await makeArchive({ files }));
  const { out } = coldstat(['triage', '--archive', 'same.tar.zst', '--rule', 'exe-in-temp'], { cwd: place });
  expect(out).toContain('  HIGH          7  exe-in-temp  ');
  expect(out.match(/key exe-in-temp/g)).toHaveLength(1);
  expect(out.match(/^ {6}also process 3[2-5] .* runs \/tmp\/x$/gm)).toHaveLength(4);
  expect(out).toContain('      and 2 more of this key: process 36, 37\n');
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

test('says what makes the comparison weaker, where a rule compares, and names what it does not judge', async () => {
  const before = {
    capture_id: '6f9fd5a4-0000-4000-8000-000000000000',
    clock: { realtime_ns: '1789999000000000000' },
    self: { euid: 65534, cap_eff: '0' },
  };
  writeFileSync(join(place, 'nobody.tar.zst'), await makeArchive({ files: { 'proc/812/stat': STAT }, header: before }));
  const compared = (rule: string) =>
    coldstat(['triage', '--archive', 'nobody.tar.zst', '--archive', 'a.tar.zst', '--rule', rule], { cwd: place }).out;
  expect(compared('exe-became-deleted')).toMatch(
    /compared with capture 1 of .*\n {2}the users that captured differ \(65534 and 0\): [^\n]*\n(?: {2}.*\n)*ledger: /,
  );
  expect(compared('exe-became-deleted')).toContain('blind: capture 1: the exe links were not captured');
  expect(compared('exe-in-temp')).not.toContain('the users that captured differ');
});
