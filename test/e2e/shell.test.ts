import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readHelp } from '../../packages/analyze/src/shell/help-entries.ts';
import { coldstat } from '../support/run.ts';

const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url));
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'coldstat-shell-'));
  writeFileSync(join(directory, 'evidence.tar.zst'), '');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function say(program: string, args: readonly string[]): string {
  const ran = spawnSync(program, args, {
    encoding: 'utf8',
    cwd: directory,
    timeout: 60_000,
    env: { PATH: process.env['PATH'], HOME: directory, TERM: 'dumb' },
  });
  if (ran.error !== undefined) throw ran.error;
  expect(ran.stderr).toBe('');
  return ran.stdout;
}

function printed(shell: string): string {
  const { out, code } = coldstat(['completion', shell]);
  expect(code).toBe(0);
  return out;
}

/** What bash offers for a line whose last word is being typed. */
function offeredByBash(script: string, line: string): string[] {
  const words = line.split(' ');
  const ask = `compopt() { :; }; COMP_WORDS=(${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _${words[0]?.replaceAll('-', '_')}; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return say('bash', ['--norc', '-c', `${script}\n${ask}`])
    .split('\n')
    .filter((l) => l !== '');
}

/** What zsh offers, by a completion in a terminal of its own that lists the matches. */
function offeredByZsh(file: string, line: string): string[] {
  const script = `
    fpath=(${directory} $fpath); autoload -Uz compinit; compinit -u -d ${directory}/dump
    typeset -ga seen
    compadd() { local -a a; zparseopts -D -E -a a d: J: V: X: x: o+: M: F: P: S: O: A: D: W: q Q f e k l n U 1 2 C R: r: s: p: I: i:; seen+=("$@"); }
    _describe() { local -a list; while [[ $1 == -* ]]; do [[ $1 == -t ]] && shift; shift; done; shift; local n; for n in "$@"; do [[ -n $n ]] && list+=("\${(@P)n}"); done; seen+=("\${(@)list%%:*}"); }
    _files() { seen+=(FILES); }
    words=(${line
      .split(' ')
      .map((w) => `'${w}'`)
      .join(' ')}); CURRENT=$#words
    source ${file}
    print -l -- $seen`;
  return say('zsh', ['-f', '-c', script])
    .split('\n')
    .filter((l) => l !== '');
}

function offeredByFish(file: string, line: string): string[] {
  const lines = say('fish', ['--no-config', '-c', `source ${file}; complete -C ${JSON.stringify(line)}`]).split('\n');
  return lines.filter((l) => l !== '').map((l) => l.split('\t')[0] ?? '');
}

describe('bash', () => {
  test('offers commands, options of the command, and words and files where one must follow', () => {
    const script = printed('bash');
    expect(offeredByBash(script, 'coldstat net')).toEqual(['netstat']);
    expect(offeredByBash(script, 'coldstat -d x.db led')).toEqual(['ledger']);
    expect(offeredByBash(script, 'coldstat netstat --numeric-p')).toEqual(['--numeric-ports']);
    expect(offeredByBash(script, 'coldstat lsof --format js')).toEqual(['json', 'jsonl']);
    expect(offeredByBash(script, 'coldstat lsof --archive ev')).toEqual(['evidence.tar.zst']);
    expect(offeredByBash(script, 'coldstat lsof ev')).toEqual([]);
  });

  test('of the capture: the file in its package', () => {
    const script = `source ${PACKAGES}/capture/completions/coldstat-capture.bash`;
    expect(offeredByBash(script, 'coldstat-capture --comp')).toEqual(['--compress']);
    expect(offeredByBash(script, 'coldstat-capture --compress g')).toEqual(['gzip']);
  });
});

describe('zsh', () => {
  test('offers the same', () => {
    const file = join(directory, '_coldstat');
    writeFileSync(file, printed('zsh'));
    expect(offeredByZsh(file, 'coldstat net')).toContain('netstat');
    expect(offeredByZsh(file, 'coldstat netstat --n')).toContain('--numeric-ports');
    expect(offeredByZsh(file, 'coldstat lsof --format j')).toEqual(['--', 'table', 'json', 'jsonl', 'csv', 'tsv', 'markdown']);
    expect(offeredByZsh(file, 'coldstat lsof --archive e')).toEqual(['FILES']);
    expect(offeredByZsh(`${PACKAGES}/capture/completions/_coldstat-capture`, 'coldstat-capture --c')).toContain('--compress');
  });
});

describe('fish', () => {
  test('offers the same, with a sentence each', () => {
    const file = join(directory, 'coldstat.fish');
    writeFileSync(file, printed('fish'));
    expect(offeredByFish(file, 'coldstat net')).toEqual(['netstat']);
    expect(offeredByFish(file, 'coldstat netstat --numeric-p')).toEqual(['--numeric-ports']);
    expect(offeredByFish(file, 'coldstat lsof --format js')).toEqual(['json', 'jsonl']);
    expect(offeredByFish(`${PACKAGES}/capture/completions/coldstat-capture.fish`, 'coldstat-capture --compress g')).toContain('gzip');
  });
});

describe('the manual', () => {
  test.each(['analyze/man/coldstat.1', 'capture/man/coldstat-capture.1'])(
    '%s has no fault that mandoc would warn of, and man shows it',
    (page) => {
      const file = join(PACKAGES, page);
      const lint = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', file], { encoding: 'utf8' });
      expect(lint.stdout.split('\n').filter((l) => !/ STYLE: |^$|missing date/.test(l))).toEqual([]);
      const shown = spawnSync('man', ['-l', file], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], MANPAGER: 'cat', MANWIDTH: '100', LC_ALL: 'C.UTF-8' },
      });
      expect(shown.stdout).toMatch(/^NAME\n/m);
      expect(shown.stdout).toMatch(/^ +-o, --output|^ +-d, --db/m);
    },
  );
});

describe('help texts', () => {
  test('every option of a command is found again in its help', () => {
    const { entries } = readHelp(coldstat(['load', '--help']).out);
    expect(entries.map((e) => e.spellings)).toContainEqual(['-d', '--db']);
    expect(entries.find((e) => e.spellings.includes('--max-ratio'))?.argument).toBe('<n>');
    const lsof = readHelp(coldstat(['lsof', '--help']).out).entries;
    expect(lsof.find((e) => e.spellings.includes('+fg'))?.spellings).toEqual(['+f', '-f', '+fg', '+fG']);
    expect(lsof.find((e) => e.spellings.includes('-F'))?.argument).toBe('[LETTERS]');
    const netstat = readHelp(coldstat(['netstat', '--help']).out).entries;
    expect(netstat.find((e) => e.spellings.includes('-A'))).toMatchObject({ spellings: ['-A', '--protocol'], argument: 'LIST' });
  });
});

test('a shell that is not known is told of', () => {
  expect(coldstat(['completion', 'tcsh']).err).toMatch(/no completion for tcsh: bash, zsh or fish/);
});
