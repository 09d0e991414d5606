import { resolve } from 'node:path';
import type { ArchiveProblem } from '@coldstat/capture/archive';
import type { Decrypter } from 'age-encryption';
import { sentence } from '../errno.ts';
import { look, makeDirectory, namesIn } from '../open/attempt.ts';
import { openEvidence, unwrap } from '../open/evidence.ts';
import { Materialiser } from '../open/materialise.ts';
import { SeriesStream } from '../open/series-stream.ts';
import { terminal } from '../render/cell.ts';
import { keysIn } from './age-keys.ts';
import type { Command } from './command.ts';
import { extractArchives } from './extract-archives.ts';
import { type Io, UserError } from './io.ts';
import { type Custody, type CustodyOptions, custodyOf, custodyOptions } from './keep-custody.ts';
import { type LimitOptions, limitOptions, limitsOf } from './limit-options.ts';
import { ownCommand } from './own-command.ts';
import { TcpdiagFiles } from './tcpdiag-file.ts';

interface ExtractOptions extends LimitOptions, CustodyOptions {
  readonly directory: string;
  readonly pass: string;
  readonly archives?: true;
}

export const extract: Command = ownCommand<ExtractOptions>(
  'extract',
  'Write the copy of /proc in an archive as files and links, for tools that read a /proc elsewhere',
  (program) => {
    program
      .argument('<archive>', 'archive, foreign tar or directory, or - for standard input')
      .requiredOption('-C, --directory <dir>', 'where to: a directory that is empty or does not exist yet')
      .option('--pass <A|B>', 'which reading of what was read twice', 'A')
      .option('--archives', 'take a stream of archives apart instead: each of a series as a file, as it would stand in a directory');
    custodyOptions(limitOptions(program)).addHelpText(
      'after',
      `
Links are made with the text they had on the host, so they point into this machine where they point anywhere: do not follow them.
A thread that shares the descriptors of its leader gets no fd directory. Exit code: 0, 1 when something could not be written as it is, 2.

  PROC_ROOT=DIR/proc ss -tunap
  TCPDIAG_FILE=DIR/netlink/NAMESPACE/tcpdiag ss -tanoemi     (with --netlink; made of the two dumps of TCP)`,
    );
  },
  async (options, operands, io, globals) => {
    const [archive = '', ...more] = operands;
    if (more.length > 0) throw new UserError('extract takes one archive');
    if (options.pass !== 'A' && options.pass !== 'B') throw new UserError(`--pass takes A or B, not ${JSON.stringify(options.pass)}`);
    const custody = await custodyOf(options, [archive], io);
    const keys = await keysIn(globals.ageIdentity, io);
    const source = archive === '-' ? io.stdin : resolve(io.cwd, archive);
    if (options.archives) return apart(source, { archive, options, keys, custody }, io);
    const snapshot = await openEvidence(source, limitsOf(options), keys);
    const target = Buffer.from(resolve(io.cwd, options.directory), 'utf8').toString('latin1');
    prepare(target, options.directory);
    const tree = new Materialiser(target, options.pass);
    const damage: ArchiveProblem[] = [];
    const dumps = new TcpdiagFiles();
    for await (const item of snapshot.items()) {
      if (item.type === 'entry') {
        tree.entry(item.entry);
        dumps.see(item.entry);
      } else if (item.type === 'header') dumps.header(item.header);
      else if (item.type === 'problem') damage.push(item.problem);
    }
    for (const [path, body] of dumps.files()) tree.own(path, body);
    const problems = [...damage, ...tree.problems];
    await io.out(`${tree.files} files and ${tree.links} links in ${terminal(options.directory)}\n`);
    report(problems, io);
    await custody.record(archive, 'exported', `${tree.files} files and ${tree.links} links into ${options.directory}`);
    return problems.length === 0 ? 0 : 1;
  },
);

interface Apart {
  readonly archive: string;
  readonly options: ExtractOptions;
  readonly keys: Decrypter | undefined;
  readonly custody: Custody;
}

async function apart(source: string | Io['stdin'], { archive, options, keys, custody }: Apart, io: Io): Promise<number> {
  const name = archive === '-' ? 'standard input' : JSON.stringify(archive);
  const stream = await unwrap(source, keys, name);
  if (!(stream instanceof SeriesStream))
    throw new UserError(`${name} is no stream of archives`, '--archives is for a series that came through a pipe');
  const directory = resolve(io.cwd, options.directory);
  prepare(Buffer.from(directory, 'utf8').toString('latin1'), options.directory);
  const { archives, broken } = await extractArchives(stream, directory, io);
  await custody.record(archive, 'exported', `${archives} archives into ${options.directory}`);
  if (broken === null) return 0;
  io.err(`coldstat: ${terminal(name, 'utf8')} was not read to its end: ${terminal(broken, 'utf8')}\n`);
  return 1;
}

function prepare(target: string, shown: string): void {
  const name = JSON.stringify(shown);
  const before = look(target);
  if ('errno' in before && before.errno === 'ENOENT') {
    const made = makeDirectory(target);
    if ('errno' in made) throw new UserError(`cannot make ${name}: ${sentence(made.errno, 'write')}`);
    return;
  }
  if ('errno' in before) throw new UserError(`cannot use ${name}: ${sentence(before.errno, 'write')}`);
  if (!before.value.isDirectory()) throw new UserError(`${name} is not a directory`);
  const names = namesIn(target, 1);
  if ('errno' in names) throw new UserError(`cannot use ${name}: ${sentence(names.errno, 'read')}`);
  if (names.value.length > 0) throw new UserError(`${name} is not empty`, 'name a directory that does not exist yet');
}

function report(problems: readonly ArchiveProblem[], io: Io): void {
  for (const { code, message, entry } of problems) {
    const where = entry === undefined ? '' : `${terminal(Buffer.from(entry, 'latin1'))}: `;
    io.err(`coldstat: ${code}: ${where}${terminal(Buffer.from(message, 'latin1'))}\n`);
  }
}
