import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

it('without the key the analyzer says how to read one', () => {
  writeFileSync(at('sealed.age'), age(['-r', to('alice')], 'x'.repeat(2000)).out);
  writeFileSync(at('armoured.age'), age(['-a', '-r', to('alice')], 'x'.repeat(2000)).out);
  for (const [name, how] of [
    ['sealed.age', 'it is encrypted with age: --age-identity FILE'],
    ['armoured.age', 'armoured: age -d -i KEY FILE | coldstat COMMAND -'],
  ] as const) {
    for (const command of ['verify', 'load']) {
      const { code, out, err } = coldstat([command, name], { cwd: dir });
      expect(code).toBe(2);
      expect(out + err).toContain(how);
    }
  }
}, 60_000);

describe('with the key', () => {
  const hash = (file: string): string =>
    createHash('sha256')
      .update(readFileSync(at(file)))
      .digest('hex');

  beforeAll(() => {
    const { code, err } = capture(['-o', at('plain.tar'), '--quiet', '--compress', 'none'], { timeout: 100_000 });
    expect(code, err).toBeLessThan(2);
    expect(age(['-r', to('bob'), '-r', to('alice'), '-o', 'both.age', 'plain.tar']).code).toBe(0);
    writeFileSync(at('keys'), `# of the case\n\n${readFileSync(at('mallory'), 'latin1')}${readFileSync(at('alice'), 'latin1')}`);
  }, 120_000);

  const run = (...args: readonly string[]) => coldstat(args, { cwd: dir });

  it('what the real age encrypted is loaded, verified, extracted, redacted and answered from as the archive itself', () => {
    const key = ['--age-identity', 'keys'];
    const { out } = run('verify', ...key, 'both.age', 'plain.tar');
    const [encrypted, plain] = out.split('\n');
    expect(plain).toMatch(new RegExp(`^plain.tar: good, .* SHA-256 ${hash('plain.tar')}$`));
    expect(encrypted).toBe(`${plain?.replace('plain.tar', 'both.age')}, within a file of age with SHA-256 ${hash('both.age')}`);
    expect(run('load', '-d', 'age.db', ...key, 'both.age').code).toBe(0);
    expect(run('load', '-d', 'age.db', 'plain.tar').out).toContain('in the case already');
    for (const command of [
      ['netstat', '-an', '--quiet-ledger'],
      ['captures', '--format', 'csv'],
      ['query', 'SELECT count(*) FROM fds'],
    ]) {
      const answer = run(...command, '--archive', 'both.age', ...key);
      expect(answer).toMatchObject({ code: 0, err: '' });
      expect(answer.out.replaceAll('both.age', 'plain.tar')).toBe(run(...command, '--archive', 'plain.tar').out);
    }
    const bytes = run('raw', 'proc/net/tcp', '--db', 'age.db', '--bytes', ...key);
    expect(bytes).toMatchObject({ code: 0, err: '' });
    expect(bytes.outBytes.equals(run('raw', 'proc/net/tcp', '--archive', 'plain.tar', '--bytes').outBytes)).toBe(true);
    expect(run('extract', 'both.age', '-C', 'tree', ...key)).toEqual({
      ...run('extract', 'plain.tar', '-C', 'other'),
      out: expect.anything(),
      outBytes: expect.anything(),
    });
    expect(readFileSync(at('tree/proc/net/tcp')).equals(bytes.outBytes)).toBe(true);
    expect(run('redact', 'both.age', '-o', 'red.tar.zst', ...key)).toMatchObject({ code: 0, err: '' });
    expect(coldstat(['verify', ...key, '-'], { cwd: dir, input: readFileSync(at('both.age')) }).out).toMatch(/^standard input: good/);
  }, 240_000);

  it('it can be signed as it is stored, without the key', () => {
    expect(spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('signer')]).status).toBe(0);
    expect(run('sign', '--key', 'signer', 'both.age')).toMatchObject({ code: 0, err: expect.stringContaining('signed as it is stored') });
    expect(run('verify', '--signature', 'both.age.sig', '--public-key', 'signer.pub', '--age-identity', 'keys', 'both.age')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^both.age: good, good signature/),
    });
  }, 60_000);

  it.each([
    ['mallory', 'both.age', /^coldstat: "?both.age"? is encrypted with age, and cannot be opened: no identity matched/m],
    ['text.age', 'both.age', /^coldstat: text.age: line 1 is no private key of age\n/],
    ['/dev/null', 'both.age', /^coldstat: \/dev\/null: holds no private key of age\n/],
    ['wrong', 'both.age', /^coldstat: wrong: line 2 is no private key of age\n/],
    ['keys', 'endless.age', /^coldstat: endless.age is encrypted with age, but its header does not end within 65536 bytes\n/],
  ])('%s for %s is refused in a line that tells no key', (key, file, message) => {
    writeFileSync(at('text.age'), age(['-r', to('alice')], 'x').out);
    writeFileSync(at('wrong'), '# mistyped\nAGE-SECRET-KEY-1QQQQSECRETQQQQ\n');
    writeFileSync(at('endless.age'), `age-encryption.org/v1\n${'-> X25519 QUJD\n'.repeat(100_000)}`);
    const { code, out, err } = run('verify', '--age-identity', key, file);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err).not.toContain('SECRETQQQQ');
  });

  it('where the encryption is damaged, what is before it is read, and no hash is told of the rest', () => {
    const damaged = readFileSync(at('both.age'));
    const middle = damaged.length >> 1;
    damaged[middle] = (damaged[middle] ?? 0) ^ 1;
    writeFileSync(at('damaged.age'), damaged);
    writeFileSync(at('cut.age'), damaged.subarray(0, middle));
    for (const file of ['damaged.age', 'cut.age']) {
      const { code, out } = run('verify', '--age-identity', 'keys', file);
      expect(out).toMatch(new RegExp(`^${file}: incomplete, .* SHA-256 not computed, within a file of age`));
      expect(out).toContain('its encryption is damaged or ends early here');
      expect(code).toBe(3);
    }
  }, 60_000);
});

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
