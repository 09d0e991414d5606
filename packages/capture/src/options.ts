import { Command, InvalidArgumentError, Option } from 'commander';
import { MAX_MOMENTS } from './archive/series.ts';
import type { Compression } from './archive/write.ts';
import { OPT_IN, type OptIn } from './artefacts.ts';
import { stamp } from './stamp.ts';

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
  /** Milliseconds. */
  readonly every?: number;
  readonly count?: number;
  readonly until?: Until;
  readonly light?: true;
  readonly base64?: true;
}

/** A time of the host's clock, milliseconds since 1970, or so many milliseconds from the start. */
type Until = { readonly at: number } | { readonly after: number };

/** Ending of the default file name. */
export const ENDING: Readonly<Record<Compression, string>> = { zstd: '.tar.zst', gzip: '.tar.gz', none: '.tar' };

const SERIES_HELP = `
A series (--every) writes one archive a moment into the directory --output names (default: "./coldstat-HOST-TIME/"), or one stream of them
to standard output. What did not change since an earlier moment is not stored again: keep the archives of a series together. A moment whose
time comes while the one before is still being taken is missed, and the next archive says so. Ctrl-C ends after the moment in hand, a second
one ends that too. --max-time bounds each moment. With --light only the first and the last moment are whole; without --every it is one light
capture. A light one holds socket tables, kernel socket lists (--netlink), and of each process stat and the links of its descriptors.
  ssh HOST ./coldstat-capture -o - | coldstat load -d case.db -
  ./coldstat-capture --base64                on a serial console; coldstat load takes what the terminal logged
`;

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
    .option('--every <time>', 'a series: one capture each 5s, 500ms, 2m, 1h …; see below', duration)
    .option('--count <n>', 'moments of the series (default: until Ctrl-C)', count)
    .option('--until <time>', 'end of the series, as 2026-01-31T12:00:00Z by the clock of this host, or as 10m from now', until)
    .option('--light', 'socket tables and the links of descriptors alone; in a series, between its first and last moment')
    .option('--base64', 'as lines of text between markers, for a serial console; to standard output unless --output says otherwise')
    .option('--quiet', 'no progress and no summary')
    .addHelpText('after', `\nTaken only when named in --with, and what it does to the host:\n${effects.join('\n')}\n`)
    .addHelpText('after', KERNEL_HELP)
    .addHelpText('after', SERIES_HELP)
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

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds. */
function duration(text: string): number {
  const [, number = '', unit = 's'] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * (UNITS[unit] ?? 0));
  if (!(ms >= 1 && ms <= LONGEST_S * 1000)) throw new InvalidArgumentError(`Not a time such as 500ms, 5s, 2m, 1h, up to ${LONGEST_S}s.`);
  return ms;
}

function count(text: string): number {
  const n = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (n < 1 || n > MAX_MOMENTS) throw new InvalidArgumentError(`Not a number from 1 to ${MAX_MOMENTS}.`);
  return n;
}

function until(text: string): Until {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?Z$/.exec(text);
  if (parts === null) return { after: duration(text) };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  // A thirtieth of February is none.
  if (stamp(at) !== text.replace(/[-:]/g, '').replace(/^(\d{8}T\d{4})Z$/, '$100Z'))
    throw new InvalidArgumentError('There is no such time.');
  return { at };
}

function words(text: string, before: readonly OptIn[] = []): readonly OptIn[] {
  const given = text.split(',').filter((word) => word !== '');
  for (const word of given) {
    if (!Object.hasOwn(OPT_IN, word)) throw new InvalidArgumentError(`'${word}' is none of ${Object.keys(OPT_IN).join(', ')}.`);
  }
  return [...new Set([...before, ...(given as OptIn[])])];
}
