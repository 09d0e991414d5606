import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OFFERS } from '../../packages/analyze/src/commands/offers.ts';
import { EVENTS } from '../../packages/analyze/src/custody/record.ts';
import { KINDS } from '../../packages/analyze/src/diff/change.ts';
import { LIST_FORMS } from '../../packages/analyze/src/ioc/read-list.ts';
import { readHelp } from '../../packages/analyze/src/shell/help-entries.ts';
import { FIRST_OPERAND } from '../../packages/analyze/src/shell/tree.ts';
import { SEVERITIES } from '../../packages/analyze/src/triage/rule.ts';
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

/** Lines that end where a value is chosen, and what there is to choose from. */
const VALUES: readonly (readonly [string, readonly string[]])[] = [
  ['coldstat export --format ', ['csv', 'jsonl', 'parquet', 'ecs', 'timesketch', 'bodyfile']],
  ['coldstat report --format ', ['html', 'markdown']],
  ['coldstat lsof --format ', ['table', 'json', 'jsonl', 'csv', 'tsv', 'markdown']],
  ['coldstat triage --severity ', SEVERITIES],
  ['coldstat diff --only ', KINDS],
  ['coldstat ioc --as ', LIST_FORMS],
  ['coldstat baseline ', ['create', 'check']],
  ['coldstat custody ', ['add', 'show', 'check']],
  ['coldstat custody add --event ', Object.keys(EVENTS)],
  ['coldstat completion ', ['bash', 'zsh', 'fish']],
];

/** Types a line into an interactive bash that has the completion, and prints what stands on the terminal. */
const TYPE = `
import os, pty, sys, time, select
pid, fd = pty.fork()
if pid == 0:
    os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])
def read(until, seconds):
    seen, end = b'', time.time() + seconds
    while time.time() < end and until not in seen:
        if select.select([fd], [], [], 0.1)[0]:
            seen += os.read(fd, 4096)
    return seen
os.write(fd, b"PS1='ready> '; bind 'set enable-bracketed-paste off'; source " + sys.argv[1].encode() + b"; echo so''urced\\n")
read(b'sourced', 20)
os.write(fd, sys.argv[2].encode())
time.sleep(0.5)
os.write(fd, b' # th' + b'e-end')
print(read(b'the-end', 20).decode(errors='replace'))
os.write(fd, b'\\x03')
os.write(fd, b'exit\\n')
os.close(fd)
os.waitpid(pid, 0)
`;

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

  test.each(VALUES)('offers the values of %s', (line, words) => {
    const script = printed('bash');
    expect(offeredByBash(script, line)).toEqual(words);
    expect(offeredByBash(script, `${line}-`)).not.toContain(words[0]);
  });

  test('in a terminal, after TAB', () => {
    writeFileSync(join(directory, 'completion.bash'), printed('bash'));
    const typed = (line: string): string => say('python3', ['-c', TYPE, join(directory, 'completion.bash'), line]);
    expect(typed('coldstat export --format bo\t')).toContain('coldstat export --format bodyfile');
    expect(typed('coldstat triage --severity=cr\t')).toContain('--severity=critical');
    expect(typed('coldstat baseline cr\t')).toContain('coldstat baseline create');
    // A word behind the verb is a file.
    expect(typed('coldstat baseline check ev\t')).toContain('check evidence.tar.zst');
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
    for (const [line, words] of VALUES) expect([line, offeredByZsh(file, line)]).toEqual([line, ['--', ...words]]);
    expect(offeredByZsh(file, 'coldstat baseline check e')).toEqual(['FILES']);
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
    for (const [line, words] of VALUES) expect([line, offeredByFish(file, line).toSorted()]).toEqual([line, [...words].toSorted()]);
    expect(offeredByFish(file, 'coldstat baseline check ev')).toEqual(['evidence.tar.zst']);
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

test.each(Object.entries(OFFERS))('what is offered for %s is an option of it, or an operand', (command, offers) => {
  const { out } = coldstat([command, '--help']);
  const { entries } = readHelp(out);
  for (const option of Object.keys(offers)) {
    if (option === FIRST_OPERAND) expect(out).toMatch(/^Usage: .* <\w+>/m);
    else expect(entries.find((e) => e.spellings.at(-1) === option)?.argument).toEqual(expect.any(String));
  }
});

test('a shell that is not known is told of', () => {
  expect(coldstat(['completion', 'tcsh']).err).toMatch(/no completion for tcsh: bash, zsh or fish/);
});
