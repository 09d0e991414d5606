import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Failure } from './attempt.ts';
import { takeFile, takeLink, takeSmall, takeTable, takeWhole } from './take.ts';

const directory = mkdtempSync(join(tmpdir(), 'coldstat-take-'));
const file = join(directory, 'file');
afterAll(() => rmSync(directory, { recursive: true }));

function bytes(n: number): Buffer {
  const body = Buffer.from(Array.from({ length: n }, (_, i) => i % 251));
  writeFileSync(file, body);
  return body;
}

// The scratch buffer is 256 KiB: sizes around it, and around the cap.
test.each([0, 1, 4096, 262_143, 262_144, 262_145, 524_288, 600_000])('a file of %i bytes is taken whole', (n) => {
  const body = bytes(n);
  expect(takeFile(file, 1 << 20, 1000)).toEqual({ body });
  expect(takeFile(file, Math.max(n, 1), 1000)).toEqual({ body });
  expect(takeWhole(file, 1 << 20, 1000)).toEqual({ body });
});

test.each([
  [10, 9],
  [262_145, 262_144],
  [600_000, 262_144],
  [600_000, 599_999],
])('of %i bytes a cap of %i leaves the first so many, and says so', (n, cap) => {
  const body = bytes(n);
  expect(takeFile(file, cap, 1000)).toEqual({ body: body.subarray(0, cap), limit: 'bytes' });
});

test('a file without end is cut by time', () => {
  const taken = takeFile('/dev/zero', Number.MAX_SAFE_INTEGER, 30);
  expect(taken).toMatchObject({ limit: 'time' });
});

test('the watchdog hears of progress in a long read', () => {
  let ticks = 0;
  bytes(600_000);
  takeFile('/dev/zero', 64 << 20, 10_000, undefined, () => ticks++);
  expect(ticks).toBeGreaterThan(10);
});

test('what cannot be read is its errno', () => {
  expect(takeFile(join(directory, 'none'), 10, 10)).toEqual(new Failure('ENOENT'));
  expect(takeFile(directory, 10, 10)).toEqual(new Failure('EISDIR'));
  expect(takeSmall(directory, 10)).toEqual(new Failure('EISDIR'));
  expect(takeLink(directory)).toEqual(new Failure('EINVAL'));
});

test.each(['stat', 'status', 'comm', 'cgroup', 'loginuid', 'sessionid', 'limits', 'wchan'])('%s of a process needs one read', (name) => {
  // Of a process that stands still: init of this machine.
  const same = (taken: ReturnType<typeof takeFile>): unknown =>
    taken instanceof Failure ? taken : taken.body.length > 0 && lines(taken.body);
  expect(same(takeWhole(`/proc/1/${name}`, 1 << 20, 1000))).toEqual(same(takeFile(`/proc/1/${name}`, 1 << 20, 1000)));
});

function lines(body: Buffer): number {
  return body.toString('latin1').split('\n').length;
}

test('a process that ended answers ESRCH, and is never another one', async () => {
  const child = spawn('sleep', ['60']);
  const before = process.cwd();
  process.chdir(`/proc/${child.pid}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const stat = takeSmall('stat', 4096);
  process.chdir(before);
  expect(stat).toEqual(new Failure('ESRCH'));
});

test('links are bytes', () => {
  const link = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff, 0x0a, 0x1b])]);
  execFileSync('python3', ['-c', 'import os,sys; os.symlink(b"\\xfe\\n\\x1b[0m", os.fsencode(sys.argv[1]))', join(directory, 'odd')]);
  expect(takeLink(join(directory, 'odd'))).toBe('\xfe\n\x1b[0m');
  expect(takeLink(link)).toEqual(new Failure('ENOENT'));
});

test('a small file larger than the buffer is still whole', () => {
  const body = bytes(300_000);
  expect(takeSmall(file, 1 << 20)).toBe(body.toString('latin1'));
});

test('a table of several pages is taken to its last row', async () => {
  // 80 rows of 150 bytes are three pages: wherever the last read ends, all rows must be there.
  const servers = Array.from({ length: 80 }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const missing = (taken: ReturnType<typeof takeTable>): number => {
    const text = taken instanceof Failure ? '' : taken.body.toString('latin1');
    const ports = servers.map((server) => (server.address() as AddressInfo).port.toString(16).toUpperCase().padStart(4, '0'));
    return ports.filter((port) => !text.includes(` 0100007F:${port} 00000000:0000 0A `)).length;
  };
  for (let open = servers.length; open > 0; open -= 10) {
    expect(missing(takeTable('/proc/self/net/tcp', 1 << 26, 5000)), `${open} listeners`).toBe(0);
    const closing = servers.splice(0, 10);
    await Promise.all(closing.map((server) => once(server.close(), 'close')));
  }
});
