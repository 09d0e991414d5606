import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caseFile } from '../support/case-file.ts';
import { coldstat, nodeArguments, type Ran } from '../support/run.ts';

let dir: string;
let db: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-query-'));
  db = caseFile(join(dir, 'case.db'), {
    captures: [{ host: 'a' }, { capture_id: 2, host: 'b' }],
    processes: [
      { pid: 1, name: 'init' },
      { pid: 22, name: Buffer.from([0x1b, 0x5b, 0xff]) },
      { capture_id: 2, pid: 1, name: 'other' },
    ],
    fds: [
      { pid: 1, tid: 0, fd: 3, socket_inode: 9007199254740993n },
      { capture_id: 2, pid: 1, tid: 0, fd: 4, socket_inode: 5 },
    ],
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

const query = (...args: string[]): Ran => coldstat(['query', '-d', db, ...args], { cwd: dir });
const BOMB = 'WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t)';

describe('answers', () => {
  test('every format', () => {
    const sql = 'SELECT pid, name FROM processes ORDER BY capture_id, pid';
    expect(query(sql).out).toContain('\\x1b[\\xff');
    expect(JSON.parse(query('--format', 'json', sql).out)).toMatchObject([
      { pid: 1, name: 'init' },
      { pid: 22, name: { hex: '1b5bff' } },
      { pid: 1 },
    ]);
    expect(query('--format', 'jsonl', sql).out.trim().split('\n')).toHaveLength(3);
    for (const format of ['csv', 'tsv', 'markdown']) expect(query('--format', format, sql).out).not.toMatch(/\x1b/);
  });

  test('large integers are exact', () => {
    expect(query('--format', 'jsonl', 'SELECT socket_inode FROM fds WHERE capture_id = 1').out).toContain('9007199254740993');
  });

  test('parameters', () => {
    expect(
      query(
        '--format',
        'tsv',
        '--param',
        'p=22',
        '--param',
        "t='22'",
        'SELECT count(*) AS n, typeof(:t) AS t FROM processes WHERE pid = :p',
      ).out,
    ).toBe('n\tt\n1\ttext\n');
    const missing = query('SELECT :nope');
    expect(missing.code).toBe(2);
    expect(missing.err).toMatch(/parameter.*\n.*--param name=value/);
  });

  test('several statements, from a file and from standard input', () => {
    writeFileSync(join(dir, 'q.sql'), "SELECT 1 AS a; -- ;\nSELECT ';' AS b");
    const out = 'a\n1\nb\n;\n';
    expect(query('--format', 'tsv', '-f', 'q.sql').out).toBe(out);
    const piped = coldstat(['query', '-d', db, '--format', 'tsv'], { input: readFileSync(join(dir, 'q.sql')) });
    expect(piped.out).toBe(out);
  });

  test('--capture narrows tables and views, main. does not', () => {
    const sql =
      'SELECT (SELECT count(*) FROM processes), (SELECT count(*) FROM socket_holders), (SELECT count(*) FROM captures), (SELECT count(*) FROM main.processes)';
    const counts = (...args: string[]): string | undefined => query('--format', 'tsv', ...args, sql).out.split('\n')[1];
    expect(counts()).toBe('3\t2\t2\t3');
    expect(counts('--capture', '1')).toBe('2\t1\t1\t3');
    expect(counts('--capture', 'b')).toBe('1\t1\t1\t3');
  });
});

describe('limits', () => {
  test('rows, said when they are cut', () => {
    const ran = query('--limit', '3', '--format', 'tsv', `${BOMB} SELECT x FROM t`);
    expect(ran).toMatchObject({ code: 0, out: 'x\n1\n2\n3\n' });
    expect(ran.err).toMatch(/cut after 3 rows; --limit 0/);
    expect(query('--limit', '3', 'SELECT 1 UNION SELECT 2 UNION SELECT 3').err).toBe('');
  });

  test('time: a statement that never ends is stopped', () => {
    const from = Date.now();
    const ran = query('--timeout', '1', `${BOMB} SELECT count(*) FROM t`);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/took too long.*\n.*--timeout/);
    expect(Date.now() - from).toBeLessThan(15_000);
  });

  test('memory', () => {
    const ran = query(
      '--timeout',
      '10',
      'SELECT count(*) FROM (SELECT hex(zeroblob(150000000)) AS a UNION SELECT hex(randomblob(150000000)) UNION SELECT hex(randomblob(150000001)) UNION SELECT hex(randomblob(150000002)) UNION SELECT hex(randomblob(150000003)) UNION SELECT hex(randomblob(150000004)) UNION SELECT hex(randomblob(150000005)) UNION SELECT hex(randomblob(150000006)))',
    );
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/out of memory|too big|took too long/);
  });
});

describe('mistakes are named with their place', () => {
  test.each([
    ['SELECT * FORM processes', /syntax error\n {2}SELECT \* FORM processes\n {11}\^\n/],
    ['SELECT *\nFROM proceses', /no such table: proceses\n {2}FROM proceses\n {7}\^\n {2}near: processes\n/],
    ['SELECT pidd FROM processes', /no such column: pidd\n {2}SELECT pidd FROM processes\n {9}\^\n {2}near: pid\n/],
    ["SELECT 'x", /unrecognized token/],
    ['SELECT 1,', /ends too early/],
    ['/* nothing */', /there is no statement/],
  ])('%j', (sql, message) => {
    const ran = query(sql);
    expect(ran.err).toMatch(message);
    expect(ran).toMatchObject({ code: 2, out: '' });
  });
});

describe('nothing can be written, whatever the text', () => {
  const state = (): string => `${createHash('sha256').update(readFileSync(db)).digest('hex')} ${readdirSync(dir).sort().join(' ')}`;
  test.each([
    "ATTACH 'new.db' AS n",
    "ATTACH DATABASE 'file:new.db?mode=rwc' AS n; CREATE TABLE n.t (a)",
    "VACUUM INTO 'copy.db'",
    'VACUUM',
    'PRAGMA writable_schema = ON',
    'PRAGMA query_only = OFF; DELETE FROM processes',
    'PRAGMA user_version = 9',
    'PRAGMA journal_mode = WAL',
    "PRAGMA temp_store_directory = '/tmp'",
    'DELETE FROM processes',
    'WITH x AS (SELECT 1) DELETE FROM processes',
    'WITH x AS (SELECT 1) INSERT INTO processes (capture_id, pid) SELECT 9, 9 FROM x RETURNING pid',
    'INSERT INTO processes (capture_id, pid) VALUES (9, 9) RETURNING pid',
    'UPDATE processes SET pid = 5 RETURNING pid',
    'CREATE TABLE t (a)',
    'CREATE TEMP TABLE t (a)',
    'DROP VIEW socket_holders',
    "SELECT load_extension('/tmp/x.so')",
    "SELECT writefile('new', 'x')",
    "SELECT readfile('/etc/passwd')",
    "SELECT fts3_tokenizer('simple', x'00')",
    'BEGIN EXCLUSIVE',
    'REINDEX',
    'ANALYZE',
    'SELECT 1; DELETE FROM processes',
    '/* x */ EXPLAIN DELETE FROM processes; DELETE FROM processes',
  ])('%s', (sql) => {
    const before = state();
    expect(query(sql)).toMatchObject({ code: 2 });
    expect(state()).toBe(before);
  });

  test.each(['DELETE FROM processes', 'PRAGMA query_only = OFF', "ATTACH 'new.db' AS n"])(
    'nor with --capture, which needs views of its own: %s',
    (sql) => {
      const before = state();
      expect(query('--capture', '1', sql)).toMatchObject({ code: 2 });
      expect(state()).toBe(before);
    },
  );
});

test('a case that is not there', () => {
  expect(coldstat(['query', '-d', join(dir, 'no.db'), 'SELECT 1'])).toMatchObject({ code: 2, out: '' });
});

describe('the prompt', () => {
  /** Types lines into a terminal (script(1) makes one) and gives what stood on it. */
  function typed(lines: readonly string[], ...args: string[]): string {
    const command = [process.execPath, ...nodeArguments('coldstat.mjs'), 'query', '-d', db, ...args].map((word) => `'${word}'`).join(' ');
    return execFileSync('script', ['-qec', command, '/dev/null'], {
      input: `${lines.join('\n')}\n`,
      encoding: 'utf8',
      cwd: dir,
      timeout: 20_000,
    });
  }

  test('statements over several lines, dot commands, a mistake does not end it', () => {
    const seen = typed([
      '.tables',
      '.schema socket_holders',
      'SELECT 40',
      '+ 2 AS answer;',
      'SELECT nonsense;',
      "SELECT 'still ' || 'here' AS x;",
      '.nope',
      '.quit',
    ]);
    expect(seen).toMatch(/^sockets_inet\r?$/m);
    expect(seen).toContain('socket_holders (capture_id, socket_inode, pid, tid, fd)');
    expect(seen).toContain('     ...> ');
    expect(seen).toMatch(/answer\r?\n-+\r?\n +42/);
    expect(seen).toContain('no such column: nonsense');
    expect(seen).toContain('still here');
    expect(seen).toContain('no command .nope');
  });

  test('history is kept only when asked for', () => {
    const before = readdirSync(dir).sort();
    typed(['SELECT 1;', '.quit']);
    expect(readdirSync(dir).sort()).toEqual(before);
    typed(['SELECT 11;', '.quit'], '--history', 'h');
    typed(['SELECT 12;', '.quit'], '--history', 'h');
    expect(readFileSync(join(dir, 'h'), 'utf8').split('\n')).toEqual(expect.arrayContaining(['SELECT 11;', 'SELECT 12;']));
    expect(existsSync(join(dir, 'h'))).toBe(true);
  });
});
