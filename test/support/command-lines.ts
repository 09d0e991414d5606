/**
 * Every command, and command lines of it that must hold whatever the evidence says. A new command needs its line here: the adversarial
 * and the fuzz tests run all of them, in every format.
 */
export interface CommandLine {
  /** Words behind the command. `{archive}` is the archive, `{dir}` a directory to write to; neither needs `{db}`, the case file. */
  readonly words: readonly string[];
  /** Takes `--db`. */
  readonly db: boolean;
  /** Takes `--format`. */
  readonly formats: boolean;
}

const cased = (...lines: readonly string[]): CommandLine[] => lines.map((line) => ({ words: split(line), db: true, formats: true }));
const plain = (...lines: readonly string[]): CommandLine[] => lines.map((line) => ({ words: split(line), db: false, formats: false }));

function split(line: string): string[] {
  return line === '' ? [] : line.split(' ');
}

export const COMMAND_LINES: Readonly<Record<string, readonly CommandLine[]>> = {
  load: plain('-d {dir}/load.db {archive}'),
  captures: cased(''),
  problems: cased(''),
  schema: [{ words: [], db: false, formats: true }],
  raw: [
    { words: ['proc/net/unix'], db: true, formats: false },
    { words: ['proc/net/unix:2'], db: true, formats: false },
  ],
  netstat: cased('-anp', '-aepW', '-xa', '-rn', '-r', '-i', '-g', '-s', '-M'),
  lsof: cased('', '-nP', '-i', '-U', '-R -g -K', '-F', '-E'),
  ss: cased('-a', '-ap', '-xap', '-tunape', '-s'),
  sockstat: cased('', '-46', '-u'),
  pfiles: cased('100 101 102 103 104 105'),
  ledger: cased(''),
  ownership: cased(''),
  marks: cased(''),
  diff: cased('1 1'),
  serve: plain('--help'),
  report: [
    { words: [], db: true, formats: false },
    { words: ['--format', 'markdown'], db: true, formats: false },
  ],
  rpcinfo: cased('-p'),
  ps: cased('', '--tree'),
  query: [
    ...['processes', 'fds', 'sockets_unix', 'interfaces', 'users', 'mounts', 'sources', 'problems', 'captures', 'process_args'].map(
      (table): CommandLine => ({ words: [`SELECT * FROM ${table}`], db: true, formats: true }),
    ),
    { words: ["SELECT name || cast(x'1b' AS text), hex(name), char(8238) FROM processes"], db: true, formats: true },
  ],
  sign: plain('--key {dir}/no-such-key {archive}'),
  verify: plain('{archive}'),
  custody: plain('check {archive}'),
  baseline: [{ words: ['create', '-o', '-'], db: true, formats: false }],
  timeline: cased(''),
  triage: cased(''),
  ioc: cased('-e 0.0.0.0/0 -e ::/0 -e name:* -e /* -e user:0 -e hosts', '-e nothing-of-the-kind'),
  export: ['csv', 'jsonl', 'ecs', 'timesketch', 'bodyfile'].map(
    (format): CommandLine => ({
      words: ['--format', format, ...(format === 'csv' || format === 'jsonl' ? ['--table', 'processes'] : []), '--out', '-'],
      db: true,
      formats: false,
    }),
  ),
  completion: plain('bash', 'zsh', 'fish'),
  redact: plain('-o {dir}/redacted {archive}'),
  extract: plain('-C {dir}/extracted {archive}'),
};
