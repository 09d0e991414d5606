import { describe, expect, it } from 'vitest';
import { loaded } from '../../../../test/support/loaded.ts';
import { isPlausible, ownerOf } from './source-book.ts';

describe('names of entries', () => {
  it.each([
    ['proc/12/stat', 12, null],
    ['proc/12/task/13/fd.list', 12, 13],
    ['proc/12/task.pack', 12, null],
    ['proc/net/tcp', null, null],
    ['proc/012/stat', null, null],
    ['proc/12/task/013/fd.list', null, null],
    ['proc/99999999999/stat', null, null],
  ])('%s', (path, pid, tid) => expect(ownerOf(path)).toEqual({ pid, tid }));

  it.each([
    ['proc/12/stat', true],
    ['proc/net/tcp', true],
    ['etc/passwd', true],
    ['proc/012/stat', false],
    ['proc/99999999999/stat', false],
    ['proc/12/task/013/fd.list', false],
  ])('%s can be the kernel’s: %s', (path, yes) => expect(isPlausible(path)).toBe(yes));

  it('with strange numbers neither mix with a process nor keep others from being read', async () => {
    const stat = (pid: number): string => `${pid} (x) S 1 ${'1 '.repeat(48)}0\n`;
    const db = await loaded({
      files: { 'proc/99999999999/stat': stat(1), 'proc/007/stat': stat(7), 'proc/007/cmdline': 'evil\0', 'proc/7/stat': stat(7) },
    });
    expect(db.all('SELECT pid, name, cmdline FROM processes')).toEqual([{ pid: 7, name: 'x', cmdline: null }]);
    expect(db.all('SELECT path FROM sources WHERE parser IS NULL ORDER BY path')).toEqual([
      { path: 'proc/007/cmdline' },
      { path: 'proc/007/stat' },
      { path: 'proc/99999999999/stat' },
    ]);
  });
});
