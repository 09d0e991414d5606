import { expect, test } from 'vitest';
import { type SourceFile, sources } from '../support/sources.ts';

const ALL: readonly SourceFile[] = ['packages/capture/src', 'packages/analyze/src'].flatMap(sources);

/** A thing that only these files may do, each with its reason. */
interface Door {
  readonly what: string;
  readonly pattern: RegExp;
  readonly files: Readonly<Record<string, string>>;
}

const DOORS: readonly Door[] = [
  {
    what: 'catch',
    pattern: /\bcatch\s*[({]|\.catch\(/,
    files: {
      'packages/capture/src/attempt.ts': 'errno becomes a problem here',
      'packages/capture/src/kernel/door.ts': 'a library that is not there, or does not load, means that nothing is called',
      'packages/capture/src/archive/read.ts': 'a hostile archive must not stop the reader',
      'packages/capture/src/cli.ts': 'the end of the program',
      'packages/analyze/src/named-file.ts': 'what the system says of a file the operator named becomes a sentence',
      'packages/analyze/src/open/attempt.ts': 'errors of the file system in trees that others made are data',
      'packages/analyze/src/procfs/lines.ts': 'a line that a parser cannot take becomes a problem',
      'packages/analyze/src/db/query.ts': 'what SQLite says of a statement becomes a message',
      'packages/analyze/src/db/open.ts': 'what SQLite says of a file becomes a message',
      'packages/analyze/src/db/insert.ts': 'a row that its table refuses becomes a problem',
      'packages/analyze/src/commands/query-child.ts': 'what SQLite says of a statement of the operator becomes an answer',
      'packages/analyze/src/ioc/json.ts': 'a list of indicators that is no JSON becomes a message',
      'packages/analyze/src/serve/server.ts': 'what fails for one request must not end the server',
      'packages/analyze/src/cli.ts': 'the end of the program',
    },
  },
  {
    what: 'standard streams and arguments',
    pattern: /(?<!\.)\bprocess\.(stdout|stderr|stdin|argv|exitCode)\b|\bconsole\./,
    files: {
      'packages/capture/src/cli.ts': 'the outside of the program',
      'packages/analyze/src/cli.ts': 'the outside of the program',
    },
  },
  {
    what: 'environment',
    pattern: /\bprocess\.(env|cwd)\b/,
    files: {
      'packages/capture/src/cli.ts': 'the outside of the program',
      'packages/capture/src/host.ts': 'the capture declares its own presence',
      'packages/analyze/src/cli.ts': 'the outside of the program',
    },
  },
  {
    what: 'wall clock',
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)/,
    files: {
      'packages/analyze/src/cli.ts': 'records of custody bear the time',
      'packages/capture/src/cli.ts': 'the name of the archive bears the time',
      'packages/capture/src/host.ts': 'the clocks of the host are evidence',
    },
  },
  {
    what: 'randomness',
    pattern: /\bMath\.random\b|\brandom(Bytes|UUID|Int|FillSync)\b/,
    files: {
      'packages/analyze/src/cli.ts': 'the key of a redaction',
      'packages/capture/src/cli.ts': 'the id of the capture',
      'packages/capture/src/host.ts': 'the id of the capture',
    },
  },
  { what: 'process.exit', pattern: /\bprocess\.(exit|abort|reallyExit)\b/, files: {} },
];

test.each(DOORS)('only the named files do this: $what', ({ pattern, files }) => {
  expect(ALL.filter((f) => pattern.test(f.code) && !(f.path in files)).map((f) => f.path)).toEqual([]);
});

test.each(DOORS)('every file named for it is there: $what', ({ files }) => {
  const there = ALL.map((f) => f.path);
  expect(Object.keys(files).filter((path) => !there.includes(path))).toEqual([]);
});

test('the analyzer reads no clock at all', () => {
  const clock = /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.|\bhrtime\b/;
  const allowed = ['packages/analyze/src/cli.ts'];
  expect(
    ALL.filter((f) => f.path.startsWith('packages/analyze') && clock.test(f.code) && !allowed.includes(f.path)).map((f) => f.path),
  ).toEqual([]);
});
