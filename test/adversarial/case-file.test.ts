import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../packages/analyze/src/cli.ts';
import { openCase, openForLoading } from '../../packages/analyze/src/db/open.ts';
import { UserError } from '../../packages/analyze/src/user-error.ts';
import { Random } from '../fuzz/random.ts';
import { caseFile } from '../support/case-file.ts';
import { fakeIo } from '../support/fake-io.ts';
import { coldstat } from '../support/run.ts';

/** A case file that somebody else made: whatever is in it or beside it, nothing runs, nothing is written, nothing else is touched. */

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-hostile-'));
  file = join(dir, 'case.db');
  caseFile(file, {
    captures: [{ capture_id: 1, host: 'web1' }],
    processes: [{ pid: 7, name: 'x' }],
    fds: [{ pid: 7, tid: 0, fd: 3, target: '/x' }],
  });
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The end of a rollback journal that names a super-journal (SQLite, pager.c writeSuperJournal). */
function journalNaming(path: string): Buffer {
  const name = Buffer.from(path);
  const tail = Buffer.alloc(16);
  tail.writeUInt32BE(name.length, 0);
  tail.writeUInt32BE(
    name.reduce((sum, byte) => sum + (byte > 127 ? byte - 256 : byte), 0),
    4,
  );
  Buffer.from('d9d505f920a163d7', 'hex').copy(tail, 8);
  return Buffer.concat([Buffer.alloc(512, 1), Buffer.alloc(4), name, tail]);
}

describe('beside it', () => {
  it('a journal that names a file of ours as its super-journal deletes nothing but itself', () => {
    // SQLite before 3.50 removed the file that the end of a journal names.
    const victim = join(dir, 'victim');
    writeFileSync(victim, 'precious');
    for (const open of [() => openCase(file).close(), () => openForLoading(file).close()]) {
      writeFileSync(`${file}-journal`, journalNaming(victim));
      open();
      expect(readFileSync(victim, 'utf8')).toBe('precious');
      expect(existsSync(`${file}-journal`)).toBe(false);
    }
  });

  it('a journal that is a link is not followed', () => {
    const victim = join(dir, 'victim');
    writeFileSync(victim, journalNaming(join(dir, 'x')));
    symlinkSync(victim, `${file}-journal`);
    expect(() => openCase(file)).toThrow(UserError);
    expect(statSync(victim).size).toBeGreaterThan(512);
  });

  it.each(['-wal', '-shm'])('a file *%s that SQLite would read or write is refused, and nothing is added', (ending) => {
    writeFileSync(`${file}${ending}`, Buffer.alloc(4096, 7));
    const before = readdirSync(dir);
    expect(() => openCase(file)).toThrow(/write-ahead/);
    expect(readdirSync(dir)).toEqual(before);
  });
});

/** Writes to the schema itself, as somebody can who makes a file byte by byte. */
function forge(change: (db: Database.Database) => void): void {
  const db = new Database(file);
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  change(db);
  db.pragma('writable_schema = RESET');
  db.close();
}

describe('in it', () => {
  it('write-ahead mode is refused, since it writes beside the file', () => {
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.close();
    const before = readdirSync(dir);
    expect(() => openCase(file)).toThrow(/write-ahead/);
    expect(readdirSync(dir)).toEqual(before);
  });

  const schemas: [string, string][] = [
    [
      'a trigger under the name of an index',
      `INSERT INTO sqlite_schema VALUES ('trigger', 'x', 'captures', 0, 'CREATE TRIGGER x AFTER INSERT ON captures BEGIN SELECT 1; END')`,
    ],
    [
      'a view that calls a function',
      `INSERT INTO sqlite_schema VALUES ('view', 'v', 'v', 0, 'CREATE VIEW v AS SELECT load_extension(''x'')')`,
    ],
    ['a virtual table', `INSERT INTO sqlite_schema VALUES ('table', 'f', 'f', 0, 'CREATE VIRTUAL TABLE f USING fts5(a)')`],
    [
      'a table of ours that is a view',
      `UPDATE sqlite_schema SET type = 'view', sql = 'CREATE VIEW fds AS SELECT 1', rootpage = 0 WHERE name = 'fds'`,
    ],
    [
      'a default that computes',
      `UPDATE sqlite_schema SET sql = replace(sql, '"host"', '"host" DEFAULT (randomblob(9)), "h2"') WHERE name = 'captures'`,
    ],
    [
      'a generated column',
      `UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ', g AS (randomblob(1000000000))) STRICT') WHERE name = 'captures'`,
    ],
    ['two objects of one name', `INSERT INTO sqlite_schema SELECT * FROM sqlite_schema WHERE name = 'fds'`],
    ['an object under a reserved name', `INSERT INTO sqlite_schema VALUES ('table', 'sqlite_autoindex_x', 'x', 0, 'CREATE TABLE x (a)')`],
    ['a view of ours with its text changed', `UPDATE sqlite_schema SET sql = sql || ' /**/' WHERE type = 'view'`],
  ];
  it.each(schemas)('%s is refused', (_, sql) => {
    forge((db) => db.exec(sql));
    expect(() => openCase(file)).toThrow(UserError);
    expect(() => openForLoading(file)).toThrow(UserError);
    expect(coldstat(['captures', '-d', file])).toMatchObject({ code: 2, out: '' });
  });

  it('is not changed by answers, nor by commands that fail', () => {
    const before = readFileSync(file);
    for (const args of [['captures'], ['netstat', '-a'], ['query', 'DELETE FROM captures'], ['query', "ATTACH '/tmp/x' AS x"]])
      coldstat([...args, '--db', file]);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(dir)).toEqual(['case.db']);
  });

  it('text where a number must be never reaches a terminal as it is', () => {
    // The declaration says INTEGER and STRICT, the bytes do not: somebody wrote the row before the declaration.
    forge((db) => {
      const own = db.prepare<[], string>(`SELECT sql FROM sqlite_schema WHERE name = 'processes'`).pluck().get() ?? '';
      db.exec(`UPDATE sqlite_schema SET sql = replace(replace(sql, ' INTEGER', ''), ' STRICT', '') WHERE name = 'processes'`);
      db.pragma('writable_schema = RESET');
      db.exec(
        `UPDATE processes SET parent = char(27) || ']0;owned' || char(7), pgroup = char(155), uid = '=cmd()', start_ticks = char(27)`,
      );
      db.pragma('writable_schema = ON');
      db.prepare(`UPDATE sqlite_schema SET sql = ? WHERE name = 'processes'`).run(own);
    });
    const asked = [
      ['ps'],
      ['ps', '--tree'],
      ['lsof', '-R'],
      ['lsof', '-l'],
      ['lsof', '-F', 'pRgu'],
      ['query', 'SELECT * FROM processes'],
      ['ledger'],
    ];
    let all = '';
    for (const args of asked) {
      const { code, out, err } = coldstat([...args, '--db', file]);
      expect([0, 1, 2], err).toContain(code);
      expect(out + err).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      all += `${args.join(' ')}\n${out}\n`;
    }
    expect(all).toContain('\\x1b]0;owned');
  });

  it('with bytes flipped anywhere: an answer, or one line that says so', { timeout: 120_000 }, async () => {
    const whole = readFileSync(file);
    const random = new Random(4);
    const codes = new Set<number>();
    for (let n = 0; n < 150; n++) {
      const bad = Buffer.from(whole);
      for (let k = 1 + random.below(30); k > 0; k--) bad[100 + random.below(bad.length - 100)] = random.below(256);
      writeFileSync(file, bad);
      for (const words of [['captures'], ['ps'], ['lsof', '-nP']]) {
        const io = fakeIo(dir);
        const code = await run([...words, '--db', file], io);
        expect([0, 1, 2], io.said.err).toContain(code);
        expect(io.said.out + io.said.err).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
        codes.add(code);
      }
    }
    expect(codes).toContain(2);
  });
});
