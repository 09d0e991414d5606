import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capture, coldstat } from '../support/run.ts';

/** Control groups of sockets, by name: as the live ss prints and filters them, from a capture taken while they were there. */

const MOUNT: string | undefined = readFileSync('/proc/self/mountinfo', 'latin1')
  .split('\n')
  .find((line) => / - cgroup2 /.test(line))
  ?.split(' ')[4];
const NAME = `coldstat-${process.pid}`;
const SOCKETS = `
import socket, sys
held = [socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET6)]
for s in held: s.bind(('::1' if s.family == socket.AF_INET6 else '127.0.0.1', 0))
held[0].listen(); held[2].listen()
print(*[s.getsockname()[1] for s in held], flush=True)
sys.stdin.read()
`;

const groups: string[] = [];
const children: ChildProcess[] = [];
let dir: string;
let ports: readonly string[] = [];
const live = new Map<string, string>();
let archive: string;

/** A process in a control group of its own, with sockets; gives their ports. */
async function holder(group: string): Promise<string[]> {
  mkdirSync(group);
  groups.push(group);
  const child = spawn('sh', ['-c', `echo $$ > "$0/cgroup.procs" && exec python3 -c "$1"`, group, SOCKETS], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const { stdout } = child;
  if (stdout === null) throw new Error('no pipe');
  // Read on to the end of the line; the pipe stays open, so that the process does.
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    stdout.on('data', (chunk) => {
      text += String(chunk);
      if (text.endsWith('\n')) resolve(text);
    });
    child.once('exit', () => reject(new Error('the process in the control group ended')));
  });
  return line.trim().split(' ');
}

const FILTERS = (): string[] => [`cgroup ${MOUNT}/${NAME}`, `cgroup = ${MOUNT}/${NAME}/inner`, `cgroup != ${MOUNT}/${NAME}`];
const mine = (text: string): string[] => text.split('\n').filter((line) => ports.some((port) => new RegExp(`:${port} `).test(line)));

beforeAll(async () => {
  if (MOUNT === undefined) return;
  dir = mkdtempSync(join(tmpdir(), 'coldstat-cgroup-'));
  ports = [
    ...(await holder(`${MOUNT}/${NAME}`)),
    ...(await holder(`${MOUNT}/${NAME}/inner`)),
    ...(await holder(`${MOUNT}/${NAME}/two words`)),
  ];
  for (const args of ['-tunap --cgroup', '-tunae', ...FILTERS().map((filter) => `-tuna ${filter}`)]) {
    live.set(args, spawnSync('ss', args.split(' '), { encoding: 'utf8' }).stdout);
  }
  archive = join(dir, 'one.tar.zst');
  capture(['--netlink', '-o', archive], { timeout: 120_000 });
}, 180_000);
afterAll(async () => {
  for (const child of children) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.kill('SIGKILL')) await ended;
  }
  for (const group of groups.reverse()) rmdirSync(group);
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
});

function ours(args: string): string {
  const { code, out, err } = coldstat(['ss', '--archive', archive, ...args.split(' ')]);
  expect(code, err).toBe(0);
  return out;
}

/** Blanks at the end and the width of the columns depend on all other sockets of the machine. */
const cells = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll(/ +/g, ' ').trim()).sort();

test.skipIf(MOUNT === undefined)('ss --cgroup and -e print the path, as the live one does', { timeout: 120_000 }, () => {
  for (const args of ['-tunap --cgroup', '-tunae']) {
    const real = cells(mine(live.get(args) ?? ''));
    expect(real.filter((line) => line.includes(`cgroup:/${NAME}`))).toHaveLength(9);
    expect(cells(mine(ours(args)))).toEqual(real);
  }
});

test.skipIf(MOUNT === undefined)('an expression takes the path of the host', { timeout: 180_000 }, () => {
  for (const filter of FILTERS()) {
    const real = cells(mine(live.get(`-tuna ${filter}`) ?? ''));
    expect(real.length, filter).toBe(filter.includes('!=') ? 6 : 3);
    expect(cells(mine(ours(`-tuna ${filter}`))), filter).toEqual(real);
  }
});

test.skipIf(MOUNT === undefined)('a group that is not there is refused as ss does', { timeout: 60_000 }, () => {
  const path = `${MOUNT}/${NAME}/none`;
  const real = spawnSync('ss', ['-tan', 'cgroup', path], { encoding: 'utf8' });
  const { code, err } = coldstat(['ss', '--archive', archive, '-tan', 'cgroup', path]);
  expect(real.stderr).toContain(`Cannot parse cgroup ${path}.`);
  expect([code, err]).toEqual([real.status, real.stderr]);
});
