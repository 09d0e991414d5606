import { closeSync, constants, mkdirSync, openSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import type { Sink } from './archive/sink.ts';
import type { Seal } from './archive/write.ts';
import { attempt, Failure } from './attempt.ts';
import type { Given } from './options.ts';
import { ownProgram } from './own-program.ts';
import type { Schedule, SeriesOptions } from './series.ts';
import { heeding } from './signals.ts';
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
  const { planOf } = await import('./plan.ts');
  const plan = planOf(given, Date.now());
  if (typeof plan === 'string') return complain(plan);
  const proc = resolve(given.proc);
  const magic = attempt(() => statfsSync(proc).type);
  if (magic instanceof Failure) return complain(`${given.proc}: ${magic.errno}`);
  if (magic !== PROC_MAGIC) return complain(`${given.proc}: is not a mounted proc file system`);
  const stem = `coldstat-${fileName(hostname())}-${stamp(Date.now())}`;
  const output = given.output ?? (given.base64 ? '-' : stem);
  if (output === '-' && isatty(1) && !given.base64) return complain('standard output is a terminal: give a file, or a pipe');
  const sealing = await sealed(given);
  if (typeof sealing === 'string') return complain(sealing);
  const { ENDING } = await import('./options.ts');
  const ending = ENDING[given.compress] + (sealing.recipients.length === 0 ? '' : '.age');
  const job: Job = { given, sealing, proc, ending, at: output };
  try {
    if (plan !== null) return await series(job, plan, output);
    return await single(job, output === stem ? stem + ending : output);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EPIPE') return 2;
    if (code === 'ENOSPC') return complain(`${job.at}: no space left, the archive breaks off here`);
    if (code === 'EEXIST') return complain(`${job.at}: exists, and is not overwritten`);
    if (typeof code === 'string' && error instanceof Error && 'syscall' in error) return complain(`${job.at}: ${code}`);
    return complain(`this is a bug: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

interface Job {
  readonly given: Given;
  readonly sealing: Sealing;
  readonly proc: string;
  readonly ending: string;
  /** What is being written. */
  at: string;
}

interface Sealing {
  readonly recipients: readonly string[];
  readonly recipientFiles: readonly string[];
  readonly seal: () => Promise<Seal | null>;
}

/** The encryption that was asked for, or what is wrong with a recipient: known before a file of the archive's name is made or the host is read. */
async function sealed({ encryptTo = [], recipientsFile = [] }: Given): Promise<Sealing | string> {
  if (encryptTo.length + recipientsFile.length === 0) return { recipients: [], seal: async () => null, recipientFiles: [] };
  const { recipientsIn, seal } = await import('./encrypt.ts');
  let at = '';
  try {
    const recipients = [...new Set([...encryptTo, ...recipientsFile.flatMap(recipientsIn)])];
    await seal(recipients, (recipient) => {
      at = `recipient ${JSON.stringify(recipient)}: `;
    });
    return { recipients, seal: () => seal(recipients), recipientFiles: recipientsFile.map((file) => resolve(file)) };
  } catch (error) {
    return `${at}${error instanceof Error ? error.message : String(error)}`;
  }
}

const PROC_MAGIC = 0x9fa0;

function base({ given, sealing, proc }: Job): SeriesOptions['base'] {
  const tty = process.stderr.isTTY === true && given.quiet !== true && !shared(given);
  return {
    compress: given.compress,
    recipients: sealing.recipients,
    recipientFiles: sealing.recipientFiles,
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
  };
}

/** Whether messages would come between the lines of the text on one terminal. */
function shared(given: Given): boolean {
  return given.base64 === true && (given.output ?? '-') === '-' && isatty(1);
}

/** Removes the line of progress, and says something in its place. */
function tell({ given }: Job, text: string): void {
  if (given.quiet === true) return;
  process.stderr.write(process.stderr.isTTY === true ? `\r\x1b[K${text}` : text);
}

/** What stands before the descriptor, and what is to be written when all is done. */
async function sinkOf(fd: number, given: Given): Promise<{ sink: Sink; end: () => Promise<void> }> {
  const { FdSink } = await import('./archive/sink.ts');
  const to = new FdSink(fd);
  if (given.base64 !== true) return { sink: to, end: async () => {} };
  const { ArmourSink } = await import('./archive/armour.ts');
  const armour = new ArmourSink(to);
  return { sink: armour, end: () => new Promise((done, fail) => armour.end((error) => (error ? fail(error) : done()))) };
}

async function single(job: Job, output: string): Promise<number> {
  const { given } = job;
  job.at = output;
  const fd = output === '-' ? 1 : openSync(output, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  const { Capture } = await import('./capture.ts');
  const { lightened } = await import('./series.ts');
  const { summary } = await import('./summary.ts');
  const { sink, end } = await sinkOf(fd, given);
  const light = given.light === true;
  const options = light ? lightened(base(job)) : base(job);
  const where = { to: sink, output: output === '-' ? null : resolve(output) };
  const capture = new Capture({ ...options, ...where, seal: await job.sealing.seal(), light, moment: null });
  try {
    const result = await heeding([() => capture.stop('interrupted')], () => capture.run());
    await end();
    tell(job, summary(result, output === '-' ? 'standard output' : output));
    return result.exit === 'complete' ? 0 : 1;
  } finally {
    capture.abandon();
    if (fd !== 1) attempt(() => closeSync(fd));
  }
}

async function series(job: Job, schedule: Schedule, output: string): Promise<number> {
  const { newId } = await import('./host.ts');
  const { Series } = await import('./series.ts');
  const { inDirectory, onPipe } = await import('./series-place.ts');
  const { momentLine } = await import('./summary.ts');
  const id = newId();
  const { sink, end } = await sinkOf(1, job.given);
  const pipe = output === '-' ? onPipe(sink, id, job.ending) : null;
  if (pipe === null) makeDirectory(output);
  const place =
    pipe ??
    inDirectory(resolve(output), job.ending, (path) => {
      job.at = path;
    });
  const held: string[] = [];
  let exit = 0;
  const run = new Series({
    id,
    base: base(job),
    seal: job.sealing.seal,
    schedule,
    place,
    told: (moment) => {
      if (moment.result.exit !== 'complete') exit = 1;
      if (shared(job.given)) held.splice(0, held.length, momentLine(moment));
      else tell(job, momentLine(moment));
    },
  });
  try {
    const taken = await heeding([() => run.stop(), () => run.interrupt()], () => run.run());
    await pipe?.close(taken);
    await end();
    tell(
      job,
      `${held.join('')}${NAME}: ${taken} ${taken === 1 ? 'archive' : 'archives'} to ${output === '-' ? 'standard output' : output}\n`,
    );
    return taken === 0 ? 2 : exit;
  } finally {
    run.abandon();
  }
}

/** One that is there is taken, since no file in it is overwritten. */
function makeDirectory(path: string): void {
  const made = attempt(() => mkdirSync(path, 0o700));
  if (made instanceof Failure && made.errno !== 'EEXIST') mkdirSync(path);
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
