import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capture, coldstat } from '../support/run.ts';

interface Change {
  readonly change: string;
  readonly kind: string;
  readonly identity: string | { readonly hex: string };
  readonly field: string | null;
  readonly before: string | number | null;
  readonly after: string | number | null;
}

/** Names of others on this machine need not be text. */
const text = ({ identity }: Change): string => (typeof identity === 'string' ? identity : identity.hex);

const MARK = `coldstat-diff-${process.pid}-${Date.now()}`;
/** An address of the loopback that nobody else takes: a port that is free for a moment stays ours. */
const ADDRESS = `127.77.${(process.pid >> 7) & 127}.${(process.pid & 127) + 1}`;
const SERVER = `process.chdir(process.argv[2]); require('node:net').createServer().listen(+process.env.TEST_PORT, '${ADDRESS}', function () { console.log(this.address().port) });
process.stdin.on('data', () => { process.chdir('/'); console.log('elsewhere') });`;

let dir: string;
let server: ChildProcess | undefined;

/** Starts the same listener: on any port, or on one it had before. */
async function listen(port: number): Promise<number> {
  const child = spawn(process.execPath, ['-e', SERVER, MARK, dir], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TEST_PORT: String(port) },
  });
  server = child;
  return Number(await said(child));
}

/** What the server says next. */
function said(child: ChildProcess | undefined): Promise<string> {
  return new Promise((resolve) => child?.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim())));
}

async function stop(): Promise<void> {
  const child = server;
  if (child === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await gone;
}

function take(name: string): string {
  const archive = join(dir, `${name}.tar.zst`);
  const ran = capture(['-o', archive, '--quiet']);
  expect(ran.code, ran.err).toBeLessThan(2);
  return archive;
}

const db = (): string => join(dir, 'case.db');

function diff(...args: string[]): { code: number | null; changes: Change[]; err: string } {
  const ran = coldstat(['diff', '-d', db(), '--format', 'json', ...args]);
  return { code: ran.code, changes: JSON.parse(ran.out) as Change[], err: ran.err };
}

let port = 0;
const pids: number[] = [];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-diff-'));
  const archives = [take('1')];
  port = await listen(0);
  pids.push(server?.pid ?? 0);
  archives.push(take('2'));
  const moved = said(server);
  server?.stdin?.write('x');
  expect(await moved).toBe('elsewhere');
  archives.push(take('3'));
  await stop();
  await listen(port);
  pids.push(server?.pid ?? 0);
  archives.push(take('4'));
  const loaded = coldstat(['load', '-d', db(), ...archives]);
  expect(loaded.code, loaded.err).toBe(0);
});
afterAll(async () => {
  await stop();
  rmSync(dir, { recursive: true });
});

test('a program that was started and listens', () => {
  const { code, changes } = diff('1', '2');
  expect(code).toBe(1);
  const [listener] = changes.filter((c) => c.kind === 'listener' && c.identity === `tcp ${ADDRESS}:${port}`);
  expect(listener).toMatchObject({ change: 'added', before: null });
  expect(listener?.after).toContain(`held by ${pids[0]} `);
  expect(changes.filter((c) => c.kind === 'process' && String(c.after).includes(MARK))).toMatchObject([{ change: 'added' }]);
  expect(diff('2', '1', '--only', 'listeners').changes).toContainEqual(
    expect.objectContaining({ change: 'removed', identity: `tcp ${ADDRESS}:${port}` }),
  );
});

test('the same process elsewhere: its directory changed, and nothing else of it', () => {
  const mine = diff('2', '3').changes.filter((c) => text(c).startsWith(`${pids[0]} `) || text(c).includes(`${ADDRESS}:${port}`));
  expect(mine).toEqual([expect.objectContaining({ change: 'changed', kind: 'cwd', before: dir, after: '/' })]);
});

test('a restart is replaced, not removed and added', () => {
  const { changes } = diff('3', '4', '--only', 'process,listener');
  expect(changes).toContainEqual(expect.objectContaining({ change: 'replaced', kind: 'process', before: pids[0], after: pids[1] }));
  const mine = changes.filter((c) => c.identity === `tcp ${ADDRESS}:${port}`);
  expect(mine).toMatchObject([{ change: 'replaced', kind: 'listener' }]);
  expect(mine[0]?.before).toContain(`held by ${pids[0]} `);
  expect(mine[0]?.after).toContain(`held by ${pids[1]} `);
});

test('the captures themselves are no change', () => {
  const own = JSON.parse(coldstat(['query', '-d', db(), '--format', 'json', 'SELECT own_pid FROM captures']).out) as { own_pid: number }[];
  const told = diff('2', '3').changes.map((c) => Number(text(c).split(' ')[0]));
  for (const { own_pid } of own) expect(told).not.toContain(own_pid);
});

test('a capture and itself: nothing, exit 0', () => {
  expect(diff('2', '2')).toMatchObject({ code: 0, changes: [] });
});

test('straight from archives, and the summary', () => {
  const ran = coldstat([
    'diff',
    '--archive',
    join(dir, '3.tar.zst'),
    join(dir, '4.tar.zst'),
    '--summary',
    '--only',
    'listener',
    '--format',
    'json',
  ]);
  expect(ran.code).toBe(1);
  expect(JSON.parse(ran.out)).toMatchObject([{ kind: 'listener', replaced: expect.any(Number) as number }]);
  expect(ran.err).toMatch(/^before: capture 1, .*\nafter: {2}capture 2, /);
});

test.each([
  [['1'], /two captures are compared/],
  [['1', '99'], /no capture is named 99/],
  [['1', '2', '--only', 'procss'], /no kind procss\n {2}kinds: process/],
  [['--archive', 'x'], /two archives are compared/],
])('%j is a mistake', (args, message) => {
  const ran = coldstat(['diff', '-d', db(), ...args]);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toMatch(message);
});

test.each([
  [['diff', '1', '2', '--ignore', '/nope/keys'], 'cannot read /nope/keys: there is no such file'],
  [['baseline', 'check', '/nope/baseline'], 'cannot read /nope/baseline: there is no such file'],
  [['baseline', 'create', '-o', '/dev/null'], 'cannot write /dev/null: it exists already\n  it is never written over'],
  [['timeline', '--host', 'nobodys-host'], 'no capture is of a host nobodys-host\n  coldstat captures'],
  [['timeline', '--pid', '4294967290'], 'no capture shows a process 4294967290\n  coldstat captures'],
])('%j is said in a sentence', ([command = '', ...args], message) => {
  const ran = coldstat([command, '-d', db(), ...args]);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err.startsWith(`coldstat: ${message}`), ran.err).toBe(true);
});
