import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../packages/analyze/src/cli.ts';
import { archiveEntries, makeArchive, tarOf } from '../support/archive.ts';
import { fakeIo } from '../support/fake-io.ts';

const dir = mkdtempSync(join(tmpdir(), 'coldstat-signature-'));
const FILES = { 'proc/net/tcp': 'tcp\n', 'proc/1/stat': '1 (init) S 0\n' };
const NAME = 'alice@example.org';
const KNOWN = ['--allowed-signers', 'allowed', '--identity', NAME] as const;

async function coldstat(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo(dir);
  return { code: await run(argv, io), ...io.said };
}

function keygen(args: readonly string[], input?: Buffer): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync('ssh-keygen', args, { cwd: dir, input: input ?? '', encoding: 'utf8', timeout: 20_000 });
  return { code: status, text: stdout + stderr };
}

/** What the real one says of a signature over a file, for the namespace of archives. */
function keygenVerify(file: string, signature: string): { code: number | null; text: string } {
  return keygen(['-Y', 'verify', '-n', 'coldstat-archive', '-f', 'allowed', '-I', NAME, '-s', signature], readFileSync(join(dir, file)));
}

const write = (name: string, body: string | Buffer): void => writeFileSync(join(dir, name), body);
const read = (name: string): string => readFileSync(join(dir, name), 'latin1');

beforeAll(async () => {
  write('good', await makeArchive({ files: FILES }));
  // Consistent in itself: whoever altered it wrote log and manifest anew. Only the signature can tell.
  write('remade', await makeArchive({ files: { ...FILES, 'proc/net/tcp': 'TCP\n' } }));
  const altered = archiveEntries({ files: FILES }).map(([n, b]): [string, Buffer] => [n, n === 'proc/net/tcp' ? Buffer.from('TCP\n') : b]);
  write('altered', await tarOf(altered));
  write('cut', (await makeArchive({ files: FILES, compress: 'none' })).subarray(0, 3000));
  write('text', 'hello');
  for (const name of ['key', 'other']) expect(keygen(['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', name]).code).toBe(0);
  expect(keygen(['-q', '-t', 'ed25519', '-N', 'secret', '-f', 'locked']).code).toBe(0);
  const { code, out } = await coldstat('sign', 'good', '--key', 'key', '--identity', NAME);
  expect(code).toBe(0);
  write('allowed', `${out.split('\n')[1]}\n`);
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('coldstat sign', () => {
  it('writes what the real ssh-keygen accepts, and nothing else', () => {
    const { code, text } = keygenVerify('good', 'good.sig');
    expect(text).toContain(`Good "coldstat-archive" signature for ${NAME}`);
    expect(code).toBe(0);
    expect(keygenVerify('remade', 'good.sig').code).not.toBe(0);
  });

  it('is, with one key, the very text of ssh-keygen -Y sign', () => {
    copyFileSync(join(dir, 'good'), join(dir, 'twin'));
    expect(keygen(['-Y', 'sign', '-n', 'coldstat-archive', '-f', 'key', 'twin']).code).toBe(0);
    expect(read('twin.sig')).toBe(read('good.sig'));
  });

  it('prints the fingerprint that ssh-keygen prints', async () => {
    const { out } = await coldstat('sign', 'good', '--key', 'key', '-o', 'again.sig');
    const print = /SHA256:\S+/.exec(keygen(['-l', '-f', 'key.pub']).text)?.[0];
    expect(out).toContain(`again.sig: signature by ${print} for coldstat-archive, SHA-512 `);
  });

  it('writes over nothing', async () => {
    write('mine', 'mine');
    const { code, err } = await coldstat('sign', 'good', '--key', 'key', '-o', 'mine');
    expect(code).toBe(2);
    expect(err).toContain('exists already');
    expect(read('mine')).toBe('mine');
  });

  it.each([
    [['sign', 'good', '--key', 'locked'], 'locked is encrypted'],
    [['sign', 'good', '--key', 'text'], 'text is not an Ed25519 private key'],
    [['sign', 'good', '--key', 'key.pub'], 'key.pub is not an Ed25519 private key'],
    [['sign', 'text', '--key', 'key'], 'text is not an archive of coldstat'],
    [['sign', 'missing', '--key', 'key'], 'cannot read missing: there is no such file'],
    [['sign', 'cut', '--key', 'missing'], 'cannot read missing: there is no such file'],
    [['sign', 'cut', '--key', 'key', '--identity', '*'], '--identity takes'],
    [['sign', 'cut'], '--key'],
  ])('%j: 2, one line, and no file', async (argv, words) => {
    const { code, err } = await coldstat(...argv, '-o', 'never.sig');
    expect(code).toBe(2);
    expect(err.split('\n')[0]).toContain(words);
    expect(existsSync(join(dir, 'never.sig'))).toBe(false);
  });
});

describe('coldstat verify --signature', () => {
  it('accepts what the real ssh-keygen signed, by either hash', async () => {
    for (const hash of ['sha512', 'sha256']) {
      copyFileSync(join(dir, 'good'), join(dir, hash));
      expect(keygen(['-Y', 'sign', '-n', 'coldstat-archive', '-O', `hashalg=${hash}`, '-f', 'key', hash]).code).toBe(0);
      const { code, out } = await coldstat('verify', hash, '--signature', `${hash}.sig`, ...KNOWN);
      expect(out).toMatch(new RegExp(`^${hash}: good, good signature, 5 entries`));
      expect(out.split('\n')[1]).toMatch(/^ {2}signature: by SHA256:\S+, alice@example.org$/);
      expect(code).toBe(0);
    }
  });

  it('by a public key alone', async () => {
    const { code, out } = await coldstat('verify', 'good', '--signature', 'good.sig', '--public-key', 'key.pub');
    expect(out).toMatch(/^good: good, good signature,.*\n {2}signature: by SHA256:\S+, key\.pub\n/);
    expect(code).toBe(0);
  });

  it.each([
    ['another file that is whole in itself', ['remade', '--signature', 'good.sig'], 1, /^remade: good, bad signature,/],
    ['an altered one', ['altered', '--signature', 'good.sig'], 1, /^altered: altered, bad signature,/],
    ['one that breaks off', ['cut', '--signature', 'good.sig'], 1, /^cut: incomplete, bad signature,/],
    ['no archive', ['text', '--signature', 'good.sig'], 2, /^text: not an archive/],
    ['no such signature', ['good', '--signature', 'missing'], 4, /^good: good, unsigned,.*\n {2}signature: there is no missing\n/],
  ])('%s', async (_what, argv, exit, words) => {
    const { code, out } = await coldstat('verify', ...argv, ...KNOWN);
    expect(out).toMatch(words);
    expect(code).toBe(exit);
  });

  it('an altered signature is bad, as for the real one', async () => {
    const text = read('good.sig');
    const at = text.indexOf('\n-----END') - 12;
    write('changed.sig', `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`);
    const { code, out } = await coldstat('verify', 'good', '--signature', 'changed.sig', ...KNOWN);
    expect(out).toMatch(/^good: good, bad signature,/);
    expect(code).toBe(1);
    expect(keygenVerify('good', 'changed.sig').code).not.toBe(0);
  });

  it('a signature for another purpose is bad', async () => {
    copyFileSync(join(dir, 'good'), join(dir, 'mailed'));
    expect(keygen(['-Y', 'sign', '-n', 'email', '-f', 'key', 'mailed']).code).toBe(0);
    const { code, out } = await coldstat('verify', 'mailed', '--signature', 'mailed.sig', ...KNOWN);
    expect(out).toMatch(/^mailed: good, bad signature,.*\n {2}signature: it is for the namespace "email"/);
    expect(code).toBe(1);
  });

  it('a signature by somebody else fits, and is by an unknown signer', async () => {
    expect((await coldstat('sign', 'good', '--key', 'other', '-o', 'other.sig')).code).toBe(0);
    for (const by of [KNOWN, ['--public-key', 'key.pub'], [], ['--allowed-signers', 'allowed', '--identity', 'bob']]) {
      const { code, out } = await coldstat('verify', 'good', '--signature', 'other.sig', ...by);
      expect(out).toMatch(/^good: good, unknown signer,.*\n {2}signature: by SHA256:\S+: \S/);
      expect(code).toBe(4);
    }
    expect(keygenVerify('good', 'other.sig').code).not.toBe(0);
  });

  it('a good signature does not make a broken archive whole', async () => {
    expect((await coldstat('sign', 'cut', '--key', 'key')).code).toBe(0);
    const { code, out } = await coldstat('verify', 'cut', '--signature', 'cut.sig', ...KNOWN);
    expect(out).toMatch(/^cut: incomplete, good signature,/);
    expect(code).toBe(3);
  });

  it('where a limit stops the reading, nothing is said of the signature', async () => {
    write('long', await makeArchive({ files: { ...FILES, 'proc/net/udp': Buffer.alloc(1 << 20) }, compress: 'none' }));
    expect((await coldstat('sign', 'long', '--key', 'key')).code).toBe(0);
    const { code, out } = await coldstat('verify', 'long', '--signature', 'long.sig', '--max-total-bytes', '300000', ...KNOWN);
    expect(out).toMatch(/^long: .*, signature not checked,.*SHA-256 not computed\n {2}signature: the file was not read to its end\n/);
    expect(code).toBe(3);
  });

  it.each([
    [['--signature', 'text'], 'text holds no SSH SIGNATURE'],
    [['--signature', 'half.sig'], 'half.sig is damaged'],
    [['--signature', 'rsa.sig'], 'rsa.sig has a key of type ssh-rsa'],
    [['--signature', 'good.sig', '--public-key', 'text'], 'text is not an Ed25519 public key'],
    [['--signature', 'good.sig', '--public-key', 'missing'], 'cannot read missing: there is no such file'],
    [['--signature', 'good.sig', '--identity', NAME], 'go together'],
    [['--public-key', 'key.pub'], 'no --signature'],
    [['--signature', 'good.sig', '--public-key', 'key.pub', ...KNOWN], 'exclude each other'],
    [['--signature', 'good.sig', 'remade'], 'for one archive'],
  ])('%j: 2 and one line', async (argv, words) => {
    write('half.sig', read('good.sig').slice(0, 100));
    if (!existsSync(join(dir, 'rsa'))) {
      expect(keygen(['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', 'rsa']).code).toBe(0);
      expect(keygen(['-Y', 'sign', '-n', 'coldstat-archive', '-f', 'rsa', 'rsa.pub']).code).toBe(0);
      copyFileSync(join(dir, 'rsa.pub.sig'), join(dir, 'rsa.sig'));
    }
    const { code, out, err } = await coldstat('verify', 'good', ...argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err.split('\n')[0]).toContain(words);
  });
});

it.each([
  ['KEY', true],
  ['KEY a comment', true],
  ['*@example.org KEY', true],
  ['"alice@example.org" KEY', true],
  ['bob@example.org,al?ce@* KEY', true],
  ['bob@example.org\tKEY', false],
  ['!alice@example.org,* KEY', false],
  ['*,!alice@* KEY', false],
  ['alice@example.org namespaces="git,coldstat-*" KEY', true],
  ['alice@example.org NAMESPACES="coldstat-archive" KEY', true],
  ['alice@example.org namespaces="git" KEY', false],
  ['alice@example.org namespaces="*,!coldstat-archive" KEY', false],
  ['alice@example.org namespaces=coldstat-archive KEY', false],
  ['alice@example.org valid-before="20200101" KEY', false],
  ['alice@example.org cert-authority KEY', false],
  ['alice@example.org no-such-option KEY', false],
  ['# alice@example.org KEY', false],
])('allowed signers: %s is judged as by ssh-keygen', async (line, good) => {
  const key = read('key.pub').split(' ').slice(0, 2).join(' ');
  write('list', `\n${line.startsWith('KEY') ? `${NAME} ` : ''}${line.replace('KEY', key)}\n`);
  const theirs = keygen(
    ['-Y', 'verify', '-n', 'coldstat-archive', '-f', 'list', '-I', NAME, '-s', 'good.sig'],
    readFileSync(join(dir, 'good')),
  );
  const ours = await coldstat('verify', 'good', '--signature', 'good.sig', '--allowed-signers', 'list', '--identity', NAME);
  expect(theirs.code === 0, theirs.text).toBe(good);
  expect(ours.code === 0, ours.out).toBe(good);
});

it('without --signature, one that lies beside the archive is named and not checked', async () => {
  const { code, out } = await coldstat('verify', 'good', 'remade');
  expect(out).toMatch(
    /^good: good, signature not checked,.*\n {2}signature: there is good\.sig: --signature checks it\nremade: good, unsigned,/,
  );
  expect(code).toBe(0);
});

it('signing reads a large archive in little memory', () => {
  copyFileSync(join(dir, 'good'), join(dir, 'big'));
  const tail = Buffer.alloc(1 << 20, 7);
  for (let i = 0; i < 400; i++) appendFileSync(join(dir, 'big'), tail);
  const cli = join(import.meta.dirname, '../../packages/analyze/src/cli.ts');
  const script = `import { readFileSync } from 'node:fs';
    import { main } from ${JSON.stringify(cli)};
    process.argv.splice(1, Infinity, 'coldstat', 'sign', 'big', '--key', 'key');
    await main();
    process.stderr.write(/VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);`;
  const { status, stderr } = spawnSync(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], {
    cwd: dir,
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(status).toBe(0);
  // Kilobytes; the file has 400 MiB.
  expect(Number(stderr)).toBeLessThan(300 * 1024);
});
