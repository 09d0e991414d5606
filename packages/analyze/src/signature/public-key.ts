import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { UserError } from '../user-error.ts';
import { fromBase64, labelOf, unarmoured } from './armour.ts';
import { Wire, wireString } from './wire.ts';

/** The only kind of key that signs archives; also its name in OpenSSH (RFC 8709). */
export const KEY_TYPE = 'ssh-ed25519';
/** Bytes of the point. */
export const POINT_BYTES = 32;
/** What stands before the point in a SubjectPublicKeyInfo (RFC 8410 §4). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** The point in the form that `.pub` files and signatures carry. */
export function keyBlob(point: Buffer): Buffer {
  return Buffer.concat([wireString(KEY_TYPE), wireString(point)]);
}

/** The point of such a blob. Throws UserError, `what` naming the file. */
export function pointOf(blob: Buffer, what: string): Buffer {
  const wire = new Wire(blob, what);
  const type = wire.text();
  if (type !== KEY_TYPE) throw new UserError(`${what} has a key of type ${type.slice(0, 60)}, only ${KEY_TYPE} is checked`);
  const point = wire.string();
  wire.end();
  if (point.length !== POINT_BYTES) throw new UserError(`${what} is damaged: its key has ${point.length} bytes`);
  return point;
}

/** The key that node:crypto verifies with. Every 32 bytes make one; with those that are no point nothing verifies. */
export function publicKeyObject(point: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI, point]), format: 'der', type: 'spki' });
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(point: Buffer): string {
  return `SHA256:${createHash('sha256').update(keyBlob(point)).digest('base64').replace(/=+$/, '')}`;
}

/** The point of a public key file: the line of OpenSSH's `.pub`, or PEM as openssl writes it. Throws UserError. */
export function readPublicKey(text: string, what: string): Buffer {
  if (labelOf(text) === 'PUBLIC KEY') {
    const der = unarmoured('PUBLIC KEY', text, what);
    if (der.length !== SPKI.length + POINT_BYTES || !der.subarray(0, SPKI.length).equals(SPKI)) {
      throw new UserError(`${what} is not an Ed25519 key`);
    }
    return der.subarray(SPKI.length);
  }
  const [type = '', base64 = ''] = text.trim().split(/[ \t\r\n]+/);
  const blob = type === KEY_TYPE ? fromBase64(base64) : null;
  if (blob === null) throw new UserError(`${what} is not an Ed25519 public key`, `a line "${KEY_TYPE} AAAA…" or PEM is`);
  return pointOf(blob, what);
}
