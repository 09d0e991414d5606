import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command as Program } from 'commander';
import { refusal } from '../signature/allowed-signers.ts';
import { type Hashed, smallFile } from '../signature/files.ts';
import { fingerprint, readPublicKey } from '../signature/public-key.ts';
import { holds, NAMESPACE, readSignature, type Signature } from '../signature/sshsig.ts';
import { type Io, UserError } from './io.ts';

export interface SignatureOptions {
  readonly signature?: string;
  readonly allowedSigners?: string;
  readonly identity?: string;
  readonly publicKey?: string;
}

/** What `verify` says of a signature. Only `good signature` is worth anything; `unknown signer`: it fits, but nobody says whose key it is. */
export interface Finding {
  readonly words: 'good signature' | 'bad signature' | 'unknown signer' | 'signature not checked' | 'unsigned';
  /** Who, or why not. */
  readonly reason: string | null;
}

/** A signature that was asked for, and whom it may be by. */
export interface Wanted {
  /** Null when the file that was named is not there. */
  readonly signature: Signature | null;
  readonly file: string;
  /** Who it is by in the words of the operator, or why nobody vouches for its key. */
  readonly judge: (point: Buffer) => { readonly who: string } | { readonly refused: string };
}

export function signatureOptions(program: Program): Program {
  return program
    .option('--signature <file>', 'check also this signature over the archive (coldstat sign, ssh-keygen -Y sign)')
    .option('--allowed-signers <file>', 'whose keys are known, as for ssh-keygen -Y verify; with --identity')
    .option('--identity <name>', 'who is said to have signed')
    .option('--public-key <file>', 'the one key that counts instead: an OpenSSH .pub or PEM');
}

/** Reads what the options name, before the archive is; null when no signature is to be checked. Throws UserError. */
export async function wanted(options: SignatureOptions, archives: readonly string[], io: Io): Promise<Wanted | null> {
  const { signature: file, allowedSigners, identity, publicKey } = options;
  if ((allowedSigners === undefined) !== (identity === undefined)) throw new UserError('--allowed-signers and --identity go together');
  if (allowedSigners !== undefined && publicKey !== undefined) throw new UserError('--public-key and --allowed-signers exclude each other');
  if (file === undefined) {
    if (allowedSigners !== undefined || publicKey !== undefined) throw new UserError('a key is given, but no --signature to check with it');
    return null;
  }
  if (archives.length > 1) throw new UserError('--signature is for one archive');
  const read = (path: string): Promise<string> => smallFile(resolve(io.cwd, path), path);
  const signature = existsSync(resolve(io.cwd, file)) ? readSignature(await read(file), file) : null;
  if (publicKey !== undefined) {
    const key = readPublicKey(await read(publicKey), publicKey);
    return { signature, file, judge: (point) => (point.equals(key) ? { who: publicKey } : { refused: `its key is not ${publicKey}` }) };
  }
  if (allowedSigners === undefined || identity === undefined) {
    return { signature, file, judge: () => ({ refused: 'neither --allowed-signers nor --public-key says whose key it is' }) };
  }
  const list = await read(allowedSigners);
  // Compared byte for byte, as the list is.
  const name = Buffer.from(identity).toString('latin1');
  return {
    signature,
    file,
    judge: (point) => {
      const refused = refusal(list, name, point);
      return refused === null ? { who: identity } : { refused };
    },
  };
}

/** What the signature says of the file that has passed through `hashed`. */
export function judged({ signature, file, judge }: Wanted, hashed: Hashed): Finding {
  if (signature === null) return { words: 'unsigned', reason: `there is no ${file}` };
  const { point, namespace } = signature;
  if (namespace !== NAMESPACE)
    return { words: 'bad signature', reason: `it is for the namespace ${JSON.stringify(namespace)}, not ${NAMESPACE}` };
  if (hashed.digest === null) return { words: 'signature not checked', reason: 'the file was not read to its end' };
  if (!holds(signature, hashed.digest)) return { words: 'bad signature', reason: `it is not that of ${fingerprint(point)} over this file` };
  const verdict = judge(point);
  const by = `by ${fingerprint(point)}`;
  if ('refused' in verdict) return { words: 'unknown signer', reason: `${by}: ${verdict.refused}` };
  return { words: 'good signature', reason: `${by}, ${verdict.who}` };
}

/** What is said when no signature is to be checked. */
export function unasked(archive: string, io: Io): Finding {
  const beside = `${archive}.sig`;
  if (archive === '-' || !existsSync(resolve(io.cwd, beside))) return { words: 'unsigned', reason: null };
  return { words: 'signature not checked', reason: `there is ${beside}: --signature checks it` };
}
