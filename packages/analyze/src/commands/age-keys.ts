import { resolve } from 'node:path';
import type { Decrypter } from 'age-encryption';
import { readIdentities } from '../open/decrypt.ts';
import { smallFile } from '../signature/files.ts';
import type { Io } from './io.ts';

/** The private keys in the file that --age-identity named; none without it. Throws UserError. */
export async function keysIn(file: string | undefined, io: Pick<Io, 'cwd'>): Promise<Decrypter | undefined> {
  return file === undefined ? undefined : readIdentities(await smallFile(resolve(io.cwd, file), file), file);
}
