import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caseFile } from '../support/case-file.ts';
import { coldstat } from '../support/run.ts';

/** `coldstat ioc` from the outside: exit codes, what it says of lists, formats, order. */

let dir: string;
let db: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-ioc-'));
  const socket = {
    pass: 'A',
    proto: 'tcp',
    local_address: '10.0.0.1',
    local_port: 1,
    remote_port: 2,
    state: 'ESTABLISHED',
    net_ns: 1,
    source_id: 1,
    line: 2,
  };
  db = caseFile(join(dir, 'case.db'), {
    captures: [
      { capture_id: 1, host: 'a' },
      { capture_id: 2, host: 'b' },
    ],
    sockets_inet: [1, 2].map((capture_id) => ({ ...socket, capture_id, remote_address: `203.0.113.${capture_id}`, inode: capture_id })),
    processes: [{ capture_id: 1, pid: 7, name: '\u001b[2J=cmd|x', path: '/x/\u202eevil', source_id: 1, line: 1 }],
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

function list(name: string, text: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

test('exit 0 without a hit, 1 with one, 2 for a mistake', () => {
  expect(coldstat(['ioc', '-d', db, '-e', '203.0.113.9']).code).toBe(0);
  expect(coldstat(['ioc', '-d', db, '-e', '203.0.113.1']).code).toBe(1);
  for (const words of [[], ['--as', 'yara', '-e', 'x'], ['-e', 'x', '--format', 'x'], [list('a.json', '{}')]])
    expect(coldstat(['ioc', '-d', db, ...words]).code).toBe(2);
});

test('all captures of the case, or those that --capture names', () => {
  const hosts = (...words: readonly string[]): unknown[] => {
    const ran = coldstat(['ioc', '-d', db, '-e', '203.0.113.0/24', '--format', 'json', ...words]);
    return (JSON.parse(ran.out) as { capture_id: number; handle: string }[]).map((row) => [row.capture_id, row.handle]);
  };
  expect(hosts()).toEqual([
    [1, '1:1:2'],
    [2, '2:1:2'],
  ]);
  expect(hosts('--capture', 'b')).toEqual([[2, '2:1:2']]);
});

test('what is not understood is told with its line, listed by --unread, and stops with --strict', () => {
  const file = list('mixed.txt', `203.0.113.1\nwhat is this\n${Array.from({ length: 20 }, (_, i) => `x y ${i}`).join('\n')}\n`);
  const ran = coldstat(['ioc', '-d', db, file]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain('mixed.txt, line 2: not understood: what is this: has blanks');
  expect(ran.err.match(/not understood: /g)).toHaveLength(10);
  expect(ran.err).toContain('mixed.txt: 21 not understood in all; --unread lists them');
  const strict = coldstat(['ioc', '-d', db, '--strict', file]);
  expect([strict.code, strict.out]).toEqual([2, '']);
  expect(coldstat(['ioc', '-d', db, '--strict', '-e', '203.0.113.1']).code).toBe(1);
  const unread = coldstat(['ioc', '--unread', '--format', 'csv', file]);
  expect(unread.code).toBe(0);
  expect(unread.out.trim().split('\n')).toHaveLength(22);
});

test('a feed is read by its columns, which are told; a port belongs to the address beside it', () => {
  const rows = (name: string, text: string): { readonly rows: unknown[]; readonly err: string } => {
    const ran = coldstat(['ioc', '-d', db, '--strict', '--format', 'json', list(name, text)]);
    return { rows: (JSON.parse(ran.out || '[]') as Record<string, unknown>[]).map((row) => [row['type'], row['field']]), err: ran.err };
  };
  const feed = rows('feed.csv', 'first_seen,dst_ip,dst_port,malware\n2021-01-17,203.0.113.1,2,x\n2021-01-17,203.0.113.2,443,x\n');
  expect(feed.rows).toEqual([['address and port', 'connection']]);
  expect(feed.err).toContain('feed.csv: columns read: dst_ip with dst_port; told as what is said: malware; not read: first_seen\n');
  const urls = rows('urls.csv', '# a comment\n"2","2021-01-01","http://203.0.113.1/x.sh"\n');
  expect(urls.rows).toEqual([['url', 'remote address']]);
  expect(urls.err).toContain('urls.csv: columns read: column 3; told as what is said: column 1, column 2\n');
  expect(rows('esc.csv', 'ip,\u001b[2J\n203.0.113.1,x\n').err).not.toContain('\u001b');
});

test('what is written around an address is not part of it, and what is none is told, never taken for a name', () => {
  for (const text of [
    '203.0.113.1,',
    '"203.0.113.1"',
    '203.0.113.1/',
    '203.0.113.0-203.0.113.1',
    '203.0.113.1|2',
    '203.0.113.*',
    '[203.0.113.1]',
  ]) {
    const ran = coldstat(['ioc', '-d', db, '--strict', '-e', text]);
    expect([text, ran.code, ran.err.includes('not understood')]).toEqual([text, 1, false]);
  }
  for (const text of [
    '203.0.113.1;evil.example',
    '203.0.113.1#x',
    '203,0,113,1',
    '203.0.113.1,2020-01-01,c2',
    '203.0.113.x',
    '2020-01-01',
  ]) {
    const ran = coldstat(['ioc', '-d', db, '--strict', '-e', text]);
    expect([text, ran.code, ran.err.includes(`not understood: ${text}: `)]).toEqual([text, 2, true]);
  }
}, 120_000);

test('from standard input', () => {
  expect(coldstat(['ioc', '-d', db, '-', '--format', 'jsonl'], { input: '203[.]0[.]113[.]2 # seen before\n' }).out).toContain(
    '"about":"seen before"',
  );
});

test('private addresses are used, with a warning', () => {
  const ran = coldstat(['ioc', '-d', db, '-e', '10.0.0.1']);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain('1 indicator is an address that many hosts have (private): 10.0.0.1');
});

test('attributes of MISP that are not for detection are left out on request, and counted', () => {
  const attribute = { type: 'ip-dst', value: '203.0.113.1', to_ids: false, uuid: 'u' };
  const file = list('misp.json', JSON.stringify({ Event: { Attribute: [attribute] } }));
  expect(coldstat(['ioc', '-d', db, file]).code).toBe(1);
  const ran = coldstat(['ioc', '-d', db, '--to-ids', file]);
  expect(ran.code).toBe(0);
  expect(ran.err).toContain('1 attributes are not for detection (to_ids) and were left out');
});

test.each(['table', 'json', 'jsonl', 'csv', 'tsv', 'markdown'])('hostile names in evidence and lists are harmless as %s', (format) => {
  const file = list('hostile.txt', 'path:/x/* # \u001b[31m<script>=1\nname:\u001b[2J=cmd|x\n\u001b]0;x\u0007 y\n\u202e\u0000 z\n');
  const ran = coldstat(['ioc', '-d', db, file, '--format', format]);
  expect(ran.code).toBe(1);
  for (const text of [ran.out, ran.err]) expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
});

test('a million indicators take seconds', () => {
  const lines: string[] = [];
  for (let i = 0; i < 1_000_000; i++)
    lines.push(i % 2 === 0 ? `${11 + (i % 80)}.${(i >> 4) & 255}.${(i >> 12) & 255}.${i & 255}` : `host${i}.bad.example`);
  const file = list('million.txt', `${lines.join('\n')}\n203.0.113.1\n`);
  const ran = coldstat(['ioc', '-d', db, file], { timeout: 120_000 });
  expect(ran.code, ran.err).toBe(1);
  expect(ran.err).toContain('1000001 indicators, 2 captures: 1 hits of 1 indicators');
}, 120_000);
