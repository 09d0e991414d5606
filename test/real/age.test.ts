import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seal } from '../../packages/capture/src/encrypt.ts';
import { readCaptured } from '../support/captured.ts';
import { capture, coldstat } from '../support/run.ts';

const dir = mkdtempSync(join(tmpdir(), 'coldstat-age-'));
const at = (name: string): string => join(dir, name);
const recipients: Record<string, string> = {};

/** The real tool. */
function age(args: readonly string[], input: Buffer | string = ''): { code: number | null; out: Buffer; err: string } {
  const { status, stdout, stderr } = spawnSync('age', args, { cwd: dir, input, timeout: 20_000, maxBuffer: 1 << 28 });
  return { code: status, out: stdout, err: stderr.toString('utf8') };
}

const to = (name: string): string => recipients[name] ?? '';

beforeAll(() => {
  for (const name of ['alice', 'bob', 'mallory']) {
    expect(spawnSync('age-keygen', ['-o', at(name)], { timeout: 20_000 }).status).toBe(0);
    recipients[name] = spawnSync('age-keygen', ['-y', at(name)], { encoding: 'utf8', timeout: 20_000 }).stdout.trim();
  }
});
afterAll(() => rmSync(dir, { recursive: true }));

it.each(['zstd', 'none'])(
  'the real age decrypts an archive (%s), and it is whole; the hash told is that of the file as it is stored',
  async (compress) => {
    const file = at(`${compress}.age`);
    const { code, err } = capture(['-o', file, '--compress', compress, '--encrypt-to', to('alice')], { timeout: 100_000 });
    expect(code, err).toBeLessThan(2);
    const told = /sha256 +([0-9a-f ]+)\n/.exec(err)?.[1]?.replaceAll(' ', '');
    expect(told).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const plain = age(['-d', '-i', 'alice', file]);
    expect(plain.code, plain.err).toBe(0);
    writeFileSync(at(`${compress}.tar`), plain.out);
    const { problems, manifest, header } = await readCaptured(at(`${compress}.tar`));
    expect(problems).toEqual([]);
    expect(manifest).not.toBeNull();
    expect(header.options['encrypt_to']).toEqual([to('alice')]);
    expect(coldstat(['verify', '-'], { input: plain.out }).out).toMatch(/^standard input: good/);
  },
  200_000,
);

it('to standard output, for each of several recipients, of the command line and of a list; nobody else', async () => {
  writeFileSync(at('list'), `# friends\n\n${to('bob')}\n`);
  const { outBytes } = capture(['-o', '-', '--quiet', '--encrypt-to', to('alice'), '--recipients-file', at('list')], { timeout: 100_000 });
  const plain = age(['-d', '-i', 'alice'], outBytes).out;
  expect(plain.length).toBeGreaterThan(1000);
  expect(age(['-d', '-i', 'bob'], outBytes).out.equals(plain)).toBe(true);
  writeFileSync(at('both.tar'), plain);
  const { header, manifest } = await readCaptured(at('both.tar'));
  expect(header.options['encrypt_to']).toEqual([to('alice'), to('bob')]);
  // The list is a file that was opened on the host, and it is declared.
  expect(manifest?.self['files']).toContain(at('list'));
  const other = age(['-d', '-i', 'mallory'], outBytes);
  expect(other.code).not.toBe(0);
  expect(other.out.length).toBe(0);
}, 200_000);

it('by default the name ends in .age', () => {
  const { code } = capture(['--quiet', '--encrypt-to', to('alice')], { cwd: dir, timeout: 100_000 });
  expect(code).toBeLessThan(2);
  expect(readdirSync(dir).filter((name) => /^coldstat-.*Z\.tar\.zst\.age$/.test(name))).toHaveLength(1);
}, 200_000);

it.each([
  ['--encrypt-to', 'age1wrong', /^coldstat-capture: recipient "age1wrong": .+\n$/],
  ['--encrypt-to', 'ssh-ed25519 AAAA', /^coldstat-capture: recipient "ssh-ed25519 AAAA": recipients of age begin with age1\n$/],
  ['--recipients-file', '/nonexistent/list', /^coldstat-capture: \/nonexistent\/list: ENOENT\n$/],
  ['--recipients-file', '/dev/null', /^coldstat-capture: \/dev\/null: names no recipient\n$/],
])('%s %s is refused, and no file is made', (option, value, message) => {
  const { code, err } = capture(['-o', at('refused'), '--encrypt-to', to('alice'), option, value]);
  expect(code).toBe(2);
  expect(err).toMatch(message);
  expect(existsSync(at('refused'))).toBe(false);
});

it('a full disk ends an encrypted capture as it ends any', () => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', 'exec "$@" > /dev/full', 'sh', process.execPath, ...nodeWords(), '-o', '-', '--encrypt-to', to('alice')],
    { encoding: 'utf8', timeout: 100_000 },
  );
  expect(stderr).toContain('no space left');
  expect(status).toBe(2);
}, 120_000);

function nodeWords(): string[] {
  return ['--conditions=source', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../support/coldstat-capture.mjs')];
}

it('an encrypted archive that was cut gives what is before the break, and is incomplete', () => {
  const { outBytes } = capture(['-o', '-', '--quiet', '--compress', 'none', '--encrypt-to', to('alice')], { timeout: 100_000 });
  const cut = age(['-d', '-i', 'alice'], outBytes.subarray(0, outBytes.length >> 1));
  expect(cut.code).not.toBe(0);
  const { code, out } = coldstat(['verify', '-'], { input: cut.out });
  expect(out).toMatch(/^standard input: incomplete/);
  expect(code).toBe(3);
}, 200_000);

it('the analyzer says how to read one', () => {
  writeFileSync(at('sealed.age'), age(['-r', to('alice')], 'x'.repeat(2000)).out);
  writeFileSync(at('armoured.age'), age(['-a', '-r', to('alice')], 'x'.repeat(2000)).out);
  for (const name of ['sealed.age', 'armoured.age']) {
    for (const command of ['verify', 'load']) {
      const { code, out, err } = coldstat([command, name], { cwd: dir });
      expect(code).toBe(2);
      expect(out + err).toContain('it is encrypted with age: age -d -i KEY FILE | coldstat COMMAND -');
    }
  }
}, 60_000);

it('what is encrypted does not pile up in memory while the output waits', async () => {
  const { input, output } = await seal([to('alice')]);
  output.pause();
  const piece = Buffer.alloc(64 * 1024);
  let written = 0;
  for (let full = false; !full && written < 1000; written++) {
    full = !input.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(written).toBeLessThan(100);
  output.destroy();
});
