import { formatFrame } from '@coldstat/capture/archive';
import { expect, test } from 'vitest';
import { loaded } from '../../../../test/support/loaded.ts';

/** Lines that test/property/conservation.test.ts once found to become nothing. */

const frame = (name: string, body: string): string => formatFrame({ name, body: Buffer.from(body), truncated: false }).toString('latin1');
const STAT = (pid: number, name: string, start = 77): string => `${pid} (${name}) S 1 ${'1 '.repeat(17)}${start} ${'1 '.repeat(29)}0\n`;

test('links to namespaces that could not be read, or are not those of the process', async () => {
  const list = [
    '.\t555\t-\t-',
    'ns/net\t777\t-\t!EACCES',
    'ns/pid\t777\t-\t>pid:[1]',
    'ns/pid_for_children\t777\t-\t>pid:[2]',
    'ns/uts\t777\t-\t>odd',
  ];
  const db = await loaded({ files: { 'proc/9/links.list': `${list.join('\n')}\n` } });
  expect(db.all('SELECT name, target, target_errno, line FROM links ORDER BY line')).toEqual([
    { name: '.', target: null, target_errno: null, line: 1 },
    { name: 'ns/net', target: null, target_errno: 'EACCES', line: 2 },
    { name: 'ns/pid_for_children', target: 'pid:[2]', target_errno: null, line: 4 },
    { name: 'ns/uts', target: 'odd', target_errno: null, line: 5 },
  ]);
});

test('what status says otherwise than stat, and a key that comes twice', async () => {
  const status = 'Name:\tother\nState:\tS (sleeping)\nPPid:\t1\nUid:\t0\t0\t0\t0\nUid:\t5\t5\t5\t5\nGroups:\t\u00a07\n';
  const db = await loaded({ files: { 'proc/9/stat': STAT(9, 'one'), 'proc/9/status': Buffer.from(status, 'latin1') } });
  expect(db.all('SELECT key, line FROM process_status_keys ORDER BY line')).toEqual([
    { key: 'Name', line: 1 },
    { key: 'Uid', line: 5 },
    { key: 'Groups', line: 6 },
  ]);
  expect(db.get('SELECT name, uid, groups FROM processes')).toEqual({ name: 'one', uid: 0, groups: null });
});

test('a megabyte of blanks in a line costs no time', { timeout: 20_000 }, async () => {
  const blanks = ' '.repeat(1 << 19);
  const start = performance.now();
  const db = await loaded({
    compress: 'none',
    files: {
      'proc/9/status': `Uid:\t0${blanks}x\nGroups:\t${blanks}x\n`,
      'proc/9/fdinfo.pack': frame('3', `odd:\t${blanks}x${blanks}\n`),
      'proc/9/limits': `Limit                     Soft Limit           Hard Limit           Units     \nMax cpu time              1${blanks}x\n`,
    },
  });
  expect(db.all('SELECT key FROM process_status_keys')).toHaveLength(2);
  expect(performance.now() - start).toBeLessThan(5000);
});

test('the second look: what cannot be read leaves it open, and a process of which nothing else is there is one', async () => {
  const pack = `${frame('9/stat', 'garbage\n')}${frame('10/stat', STAT(10, 'late', 99))}`;
  const db = await loaded({ files: { 'proc/9/stat': STAT(9, 'one'), 'pass-b/proc/stat.pack': pack } });
  expect(db.all('SELECT pid, name, vanished FROM processes ORDER BY pid')).toEqual([
    { pid: 9, name: 'one', vanished: null },
    { pid: 10, name: 'late', vanished: null },
  ]);
  expect(db.all('SELECT code, line, lines FROM problems')).toEqual([{ code: 'line-form', line: 2, lines: 1 }]);
});

test('comm of a thread that stat calls otherwise, and words about its descriptors that are none', async () => {
  const pack = `${frame('10/stat', STAT(10, 'a'))}${frame('10/comm', 'b\n')}${frame('10/fd', 'perhaps')}`;
  const db = await loaded({ files: { 'proc/9/task.pack': pack } });
  expect(db.all('SELECT tid, name, comm_raw, own_files FROM threads')).toEqual([{ tid: 10, name: 'a', comm_raw: 'b', own_files: null }]);
  expect(db.all('SELECT code, line, lines FROM problems')).toEqual([{ code: 'list-form', line: 7, lines: 2 }]);
});

test('interfaces of a namespace that nothing tells', async () => {
  const dev = `Inter-|\n face |\n  lo: ${'0 '.repeat(16)}\n`;
  const db = await loaded({ files: { 'proc/9/net/dev': dev } });
  expect(db.all('SELECT net_ns, name, line FROM interfaces')).toEqual([{ net_ns: null, name: 'lo', line: 3 }]);
});

test('files of an interface that are none, and one that comes twice', async () => {
  const pack = ['eth0/mtu', 'eth0/mtv', 'eth0/mtu', 'mtu'].map((name, i) => frame(name, `${1500 + i}\n`)).join('');
  const db = await loaded({ files: { 'sys/class/net.pack': pack } });
  expect(db.all('SELECT name, mtu FROM interfaces')).toEqual([{ name: 'eth0', mtu: 1500 }]);
  expect(db.all('SELECT code, line FROM problems ORDER BY line')).toEqual([5, 8, 11].map((line) => ({ code: 'line-value', line })));
});

test('a row that the database refuses at the very end is told', async () => {
  const db = await loaded({
    files: { 'proc/9/task.pack': frame('9999999999/stat', STAT(10, 'a')), 'proc/9/links.list': '.\t555\t-\t-\n.\t555\t-\t-\n' },
  });
  expect(db.all("SELECT code, line FROM problems WHERE code = 'row-refused'")).toEqual([{ code: 'row-refused', line: 2 }]);
});

test('a number beyond all that a column holds costs its cell and not the process', async () => {
  const stat = STAT(9, 'one').replace(/^(9 \(one\) S 1 (?:1 ){14})1 /, '$199999999999999999999 ');
  const db = await loaded({ files: { 'proc/9/stat': stat, 'proc/9/loginuid': '7' } });
  expect(db.all('SELECT name, nice, loginuid FROM processes')).toEqual([{ name: 'one', nice: null, loginuid: 7 }]);
  expect(db.all('SELECT code, line FROM problems')).toEqual([{ code: 'row-refused', line: 1 }]);
});
