import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UserError } from '../user-error.ts';
import { allowedLine, refusal } from './allowed-signers.ts';
import { armoured } from './armour.ts';
import { readPrivateKey } from './private-key.ts';
import { fingerprint, keyBlob, readPublicKey } from './public-key.ts';
import { holds, readSignature, signDigest } from './sshsig.ts';
import { uint32, wireString } from './wire.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const PEM = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const KEY = readPrivateKey(PEM, 'key');
const DIGEST = randomBytes(64);
const SIGNATURE = signDigest(DIGEST, KEY);
const LINE = allowedLine('alice@example.org', KEY.point);
const PUB = LINE.replace(/^.*(?=ssh-ed25519)/, '');

/** openssh-key-v1 of a seed and three copies of its point, as PROTOCOL.key has it. */
function openssh(seed: Buffer, points: readonly [Buffer, Buffer, Buffer], cipher = 'none'): string {
  const [outer, inner, pair] = points;
  const check = uint32(7);
  const secret = [check, check, wireString('ssh-ed25519'), wireString(inner), wireString(Buffer.concat([seed, pair])), wireString('me')];
  const parts = [Buffer.from('openssh-key-v1\0'), ...[cipher, 'none', ''].map(wireString), uint32(1), wireString(keyBlob(outer))];
  return armoured('OPENSSH PRIVATE KEY', Buffer.concat([...parts, wireString(Buffer.concat(secret))]));
}

const SEED = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
const OPENSSH = openssh(SEED, [KEY.point, KEY.point, KEY.point]);

it('a signature holds for its digest and its key alone', () => {
  const signature = readSignature(SIGNATURE, 'sig');
  expect(signature.point).toEqual(KEY.point);
  expect(holds(signature, DIGEST)).toBe(true);
  expect(holds(signature, randomBytes(64))).toBe(false);
  expect(holds({ ...signature, hash: 'sha256' }, DIGEST)).toBe(false);
  expect(holds({ ...signature, point: randomBytes(32) }, DIGEST)).toBe(false);
});

it('the same key in PKCS#8, OpenSSH and both public forms', () => {
  expect(readPrivateKey(OPENSSH, 'key').point).toEqual(KEY.point);
  expect(signDigest(DIGEST, readPrivateKey(OPENSSH, 'key'))).toBe(SIGNATURE);
  expect(readPublicKey(publicKey.export({ format: 'pem', type: 'spki' }).toString(), 'pub')).toEqual(KEY.point);
  expect(readPublicKey(`${PUB} somebody\n`, 'pub')).toEqual(KEY.point);
});

it('keys that are not for this are refused in one line', () => {
  const refused = (text: string): string | null => refusalOf(() => readPrivateKey(text, 'k'));
  const other = randomBytes(32);
  for (const points of [
    [other, KEY.point, KEY.point],
    [KEY.point, other, KEY.point],
    [KEY.point, KEY.point, other],
  ] as const) {
    expect(refused(openssh(SEED, points))).toContain('do not belong together');
  }
  expect(refused(openssh(SEED, [KEY.point, KEY.point, KEY.point], 'aes256-ctr'))).toContain('k is encrypted');
  const locked = privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
  expect(refused(locked)).toContain('k is encrypted');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect(refused(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())).toContain('not an Ed25519');
  expect(refusalOf(() => readPublicKey(rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString(), 'k'))).toContain('not an Ed25519');
});

/** The line that the operator reads, null when it was taken. What is not a UserError is a bug and flies on. */
function refusalOf(call: () => unknown): string | null {
  try {
    call();
    return null;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const READERS = { readSignature, readPrivateKey, readPublicKey } as const;
const LABELS = ['SSH SIGNATURE', 'OPENSSH PRIVATE KEY', 'PRIVATE KEY', 'PUBLIC KEY', 'ENCRYPTED PRIVATE KEY'];

it.each(Object.entries(READERS))('%s: arbitrary bytes, armoured or not, are a UserError', (_name, read) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.option(fc.constantFrom(...LABELS)), (bytes, label) => {
      const body = Buffer.from(bytes);
      const text = label === null ? body.toString('latin1') : armoured(label, Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01'), body]));
      expect(refusalOf(() => read(text, 'x'))).toMatch(/^x /);
    }),
    { numRuns: 300 },
  );
});

it('a text of ours with one character changed or cut anywhere never gives what it was', () => {
  const truth = readSignature(SIGNATURE, 'x');
  for (let i = 0; i < SIGNATURE.length; i++) {
    const changed = `${SIGNATURE.slice(0, i)}${SIGNATURE[i] === 'A' ? 'B' : 'A'}${SIGNATURE.slice(i + 1)}`;
    const fine = (text: string): boolean => {
      let good = false;
      refusalOf(() => {
        const read = readSignature(text, 'x');
        good = read.namespace === truth.namespace && holds(read, DIGEST);
      });
      return good;
    };
    // A line break that became a letter is a letter too many.
    expect(fine(changed) && i < SIGNATURE.length - 1, `at ${i}`).toBe(false);
    if (i < SIGNATURE.length - 1) expect(fine(SIGNATURE.slice(0, i)), `cut at ${i}`).toBe(false);
    for (const text of [PEM, OPENSSH]) refusalOf(() => readPrivateKey(text.slice(0, i), 'x'));
  }
});

it.each([
  [LINE, null],
  [`# a comment\n\n*@example.org ${PUB} laptop`, null],
  [`"bob@example.org,al?ce@*" ${PUB}`, null],
  [`alice@example.org namespaces="git,coldstat-*" ${PUB}\r\n`, null],
  [`bob@example.org ${PUB}\nalice@example.org ${PUB}`, null],
  [`!alice@example.org,* ${PUB}`, 'another identity'],
  [`bob@example.org ${PUB}`, 'another identity'],
  [`#alice@example.org ${PUB}`, 'not among'],
  ['', 'not among'],
  [`alice@example.org ${PUB.slice(0, -4)}`, 'not among'],
  [`alice@example.org namespaces="git" ${PUB}`, 'other namespaces'],
  [`alice@example.org valid-before="20200101" ${PUB}`, 'option valid-before'],
  [`alice@example.org cert-authority,namespaces="coldstat-archive" ${PUB}`, 'option cert-authority'],
])('allowed signers: %s', (file, reason) => {
  const answer = refusal(file, 'alice@example.org', KEY.point);
  if (reason === null) expect(answer).toBeNull();
  else expect(answer).toContain(reason);
});

it('no pattern takes long, and any list is judged', () => {
  const hard = `${'*a'.repeat(2000)}b`;
  expect(refusal(`${hard} ${PUB}`, 'a'.repeat(4000), KEY.point)).toContain('another identity');
  fc.assert(fc.property(fc.string(), (text) => refusal(text, 'a', KEY.point) !== null));
});

it('a name that would mean more than itself is no identity', () => {
  for (const name of ['*', 'a,b', 'a b', '!a', 'a"', '#a', '', 'a\n']) expect(() => allowedLine(name, KEY.point)).toThrow(UserError);
  expect(fingerprint(KEY.point)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
});
