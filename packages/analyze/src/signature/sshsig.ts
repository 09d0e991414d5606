import { sign, verify } from 'node:crypto';
import { UserError } from '../user-error.ts';
import { armoured, unarmoured } from './armour.ts';
import type { SigningKey } from './private-key.ts';
import { KEY_TYPE, keyBlob, pointOf, publicKeyObject } from './public-key.ts';
import { uint32, Wire, wireString } from './wire.ts';

/** What a signature of an archive is for: one made for mail or git is none (docs/ARCHIVE-FORMAT.md §7). */
export const NAMESPACE = 'coldstat-archive';

const MAGIC = Buffer.from('SSHSIG');
const VERSION = 1;
const LABEL = 'SSH SIGNATURE';
const SIGNATURE_BYTES = 64;

/** The hashes PROTOCOL.sshsig names; coldstat and ssh-keygen write the first. */
export type HashName = 'sha512' | 'sha256';

export interface Signature {
  /** The Ed25519 public key that it says it was made with. */
  readonly point: Buffer;
  /** One character a byte. */
  readonly namespace: string;
  readonly hash: HashName;
  readonly bytes: Buffer;
}

/** The armoured text of a signature over a file whose SHA-512 this is. */
export function signDigest(sha512: Buffer, { key, point }: SigningKey): string {
  const bytes = sign(null, signedData(NAMESPACE, 'sha512', sha512), key);
  const signature = Buffer.concat([wireString(KEY_TYPE), wireString(bytes)]);
  const fields = [keyBlob(point), NAMESPACE, '', 'sha512', signature].map(wireString);
  return armoured(LABEL, Buffer.concat([MAGIC, uint32(VERSION), ...fields]));
}

/** The signature of an armoured text. Throws UserError, `what` naming the file. */
export function readSignature(text: string, what: string): Signature {
  const wire = new Wire(unarmoured(LABEL, text, what), what);
  if (!wire.take(MAGIC.length).equals(MAGIC)) throw new UserError(`${what} is not an SSH signature`);
  const version = wire.uint32();
  if (version !== VERSION) throw new UserError(`${what} is an SSH signature of version ${version}, only ${VERSION} is known`);
  const point = pointOf(wire.string(), what);
  const namespace = wire.text();
  // Reserved: to be passed over, and it is no part of what we can vouch for.
  if (wire.string().length > 0) throw new UserError(`${what} has something in the reserved field of its signature`);
  const hash = wire.text();
  if (hash !== 'sha512' && hash !== 'sha256') throw new UserError(`${what} names a hash that SSH signatures do not have`);
  const inner = new Wire(wire.string(), what);
  wire.end();
  if (inner.text() !== KEY_TYPE) throw new UserError(`${what} has a signature that is not its key's`);
  const bytes = inner.string();
  inner.end();
  if (bytes.length !== SIGNATURE_BYTES) throw new UserError(`${what} is damaged: its signature has ${bytes.length} bytes`);
  return { point, namespace, hash, bytes };
}

/** Whether it is its key's signature over a file with this digest (by `signature.hash`), for archives. */
export function holds({ point, hash, bytes }: Signature, digest: Buffer): boolean {
  return verify(null, signedData(NAMESPACE, hash, digest), publicKeyObject(point), bytes);
}

/** What the key signs: PROTOCOL.sshsig, "Signed Data". */
function signedData(namespace: string, hash: HashName, digest: Buffer): Buffer {
  return Buffer.concat([MAGIC, ...[namespace, '', hash, digest].map(wireString)]);
}
