import { expect, test } from 'vitest';
import { Gathered } from './gathered.ts';
import { mappedFiles, mappedLine } from './maps.ts';

test('distinct files of a maps body, and nothing else', () => {
  const maps = [
    '5645b5e5e000-5645b5e60000 r--p 00000000 fe:00 260386                     /usr/bin/head',
    '5645b5e60000-5645b5e66000 r-xp 00002000 fe:00 260386                     /usr/bin/head',
    '08048000-08049000 r-xp 00000000 103:1f 18446744073709551615              /a b\\012c (deleted)',
    '5645bc11e000-5645bc13f000 rw-p 00000000 00:00 0                          [heap]',
    '7f48a927a000-7f48a92d1000 rw-p 00000000 00:00 0 ',
    'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]',
    '7f48a927a000-7f48a92d1000 rw-s 00000000 00:01 1024                       /memfd:x (deleted)',
    'nonsense',
  ].join('\n');
  expect([...mappedFiles(maps).values()]).toEqual([
    { name: 'fe:00:260386', dev: '254:0', range: '5645b5e5e000-5645b5e60000', path: '/usr/bin/head' },
    { name: '103:1f:18446744073709551615', dev: '259:31', range: '8048000-8049000', path: '/a b\\012c (deleted)' },
    { name: '00:01:1024', dev: '0:1', range: '7f48a927a000-7f48a92d1000', path: '/memfd:x (deleted)' },
  ]);
});

const FILE = { name: '00:32:5', dev: '0:50', range: '1000-2000', path: '/mnt/x\ty' };

test('a file on a device that is not local is not asked', () => {
  expect(mappedLine(FILE, '/proc/self/map_files/', false, null, true)).toEqual({ line: '00:32:5\t-\t-\t>/mnt/x\\x09y\n', gone: false });
});

test('a mapping that has ended tells nothing of its file: the answer of another process that maps it takes its place, in either order', async () => {
  const gone = mappedLine(FILE, '/proc/self/map_files/', true, null, true);
  expect(gone).toEqual({ line: '00:32:5\t-\t!ENOENT\t>/mnt/x\\x09y\n', gone: true });
  const there = '00:32:5\t-\t100644,1,0,0,0:50,5,0:0,9\t>/mnt/x\\x09y\n';
  for (const lines of [
    [gone.line, there],
    [there, gone.line],
  ]) {
    const gathered = new Gathered();
    for (const line of lines) gathered.found({ t: 'done', mapped: [[FILE.name, line]] });
    const written: unknown[] = [];
    const intake = { gathered: async (path: string, parts: ReadonlyMap<string, string>) => void written.push(path, [...parts.values()]) };
    await gathered.write(intake, 'proc/mapped.list');
    expect(written).toEqual(['proc/mapped.list', [there]]);
  }
});
