import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveParts, makeArchive } from '../support/archive.ts';
import { coldstat, nodeArguments, type Ran } from '../support/run.ts';

const ROW = (i: number): string =>
  `${String(i).padStart(4)}: 0100007F:${(i & 0xffff).toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${10_000 + i} 1 0000000000000000 100 0 0 10 0`.padEnd(
    149,
  );
const TCP = (rows: number): string =>
  `${['  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'.padEnd(149), ...Array.from({ length: rows }, (_, i) => ROW(i))].join('\n')}\n`;
const SMALL: ArchiveParts = { files: { 'proc/net/tcp': TCP(3), 'proc/7/cmdline': 'a\x1b[31m\0b\0' } };
const OTHER: ArchiveParts = { ...SMALL, header: { capture_id: '7f9fd5a4-0000-4000-8000-000000000002', host: { nodename: 'db1' } } };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-load-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function archive(name: string, parts: ArchiveParts): Promise<string> {
  writeFileSync(join(dir, name), await makeArchive(parts));
  return name;
}

function run(...args: string[]): Ran {
  return coldstat(args, { cwd: dir });
}

function caseHash(): string {
  return createHash('sha256')
    .update(readFileSync(join(dir, 'case.db')))
    .digest('hex');
}

function rows(sql: string): unknown {
  return JSON.parse(run('query', '--format', 'json', sql).out);
}

describe('coldstat load', () => {
  it('loads archives, and the same one twice changes nothing and says so', async () => {
    const [a, b] = [await archive('a.tar.zst', SMALL), await archive('b.tar.zst', OTHER)];
    const first = run('load', a, b);
    expect(first.err).toBe('');
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/^a\.tar\.zst: capture 1, web1 at 2026-09-21T14:13:20Z: .*3 sockets.*\nb\.tar\.zst: capture 2, db1 at .*\n$/);
    const before = caseHash();
    const again = run('load', b, a);
    expect([again.code, again.err]).toEqual([0, '']);
    expect(again.out).toBe(
      'b.tar.zst: in the case already as capture 2, nothing changed\na.tar.zst: in the case already as capture 1, nothing changed\n',
    );
    expect(caseHash()).toBe(before);
  });

  it('says in one line what is no archive, loads the others, and makes no case for nothing', async () => {
    writeFileSync(join(dir, 'notes.txt'), 'no archive at all\n'.repeat(100));
    const nothing = run('load', 'notes.txt');
    expect([nothing.code, nothing.out]).toEqual([2, '']);
    expect(nothing.err).toMatch(/^coldstat: .*notes\.txt.*\n$/);
    expect(existsSync(join(dir, 'case.db'))).toBe(false);
    const mixed = run('load', 'notes.txt', await archive('a.tar.zst', SMALL), 'absent');
    expect(mixed.code).toBe(2);
    expect(mixed.out).toMatch(/^a\.tar\.zst: capture 1, /);
    const before = caseHash();
    expect(run('load', 'notes.txt').code).toBe(2);
    expect(caseHash()).toBe(before);
  });

  it('takes a damaged archive as far as it goes, and says that first', async () => {
    const whole = await makeArchive({ files: { 'proc/net/tcp': TCP(3), 'proc/net/udp': TCP(5000) }, compress: 'none' });
    writeFileSync(join(dir, 'cut.tar'), whole.subarray(0, 100_000));
    const { code, out, err } = run('load', 'cut.tar');
    expect(code).toBe(1);
    expect(err).toMatch(/^coldstat: cut\.tar: (the capture was cut off|damaged)/);
    expect(out).toMatch(/^cut\.tar: capture 1, .*3 sockets/);
    expect(rows('SELECT complete FROM captures')).toEqual([{ complete: 0 }]);
  });

  it('loads what was altered and says so', async () => {
    const tar = await makeArchive({ ...SMALL, compress: 'none' });
    tar.write('9', tar.indexOf('0100007F:0001'));
    writeFileSync(join(dir, 'a.tar'), tar);
    const { code, err } = run('load', 'a.tar');
    expect(code).toBe(1);
    expect(err).toMatch(/altered/);
    expect(
      rows("SELECT DISTINCT s.path FROM problems JOIN sources s USING (capture_id, source_id) WHERE code = 'archive-altered'"),
    ).toEqual([{ path: 'proc/net/tcp' }]);
  });

  it('killed in the middle leaves nothing of the archive and the rest whole', async () => {
    expect(run('load', await archive('a.tar.zst', SMALL)).code).toBe(0);
    // More than the page cache holds, so that pages of the unfinished load stand in the file.
    const big = await makeArchive({ ...OTHER, files: { 'proc/net/tcp': TCP(750_000), 'proc/net/udp': TCP(10_000) }, compress: 'none' });
    const child = spawn(process.execPath, [...nodeArguments('coldstat.mjs'), 'load', '-'], {
      cwd: dir,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const ended = once(child, 'exit');
    child.stdin.on('error', () => {});
    child.stdin.write(big.subarray(0, big.length - 1_000_000));
    const journal = join(dir, 'case.db-journal');
    const size = (): number => statSync(join(dir, 'case.db')).size;
    for (let i = 0; i < 600 && size() < 4_000_000; i++) await new Promise((r) => setTimeout(r, 50));
    expect(size()).toBeGreaterThan(4_000_000);
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(journal)).toBe(true);
    const list = run('captures', '--format', 'json');
    expect(list.err).toBe('');
    expect((JSON.parse(list.out) as { id: number; host: string }[]).map(({ id, host }) => [id, host])).toEqual([[1, 'web1']]);
    expect(rows('SELECT count(*) AS n FROM sockets_inet')).toEqual([{ n: 3 }]);
    expect(run('load', await archive('b.tar.zst', OTHER)).out).toMatch(/capture 2, db1/);
  });

  it('takes standard input, a compressed one too', async () => {
    const { code, out } = coldstat(['load', '-', '-d', 'x.db'], { cwd: dir, input: await makeArchive(SMALL) });
    expect(code).toBe(0);
    expect(out).toMatch(/^-: capture 1, web1/);
  });

  it('takes a tree that mirrors /', () => {
    const proc = join(dir, 'tree/proc');
    mkdirSync(join(proc, 'net'), { recursive: true });
    mkdirSync(join(proc, '42/fd'), { recursive: true });
    mkdirSync(join(dir, 'tree/etc'));
    writeFileSync(join(dir, 'tree/etc/hostname'), 'web9\n');
    writeFileSync(join(proc, 'net/tcp'), TCP(2));
    writeFileSync(join(proc, '42/stat'), `42 (x) S 1 ${'1 '.repeat(48)}0\n`);
    symlinkSync('socket:[10001]', join(proc, '42/fd/3'));
    const { code, out, err } = run('load', 'tree');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^tree: capture 1, web9 at -: 1 processes, 1 descriptors, 2 sockets/);
    expect(rows('SELECT kind, host, byte_order FROM captures')).toEqual([{ kind: 'directory', host: 'web9', byte_order: 'little' }]);
    expect(rows('SELECT pid, address, port FROM listening_ports WHERE pid IS NOT NULL')).toEqual([
      { pid: 42, address: '127.0.0.1', port: 1 },
    ]);
    expect(run('load', 'tree').out).toMatch(/nothing changed/);
  });

  it('does not load into a file that is somebody else’s', async () => {
    writeFileSync(join(dir, 'case.db'), 'my notes\n'.repeat(100));
    const { code, err } = run('load', await archive('a.tar.zst', SMALL));
    expect(code).toBe(2);
    expect(err).toMatch(/^coldstat: .*not a coldstat case file\n$/);
    expect(readFileSync(join(dir, 'case.db'), 'utf8')).toBe('my notes\n'.repeat(100));
  });
});

describe('coldstat raw', () => {
  it('shows the bytes of a row with their hash, and nothing that a terminal would obey', async () => {
    run('load', await archive('a.tar.zst', SMALL));
    const hash = createHash('sha256').update(TCP(3)).digest('hex');
    const line = run('raw', 'proc/net/tcp:3');
    expect(line.code).toBe(0);
    expect(line.out).toContain(hash);
    expect(line.out).toContain('as it was loaded, as the log of the capture says');
    expect(line.out).toContain('line     3: bytes 300 to 450 of 600');
    expect(line.out).toContain('0100007F:0001');
    const hostile = run('raw', 'proc/7/cmdline');
    expect(hostile.out).toContain('a\\x1b[31m\\x00b\\x00');
    expect(hostile.out).not.toContain('\x1b');
    expect(run('raw', '--bytes', 'proc/net/tcp').outBytes.toString()).toBe(TCP(3));
    expect(run('raw', '--source', '1', '--line', '3').out).toBe(line.out);
  });

  it('says when the archive is gone, moved or another one', async () => {
    run('load', await archive('a.tar.zst', SMALL));
    renameSync(join(dir, 'a.tar.zst'), join(dir, 'moved.tar.zst'));
    const gone = run('raw', 'proc/net/tcp:2');
    expect([gone.code, gone.out]).toEqual([2, '']);
    expect(gone.err).toMatch(/no longer at .*a\.tar\.zst/);
    expect(run('raw', '-d', 'case.db', '--archive', 'moved.tar.zst', 'proc/net/tcp:2').out).toContain('as it was loaded');
    await archive('a.tar.zst', { ...SMALL, files: { ...SMALL.files, 'proc/net/tcp': TCP(4) } });
    const other = run('raw', 'proc/net/tcp:2');
    expect(other.code).toBe(1);
    expect(other.out).toContain('NOT the bytes that were loaded');
    expect(other.out).toContain('NOT as it was loaded');
  });

  it.each([
    [['proc/net/udp'], /has no source/],
    [['proc/net/tcp:9'], /has 4 lines, not 9/],
    [['proc/net/tcp:0'], /no line 0/],
    [['proc/net/tcp', '--source', '1'], /give a handle, a path or --source/],
    [['proc/9/maps'], /has no bytes: EACCES/],
  ])('%j is refused', async (args, message) => {
    run('load', await archive('a.tar.zst', { ...SMALL, refused: [{ path: 'proc/9/maps', errno: 'EACCES' }] }));
    const { code, err } = run('raw', ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('captures, problems, schema', () => {
  it('list what there is', async () => {
    await archive('a.tar.zst', { files: { 'proc/7/limits': 'rubbish \x1b[2J\n' } });
    run('load', 'a.tar.zst', await archive('b.tar.zst', OTHER));
    expect((JSON.parse(run('captures', '--format', 'json').out) as { host: string }[]).map((c) => c.host)).toEqual(['web1', 'db1']);
    const problems = run('problems', '--capture', 'web1');
    expect(problems.out).toContain('line-form');
    expect(problems.out).toContain('rubbish \\x1b[2J');
    expect(run('problems', '--capture', 'web1', '--code', 'line-columns', '--format', 'json').out.trim()).toMatch(/^\[\s*\]$/);
    expect(run('problems', '--code', 'line-from').err).toMatch(/line-form/);
    expect(run('captures', '--capture', 'nobody').err).toMatch(/no capture is named nobody/);
  });

  it('answer straight from an archive', async () => {
    const { out, code } = run('captures', '--archive', await archive('a.tar.zst', SMALL), '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ host: 'web1', sockets: 3 }]);
    expect(existsSync(join(dir, 'case.db'))).toBe(false);
  });

  it('tell of tables without a case', () => {
    expect(run('schema').out).toContain('process_open_sockets');
    expect(run('schema', 'fds').out).toContain('socket_inode');
    expect(run('schema', 'fds', '--sql').out).toMatch(/^CREATE TABLE "fds" \([^;]*\) STRICT;\nCREATE INDEX/);
    const unknown = run('schema', 'fdz');
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toMatch(/no table fdz\n.*fds/);
  });

  it('open a case that nobody may write to', async () => {
    run('load', await archive('a.tar.zst', SMALL));
    chmodSync(join(dir, 'case.db'), 0o444);
    chmodSync(dir, 0o555);
    const { code, out } = run('captures');
    chmodSync(dir, 0o755);
    expect(code).toBe(0);
    expect(out).toContain('web1');
  });
});
