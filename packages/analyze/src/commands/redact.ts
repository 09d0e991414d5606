import { resolve } from 'node:path';
import { createdBy } from '../named-file.ts';
import { openEvidence } from '../open/evidence.ts';
import { redactArchive } from '../redact/redact.ts';
import { terminal } from '../render/cell.ts';
import { smallFile } from '../signature/files.ts';
import { version } from '../version.ts';
import { keysIn } from './age-keys.ts';
import type { Command, Globals } from './command.ts';
import { type Io, UserError } from './io.ts';
import { type CustodyOptions, custodyOf, custodyOptions } from './keep-custody.ts';
import { type LimitOptions, limitOptions, limitsOf } from './limit-options.ts';
import { ownCommand } from './own-command.ts';

interface RedactOptions extends LimitOptions, CustodyOptions {
  readonly output: string;
  readonly key?: string;
}

const KEY_BYTES = 32;

export const redact: Command = ownCommand<RedactOptions>(
  'redact',
  'Write an archive that can be shared: no environments, arguments, user and host names or addresses',
  (program) => {
    program
      .argument('<archive>', 'archive: it is not changed')
      .requiredOption('-o, --output <file>', 'where to, never over another file')
      .option(
        '--key <file>',
        'secret of 16 bytes or more: what is the same in several archives gets the same replacement (default: a new one each time)',
      );
    custodyOptions(limitOptions(program)).addHelpText(
      'after',
      `
What is replaced is replaced alike wherever it stands, by as many characters: users, groups and hosts, parts of paths that not every
system has, arguments, interface names given by hand, addresses (which keep their class and the prefixes they share), hardware
addresses, ids of the host and its boot. What stays: numbers (ports, pids, uids, inodes, sizes, times), states, names of packaged
programs and of services. Environments and copies of executables are left out, as is every file this version does not know.
docs/REDACT.md tells it file by file. Exit code: 0, 1 when the original is altered, damaged or incomplete, 2.`,
    );
  },
  redactOne,
);

async function redactOne(options: RedactOptions, operands: readonly string[], io: Io, globals: Globals): Promise<number> {
  const [archive = '', ...more] = operands;
  if (more.length > 0) throw new UserError('redact takes one archive');
  if (archive === '-') throw new UserError('redact reads the archive twice: it needs a file, not standard input');
  const key = await keyOf(options.key, io);
  const keys = await keysIn(globals.ageIdentity, io);
  const path = resolve(io.cwd, archive);
  const custody = await custodyOf(options, [archive], io);
  const open = async () => openEvidence(path, limitsOf(options), keys);
  // Looked at before a file is made for the output.
  await open();
  const output = resolve(io.cwd, options.output);
  const by = { tool: `coldstat ${version()}`, keyed: options.key !== undefined };
  const result = await createdBy(output, options.output, (fd) => redactArchive(open, fd, key, by));
  const { sha256, bytes, written, left, state } = result;
  await io.out(`${terminal(options.output, 'utf8')}: ${written} files redacted, ${left} left out, ${bytes} bytes, SHA-256 ${sha256}\n`);
  await custody.record(archive, 'exported', `redacted into ${options.output}, SHA-256 ${sha256}`);
  if (state === 'complete') return 0;
  io.err(`coldstat: ${terminal(archive, 'utf8')}: ${state}: the redacted archive holds what could be read of it, and says so\n`);
  return 1;
}

async function keyOf(file: string | undefined, io: Io): Promise<Buffer> {
  if (file === undefined) return io.random(KEY_BYTES);
  const key = Buffer.from(await smallFile(resolve(io.cwd, file), file), 'latin1');
  if (key.length < 16) throw new UserError(`${file} is too short for a key: 16 bytes at least, as from head -c 32 /dev/urandom`);
  return key;
}
