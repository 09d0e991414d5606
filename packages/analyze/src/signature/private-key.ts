import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { UserError } from '../user-error.ts';
import { labelOf, unarmoured } from './armour.ts';
import { KEY_TYPE, POINT_BYTES, pointOf } from './public-key.ts';
import { Wire } from './wire.ts';

const SEED_BYTES = 32;
/** What stands before the seed in PKCS#8 (RFC 8410 §7), after the outer sequence's length. */
const PKCS8 = /^30(..)020(?:100|101)300506032b657004220420([0-9a-f]{64})/;
const OPENSSH_MAGIC = 'openssh-key-v1\0';

export interface SigningKey {
  readonly key: KeyObject;
  /** The public half. */
  readonly point: Buffer;
}

/** The key of a file: OpenSSH's own form or PKCS#8, Ed25519, not encrypted. Throws UserError, `what` naming the file. */
export function readPrivateKey(text: string, what: string): SigningKey {
  const label = labelOf(text);
  if (label === 'OPENSSH PRIVATE KEY') return ofOpenssh(unarmoured(label, text, what), what);
  if (label === 'PRIVATE KEY') return ofSeed(seedOfPkcs8(unarmoured(label, text, what), what));
  if (label === 'ENCRYPTED PRIVATE KEY') throw encrypted(what);
  throw new UserError(`${what} is not an Ed25519 private key`, 'ssh-keygen -t ed25519 makes one; PKCS#8 in PEM is taken too');
}

function encrypted(what: string): UserError {
  return new UserError(
    `${what} is encrypted, and only keys that are not can be read`,
    'ssh-keygen -Y sign -n coldstat-archive -f KEY ARCHIVE makes the same signature with it',
  );
}

function seedOfPkcs8(der: Buffer, what: string): Buffer {
  const [, length = '', seed = ''] = PKCS8.exec(der.toString('hex')) ?? [];
  if (seed === '' || Number.parseInt(length, 16) !== der.length - 2) throw new UserError(`${what} is not an Ed25519 private key`);
  return Buffer.from(seed, 'hex');
}

function ofSeed(seed: Buffer): SigningKey {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { key, point: spki.subarray(-POINT_BYTES) };
}

/** PROTOCOL.key of OpenSSH. */
function ofOpenssh(bytes: Buffer, what: string): SigningKey {
  const wire = new Wire(bytes, what);
  if (wire.take(OPENSSH_MAGIC.length).toString('latin1') !== OPENSSH_MAGIC) throw new UserError(`${what} is not a key of OpenSSH`);
  const [cipher, kdf] = [wire.text(), wire.text()];
  wire.string();
  if (cipher !== 'none' || kdf !== 'none') throw encrypted(what);
  if (wire.uint32() !== 1) throw new UserError(`${what} does not hold exactly one key`);
  const point = pointOf(wire.string(), what);
  const secret = new Wire(wire.string(), what);
  wire.end();
  const check = secret.uint32();
  if (secret.uint32() !== check) throw new UserError(`${what} is damaged: its check numbers differ`);
  if (secret.text() !== KEY_TYPE) throw new UserError(`${what} is not an Ed25519 private key`);
  const again = secret.string();
  const pair = secret.string();
  const made = ofSeed(sized(pair, SEED_BYTES + POINT_BYTES, what).subarray(0, SEED_BYTES));
  // A signature under a public key that is not the seed's own gives the seed away to who sees two of them.
  if (![point, again, pair.subarray(SEED_BYTES)].every((p) => p.equals(made.point))) {
    throw new UserError(`${what} is damaged: its public and private halves do not belong together`);
  }
  return made;
}

function sized(bytes: Buffer, length: number, what: string): Buffer {
  if (bytes.length !== length) throw new UserError(`${what} is damaged: its key has ${bytes.length} bytes`);
  return bytes;
}
