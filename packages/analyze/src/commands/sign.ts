import { resolve } from 'node:path';
import { openBytes, probe } from '@coldstat/capture/archive';
import { createNamed, fileNamed } from '../named-file.ts';
import { terminal } from '../render/cell.ts';
import { allowedLine } from '../signature/allowed-signers.ts';
import { sha512Of, smallFile } from '../signature/files.ts';
import { readPrivateKey } from '../signature/private-key.ts';
import { fingerprint } from '../signature/public-key.ts';
import { NAMESPACE, signDigest } from '../signature/sshsig.ts';
import type { Command } from './command.ts';
import { type Io, UserError } from './io.ts';
import { type CustodyOptions, custodyOf, custodyOptions } from './keep-custody.ts';
import { ownCommand } from './own-command.ts';

interface SignOptions extends CustodyOptions {
  readonly key: string;
  readonly output?: string;
  readonly identity?: string;
}

export const sign: Command = ownCommand<SignOptions>(
  'sign',
  'Sign an archive with an Ed25519 key, so that whoever has the public key can check it',
  (program) => {
    program
      .argument('<archive>', 'archive: it is not changed, the signature is a file of its own')
      .requiredOption('--key <file>', 'private key, not encrypted: of OpenSSH (ssh-keygen -t ed25519) or PKCS#8 in PEM')
      .option('-o, --output <file>', 'where to, never over another file (default: ARCHIVE.sig)')
      .option('--identity <name>', 'print also the line for --allowed-signers that lets this name sign archives with the key');
    custodyOptions(program).addHelpText(
      'after',
      `\nThe signature is an SSH signature for the namespace ${NAMESPACE}: coldstat verify --signature checks it,\n` +
        `and ssh-keygen -Y verify -n ${NAMESPACE} -f ALLOWED -I NAME -s ARCHIVE.sig < ARCHIVE.`,
    );
  },
  signOne,
);

async function signOne(options: SignOptions, operands: readonly string[], io: Io): Promise<number> {
  const [archive = ''] = operands;
  const path = resolve(io.cwd, archive);
  const custody = await custodyOf(options, [archive], io);
  const key = readPrivateKey(await smallFile(resolve(io.cwd, options.key), options.key), options.key);
  const line = options.identity === undefined ? null : allowedLine(options.identity, key.point);
  fileNamed(path, archive);
  const bytes = openBytes(path);
  const what = await probe(bytes);
  await bytes.close();
  if (what.kind !== 'archive' && what.kind !== 'encrypted') {
    throw new UserError(
      `${archive} is not an archive of coldstat`,
      what.kind === 'tar' ? 'it is a tar made by something else' : what.reason,
    );
  }
  const output = options.output ?? `${archive}.sig`;
  const digest = await sha512Of(path);
  createNamed(resolve(io.cwd, output), output, signDigest(digest, key));
  await io.out(`${terminal(output)}: signature by ${fingerprint(key.point)} for ${NAMESPACE}, SHA-512 ${digest.toString('hex')}\n`);
  if (what.kind === 'encrypted')
    io.err('coldstat: the file is encrypted: it is signed as it is stored, and what is in it was not looked at\n');
  if (line !== null) await io.out(`${line}\n`);
  await custody.record(archive, 'signed', `${output} by ${fingerprint(key.point)}, SHA-512 ${digest.toString('hex')}`);
  return 0;
}
