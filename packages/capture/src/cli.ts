import { closeSync, constants, openSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import type { Seal } from './archive/write.ts';
import { attempt, Failure } from './attempt.ts';
import type { Given } from './options.ts';
import { ownProgram } from './own-program.ts';
import { stamp } from './stamp.ts';
import { READER_ARGUMENT } from './wire.ts';

const VERSION = '0.1.0';
const NAME = 'coldstat-capture';

/** The program: a capture, or, with the hidden argument, one of its reading children. Sets the exit code. */
export async function main(): Promise<void> {
  if (process.argv[2] === READER_ARGUMENT) {
    const { serve } = await import('./reader.ts');
    await serve();
    return;
  }
  const { grammar } = await import('./options.ts');
  const command = grammar(VERSION);
  try {
    command.parse();
  } catch (error) {
    // commander has printed what there is to say; --help and --version are no mistakes.
    process.exitCode = error instanceof Error && 'exitCode' in error && error.exitCode === 0 ? 0 : 2;
    return;
  }
  process.exitCode = await capture(command.opts<Given>());
}

async function capture(given: Given): Promise<number> {
  const { ENDING } = await import('./options.ts');
  const proc = resolve(given.proc);
  const magic = attempt(() => statfsSync(proc).type);
  if (magic instanceof Failure) return complain(`${given.proc}: ${magic.errno}`);
  if (magic !== PROC_MAGIC) return complain(`${given.proc}: is not a mounted proc file system`);
  if (given.output === '-' && isatty(1)) return complain('standard output is a terminal: give a file, or a pipe');
  const sealing = await sealed(given);
  if (typeof sealing === 'string') return complain(sealing);
  const ending = ENDING[given.compress] + (sealing.seal === null ? '' : '.age');
  const output = given.output ?? `coldstat-${fileName(hostname())}-${stamp(Date.now())}${ending}`;
  const fd = output === '-' ? 1 : attempt(() => openSync(output, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  if (fd instanceof Failure)
    return complain(fd.errno === 'EEXIST' ? `${output}: exists, and is not overwritten` : `${output}: ${fd.errno}`);
  try {
    return await run(given, sealing, proc, output, fd);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EPIPE') return 2;
    if (code === 'ENOSPC') return complain(`${output}: no space left, the archive breaks off here`);
    if (typeof code === 'string' && error instanceof Error && 'syscall' in error) return complain(`${output}: ${code}`);
    return complain(`this is a bug: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    if (fd !== 1) attempt(() => closeSync(fd));
  }
}

interface Sealing {
  readonly recipients: readonly string[];
  readonly seal: Seal | null;
  readonly recipientFiles: readonly string[];
}

/** The encryption that was asked for, or what is wrong with a recipient: known before a file of the archive's name is made or the host is read. */
async function sealed({ encryptTo = [], recipientsFile = [] }: Given): Promise<Sealing | string> {
  if (encryptTo.length + recipientsFile.length === 0) return { recipients: [], seal: null, recipientFiles: [] };
  const { recipientsIn, seal } = await import('./encrypt.ts');
  let at = '';
  try {
    const recipients = [...new Set([...encryptTo, ...recipientsFile.flatMap(recipientsIn)])];
    const made = await seal(recipients, (recipient) => {
      at = `recipient ${JSON.stringify(recipient)}: `;
    });
    return { recipients, seal: made, recipientFiles: recipientsFile.map((file) => resolve(file)) };
  } catch (error) {
    return `${at}${error instanceof Error ? error.message : String(error)}`;
  }
}

const PROC_MAGIC = 0x9fa0;

async function run(given: Given, sealing: Sealing, proc: string, output: string, fd: number): Promise<number> {
  const { Capture } = await import('./capture.ts');
  const { summary } = await import('./summary.ts');
  const shown = output === '-' ? 'standard output' : output;
  const tty = process.stderr.isTTY === true && given.quiet !== true;
  const capture = new Capture({
    fd,
    output: output === '-' ? null : resolve(output),
    compress: given.compress,
    ...sealing,
    case: given.case ?? null,
    operator: given.operator ?? null,
    reason: given.reason ?? null,
    timeOffsetMs: given.timeOffset === undefined ? null : Math.round(given.timeOffset * 1000),
    proc,
    with: given.with ?? [],
    kernel: { netlink: given.netlink === true, sockopt: given.sockopt === true, probeMs: Math.round(given.probeTime * 1000) },
    maxTimeMs: given.maxTime === undefined ? null : Math.round(given.maxTime * 1000),
    program: ownProgram(READER_ARGUMENT, process.argv[1] ?? '', process.env['LD_LIBRARY_PATH']),
    tool: { name: NAME, version: VERSION, node: process.versions.node, argv: process.argv, exec_path: process.execPath },
    progress: (text) => {
      if (tty) process.stderr.write(`\r\x1b[K${text}`);
    },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const interrupt = (): void => {
    for (const name of signals) process.removeListener(name, interrupt); // a second one ends us at once
    capture.stop('interrupted');
  };
  for (const name of signals) process.on(name, interrupt);
  try {
    const result = await capture.run();
    if (tty) process.stderr.write('\r\x1b[K');
    if (given.quiet !== true) process.stderr.write(summary(result, shown));
    return result.exit === 'complete' ? 0 : 1;
  } finally {
    capture.abandon();
    for (const name of signals) process.removeListener(name, interrupt);
  }
}

function complain(message: string): number {
  process.stderr.write(`${NAME}: ${message}\n`);
  return 2;
}

function fileName(host: string): string {
  return host.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^[.-]/, '_') || 'host';
}

// When this file itself is the program (run from source); bin/coldstat-capture.js calls main.
if (import.meta.main) await main();
