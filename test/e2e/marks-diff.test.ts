import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeArchive } from '../support/archive.ts';
import { coldstat } from '../support/run.ts';

/** A difference bears the marks of its rows and the handles of their bytes. */

const HEAD = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
const row = (inode: number, name: string): string =>
  `0000000000000000: 00000002 00000000 00010000 0001 01 ${String(inode).padStart(5)} ${name}\n`;
const stat = (pid: number, name: string): string => `${pid} (${name}) S 1 ${pid} ${pid} 0 -1 0 ${'0 '.repeat(12)}500 ${'0 '.repeat(29)}0\n`;
const PROTOCOLS = 'protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re sp bi br ha uh gp em\n';
const UNIX = 'UNIX      1024      2     -1   NI       0   yes  kernel      n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n\n';

let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-marks-'));
  const before = {
    'proc/net/unix': HEAD + row(10, '/run/a') + row(11, '/run/b'),
    'proc/net/protocols': PROTOCOLS + UNIX,
    'proc/7/stat': stat(7, 'work'),
  };
  const after = {
    ...before,
    'proc/net/unix': HEAD + row(10, '/run/a') + row(11, '/run/b') + row(4242, '/run/forged'),
    'proc/8/stat': stat(8, '[kworker/0:1]'),
    'proc/8/cmdline': 'x\0',
  };
  const write = async (name: string, files: Record<string, string>, uuid: string): Promise<void> =>
    writeFileSync(join(dir, name), await makeArchive({ files, header: { capture_id: `6f9fd5a4-0000-4000-8000-00000000000${uuid}` } }));
  await write('before.tar.zst', before, '1');
  await write('after.tar.zst', after, '2');
  expect(coldstat(['load', 'before.tar.zst', 'after.tar.zst'], { cwd: dir }).err).toBe('');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Row = Readonly<Record<string, string | null>>;

test('in rows and behind the lines for people', () => {
  const ran = coldstat(['diff', '1', '2', '--format', 'json'], { cwd: dir });
  const changes = JSON.parse(ran.out) as Row[];
  const listener = changes.find((c) => c['kind'] === 'listener');
  expect(listener).toMatchObject({
    identity: 'unix /run/forged',
    before_handle: null,
    before_marks: null,
    after_marks: 'unix-continuation',
  });
  const process = changes.find((c) => c['kind'] === 'process');
  expect(process).toMatchObject({ change: 'added', after_marks: 'fake-kernel-thread' });
  const bytes = coldstat(['raw', String(listener?.['after_handle']), '--bytes'], { cwd: dir });
  expect(bytes.out).toBe(row(4242, '/run/forged'));
  const text = coldstat(['diff', '1', '2'], { cwd: dir }).out;
  expect(text).toMatch(/^ {2}\+ inode 4242.* \(may be forged by the name of another socket\)$/m);
  expect(text).toMatch(/^ {2}\+ x \(named as a kernel thread and is none\)$/m);
});
