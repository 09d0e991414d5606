import { Command, InvalidArgumentError, Option } from 'commander';
import type { Compression } from './archive/write.ts';
import { OPT_IN, type OptIn } from './artefacts.ts';

/** What was given on the command line. */
export interface Given {
  readonly output?: string;
  readonly case?: string;
  readonly operator?: string;
  readonly reason?: string;
  /** Seconds. */
  readonly timeOffset?: number;
  readonly compress: Compression;
  readonly encryptTo?: readonly string[];
  readonly recipientsFile?: readonly string[];
  readonly proc: string;
  readonly with?: readonly OptIn[];
  /** Seconds. */
  readonly maxTime?: number;
  readonly netlink?: true;
  readonly sockopt?: true;
  /** Seconds. */
  readonly probeTime: number;
  readonly quiet?: true;
}

/** Ending of the default file name. */
export const ENDING: Readonly<Record<Compression, string>> = { zstd: '.tar.zst', gzip: '.tar.gz', none: '.tar' };

const KERNEL_HELP = `
--netlink needs Node 26 or the package koffi; without one it says so and the capture goes on. What it does to the host:
  gives each socket its cookie (a number that the kernel keeps ready), locks each TCP socket for a moment, enters each
  network namespace with a child process (root only), and makes the kernel load the module that answers (tcp_diag,
  unix_diag …) where it is not loaded yet; of protocols that /proc/net/protocols does not list, nothing is asked.
  To root the kernel also tells the keys of signed TCP connections (RFC 2385, BGP): the archive then holds secrets.
--sockopt needs the same, and the right to trace (root, or the same user). It duplicates each socket for a moment
  (pidfd_getfd): if its process closes it just then, the close is finished by us; the kernel sets the socket's net_cls and
  net_prio class to that of this program; security modules may note it. Of values only such are read that reading leaves
  as they are: never the pending error, never counters that reading resets. It takes some 0.1 ms a socket.
--probe-time bounds a look at every process number up to the last one given (some 4 µs each), to find processes that answer
  and are not listed.
`;

export function grammar(version: string): Command {
  const effects = Object.entries(OPT_IN).map(([word, effect]) => `  ${word.padEnd(14)}${effect}`);
  return new Command('coldstat-capture')
    .description('Copies the network and process evidence of this running host into one archive.')
    .version(version, '--version')
    .option('-o, --output <file>', 'where the archive goes, - is standard output (default: "./coldstat-HOST-TIME.tar.zst")')
    .option('--case <text>', 'case number, kept in the archive')
    .option('--operator <text>', 'who captures')
    .option('--reason <text>', 'why')
    .option('--time-offset <seconds>', "what must be added to this host's clock to get true time, as you measured it", seconds)
    .addOption(new Option('--compress <method>', 'compression').choices(Object.keys(ENDING)).default('zstd'))
    .option('--encrypt-to <recipient>', 'encrypt to this public key of age (age1…); repeatable; read with age -d', list)
    .option('--recipients-file <file>', 'encrypt to each public key in this file, as for age -R; repeatable', list)
    .option('--proc <dir>', 'another mount of proc, such as /host/proc in a container', '/proc')
    .option('--with <words>', 'take more, see below; comma separated, repeatable', words)
    .option('--netlink', "the kernel's own socket lists, by system call; see below")
    .option('--sockopt', 'the options of each socket, through a duplicate of it; see below')
    .option('--probe-time <seconds>', 'time to look for processes that are not listed, 0 is no look', amount, 2)
    .option('--max-time <seconds>', 'end after so long with what there is', positive)
    .option('--quiet', 'no progress and no summary')
    .addHelpText('after', `\nTaken only when named in --with, and what it does to the host:\n${effects.join('\n')}\n`)
    .addHelpText('after', KERNEL_HELP)
    .addHelpText('after', 'Exit: 0 complete, 1 archive written but something could not be read, 2 no archive.')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'coldstat-capture: ')) });
}

function list(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function seconds(text: string): number {
  if (!/^[+-]?\d{1,12}(\.\d+)?$/.test(text)) throw new InvalidArgumentError('Not a number of seconds.');
  return Number(text);
}

/** A timer of Node holds 2^31 milliseconds at most. */
const LONGEST_S = 2_000_000;

function positive(text: string): number {
  const n = amount(text);
  if (n === 0) throw new InvalidArgumentError(`Not a number of seconds above 0 and up to ${LONGEST_S}.`);
  return n;
}

function amount(text: string): number {
  const n = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(n <= LONGEST_S)) throw new InvalidArgumentError(`Not a number of seconds up to ${LONGEST_S}.`);
  return n;
}

function words(text: string, before: readonly OptIn[] = []): readonly OptIn[] {
  const given = text.split(',').filter((word) => word !== '');
  for (const word of given) {
    if (!Object.hasOwn(OPT_IN, word)) throw new InvalidArgumentError(`'${word}' is none of ${Object.keys(OPT_IN).join(', ')}.`);
  }
  return [...new Set([...before, ...(given as OptIn[])])];
}
