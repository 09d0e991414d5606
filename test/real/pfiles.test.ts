import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** pfiles of the processes that the scenario made: every field against what the scenario itself reported. */

let scene: Scene;
let archive: string;

beforeAll(async () => {
  scene = await startScene(['tcp', 'files', 'unix']);
  archive = scene.capture('pfiles').archive;
});
afterAll(async () => {
  await scene?.stop();
});

function pfiles(...args: readonly string[]): string {
  const ran = coldstat(['pfiles', '--archive', archive, '--quiet-ledger', ...args]);
  expect(ran.code, ran.err).toBe(0);
  return ran.out;
}

/** The lines of one descriptor. */
function descriptor(text: string, fd: number | undefined): string {
  const blocks = text.split(/\n(?= *\d+: )/);
  return blocks.find((b) => b.trimStart().startsWith(`${fd}: `)) ?? '';
}

test('a listening socket: type, names, the option its table proves, and that others are unknown', () => {
  const made = scene.one('tcp-listen');
  const block = descriptor(pfiles(String(made.pid)), made.fd);
  expect(block).toMatch(new RegExp(`S_IFSOCK mode:0777 dev:0,\\d+ ino:${made.inode} uid:0 gid:0 size:0\n {6}O_RDWR`));
  expect(block).toContain('\tSOCK_STREAM\n\tSO_ACCEPTCONN\n\t(other socket options not captured)\n');
  expect(block).toContain(`\tsockname: AF_INET ${made.local?.[0]}  port: ${made.local?.[1]}`);
  expect(block).not.toContain('peername');
});

test('profiles differ where their systems do', () => {
  const { pid, fd } = scene.one('tcp-listen');
  expect(pfiles(String(pid))).toMatch(new RegExp(`^${pid}:\t.*\n  Current rlimit: \\d+ file descriptors\n`));
  expect(descriptor(pfiles('--compat', 'pfiles=stap', String(pid)), fd)).toMatch(/rdev:0,0\n {6}O_RDWR.*\n {6}socket:\[\d+\]\n/);
  expect(pfiles('-n', String(pid))).not.toContain('O_RDWR');
});

test('a process that is not there: one line, exit 1', () => {
  const ran = coldstat(['pfiles', '--archive', archive, '--quiet-ledger', '4194304']);
  expect(ran.code).toBe(1);
  expect(ran.err).toBe('pfiles: cannot examine 4194304: no such process\n');
  expect(ran.out).toBe('');
});

test('one JSON object a descriptor, unknown is null', () => {
  const { pid, inode } = scene.one('tcp-listen');
  const rows = JSON.parse(pfiles('--format', 'json', String(pid))) as { ino: string; socket_type: string; peername: string | null }[];
  expect(rows.find((r) => r.ino === String(inode))).toMatchObject({ socket_type: 'SOCK_STREAM', type: 'S_IFSOCK', peername: null });
});
