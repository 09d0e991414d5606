import { describe, expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import type { Value } from '../render/value.ts';
import type { Change } from './change.ts';
import { differences } from './diff.ts';
import { sideOf } from './side.ts';

type Row = Readonly<Record<string, Value>>;

const process = (pid: number, name: string, more: Row = {}): Row => {
  return {
    pid,
    name,
    start_ticks: pid * 10,
    pid_ns: 2,
    parent: 1,
    path: `/bin/${name}`,
    cmdline: name,
    uid: 0,
    euid: 0,
    kernel_thread: 0,
    ...more,
  };
};

/** Changes of processes between two captures of one boot, or of two. */
function compared(before: Record<string, Row[]>, after: Record<string, Row[]>, boots: readonly string[] = ['b', 'b']): Change[] {
  const sides = [before, after];
  const rows: Record<string, Row[]> = {
    captures: boots.map((boot_id, i) => ({
      capture_id: i + 1,
      kind: 'coldstat',
      complete: 1,
      host: 'h',
      boot_id,
      started_ns: i,
      own_mnt_ns: 3,
    })),
  };
  for (const table of new Set(sides.flatMap((side) => Object.keys(side))))
    rows[table] = sides.flatMap((side, i) => (side[table] ?? []).map((row) => ({ ...row, capture_id: i + 1 })));
  const db = testCase(rows as TestRows);
  const found = [...differences(db, sideOf(db, 1), sideOf(db, 2), new Set(['process', 'exe', 'cwd']))];
  db.close();
  return found;
}

const said = (changes: readonly Change[]): string[] =>
  changes.map((c) => `${c.change} ${c.kind} ${c.identity}${c.field === null ? '' : ` ${c.field}`} | ${c.about}`);

describe('what is said about a process', () => {
  const init = process(1, 'init');

  test('who it runs as, under whom, from which file, with which libraries', () => {
    const after = {
      processes: [init, process(7, 'x', { uid: 33, euid: 0, parent: 1, path: '/tmp/x (deleted)', container_id: 'c0ffee' })],
      users: [
        { name: 'www', uid: 33, source_id: 1, line: 2 },
        { name: 'second', uid: 33, source_id: 1, line: 3 },
      ],
      process_environ: [
        { pid: 7, env_index: 0, name: 'PATH', value: '/bin' },
        { pid: 7, env_index: 1, name: 'LD_AUDIT', value: '' },
        { pid: 7, env_index: 2, name: 'LD_PRELOAD', value: '/tmp/a.so' },
        { pid: 7, env_index: 3, name: 'LD_LIBRARY_PATH', value: '/tmp/my libs' },
        { pid: 1, env_index: 0, name: 'LD_PRELOAD', value: '/lib/b.so' },
      ],
    };
    const about =
      'uid=33 user=www euid=0 parent=1 parent_name=init exe="/tmp/x (deleted)" container=c0ffee LD_PRELOAD=/tmp/a.so LD_LIBRARY_PATH="/tmp/my libs"';
    expect(said(compared({ processes: [init] }, after))).toEqual([`added process 7 x | ${about}`]);
    expect(said(compared(after, { processes: [init] }))).toEqual([`removed process 7 x | ${about}`]);
  });

  test('nothing that is not known; a kernel thread has no file', () => {
    const unknown = process(7, 'x', { uid: null, euid: null, parent: null, path: null, path_errno: 'EACCES' });
    const thread = process(8, 'kworker/0:0', { kernel_thread: 1, parent: 2, path: null, path_errno: 'ENOENT', cmdline: null });
    const silent = process(9, 'y', { uid: null, euid: null, parent: null, path: null });
    expect(said(compared({ processes: [init] }, { processes: [init, unknown, thread, silent] }))).toEqual([
      'added process 7 x | exe_errno=EACCES',
      'added process 8 kworker/0:0 | uid=0 parent=2',
      'added process 9 y | null',
    ]);
  });

  test('a name cannot write the next answer', () => {
    const path = '/tmp/x uid=0 exe=/bin/"su"';
    const [change] = compared({ processes: [init] }, { processes: [init, process(7, 'x', { uid: 5, euid: 5, path })] });
    expect(change?.about).toBe('uid=5 parent=1 parent_name=init exe="/tmp/x uid=0 exe=/bin/""su"""');
    const bytes = Buffer.from([0x2f, 0x20, 0xff]);
    const [raw] = compared({ processes: [init] }, { processes: [init, process(7, 'x', { path: bytes })] });
    expect(Buffer.from(raw?.about as Uint8Array).toString('latin1')).toBe('uid=0 parent=1 parent_name=init exe="/ \xff"');
  });

  test('as it is now, where it changed; of other things nothing', () => {
    const changes = compared({ processes: [init, process(7, 'x')] }, { processes: [init, process(7, 'x', { uid: 5 })] });
    expect(said(changes)).toEqual(['changed process 7 x uid | uid=5 euid=0 parent=1 parent_name=init exe=/bin/x']);
  });
});

describe('the executable of a process that stayed', () => {
  const run = (before: Row, after: Row, hashes: readonly (readonly Row[])[] = [[], []], boots?: readonly string[]): string[] =>
    compared(
      { processes: [process(7, 'x', before)], executables: [...(hashes[0] ?? [])] },
      { processes: [process(7, 'x', after)], executables: [...(hashes[1] ?? [])] },
      boots,
    ).map((c) => `${c.change} ${c.kind} ${c.field}: ${c.before} -> ${c.after}`);
  const file = { exe_dev: '8:1', exe_ino: 5 };
  const hash = (sha256: string, more: Row = {}): Row => ({ dev: '8:1', inode: 5, sha256, truncated: 0, ...more });

  test('was deleted, or another was put in its place', () => {
    expect(run(file, { ...file, path: '/bin/x (deleted)', path_deleted: 1 })).toEqual(['changed exe deleted: 0 -> 1']);
    expect(run(file, { exe_dev: '0:1', exe_ino: 9, path: '/memfd:x (deleted)' })).toEqual([
      'changed exe path: /bin/x -> /memfd:x',
      'changed exe deleted: 0 -> 1',
      'changed exe file: 8:1 5 -> 0:1 9',
    ]);
    expect(run(file, { ...file, exe_ino: 6 })).toEqual(['changed exe file: 8:1 5 -> 8:1 6']);
  });

  test('was written over, where both captures have hashes of it', () => {
    expect(run(file, file, [[hash('aa')], [hash('bb')]])).toEqual(['changed exe sha256: aa -> bb']);
    expect(run(file, file, [[hash('aa')], [hash('aa')]])).toEqual([]);
    expect(run(file, file, [[hash('aa')], []])).toEqual([]);
    expect(run(file, file, [[hash('aa')], [hash('bb', { truncated: 1 })]])).toEqual([]);
    const deleted = { ...file, path: '/bin/x (deleted)' };
    expect(
      run(deleted, deleted, [[hash('aa', { dev: null, inode: null, pid: 7 })], [hash('bb', { dev: null, inode: null, pid: 7 })]]),
    ).toEqual(['changed exe sha256: aa -> bb']);
  });

  test('is another one in a program that was started again: within one boot by file and hash, across boots by hash', () => {
    const again = { ...file, start_ticks: 99 };
    expect(run(file, again)).toEqual(['replaced process pid: 7 -> 7']);
    expect(run(file, { ...again, exe_ino: 6 })).toEqual(['replaced process pid: 7 -> 7', 'changed exe file: 8:1 5 -> 8:1 6']);
    const hashes = [[hash('aa')], [hash('bb', { inode: 6 })]];
    expect(run(file, { ...file, exe_ino: 6 }, hashes, ['b', 'c'])).toEqual(['changed exe sha256: aa -> bb']);
    expect(run(file, { ...file, exe_ino: 6 }, [[], []], ['b', 'c'])).toEqual([]);
  });
});
