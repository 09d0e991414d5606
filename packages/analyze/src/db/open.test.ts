import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../user-error.ts';
import { memoryCase, openCase, openForLoading, openForReading } from './open.ts';
import { caseDb } from './query.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-open-'));
  file = join(dir, 'case.db');
});
afterEach(() => rmSync(dir, { recursive: true }));

function tamper(f: (db: Database.Database) => void): void {
  openForLoading(file).close();
  const db = new Database(file);
  f(db);
  db.close();
}

describe('a case file', () => {
  it('is made once and opened again', () => {
    const db = openForLoading(file);
    db.exec("INSERT INTO captures (host) VALUES ('a')");
    db.close();
    openForLoading(file).close();
    const again = openCase(file);
    expect(again.all('SELECT capture_id, host FROM captures')).toEqual([{ capture_id: 1, host: 'a' }]);
    again.close();
  });

  it('cannot be written to when opened for answers', () => {
    openForLoading(file).close();
    const db = openForReading(file);
    expect(() => db.exec('DELETE FROM captures')).toThrow(/readonly/);
    expect(() => db.exec("ATTACH ':memory:' AS m; CREATE TABLE m.t (a)")).toThrow(/readonly|query_only|read-only/);
    db.close();
  });

  it('opens from a directory and a file nobody may write to', () => {
    openForLoading(file).close();
    chmodSync(file, 0o444);
    chmodSync(dir, 0o555);
    openCase(file).close();
    chmodSync(dir, 0o755);
  });

  it.each([
    ['text', 'not a database'],
    ['a short file', 'SQLite format 3\0'],
  ])('is refused when it is %s', (_, text) => {
    writeFileSync(file, text);
    expect(() => openCase(file)).toThrow(UserError);
    expect(() => openForLoading(file)).toThrow(UserError);
  });

  it('is refused when it is somebody else’s database', () => {
    new Database(file).exec('CREATE TABLE t (a)').close();
    expect(() => openCase(file)).toThrow(/not a coldstat case file/);
    expect(() => openForLoading(file)).toThrow(/not a coldstat case file/);
  });

  it.each([SCHEMA_VERSION + 1, SCHEMA_VERSION - 1])('is refused when its schema is %i', (version) => {
    tamper((db) => db.pragma(`user_version = ${version}`));
    expect(() => openCase(file)).toThrow(/newer|older/);
  });

  it.each([
    ['a trigger', "CREATE TRIGGER t AFTER INSERT ON captures BEGIN SELECT load_extension('x'); END"],
    ['a view', 'CREATE VIEW v AS SELECT 1'],
    ['a table', 'CREATE TABLE t (a)'],
    ['a missing index', 'DROP INDEX problems_by_code'],
    ['a table of another shape', 'ALTER TABLE captures ADD COLUMN x INTEGER'],
    ['a virtual table', 'CREATE VIRTUAL TABLE f USING fts5(a)'],
  ])('is refused when it holds %s', (_, sql) => {
    tamper((db) => db.exec(sql));
    expect(() => openCase(file)).toThrow(UserError);
    expect(() => openForLoading(file)).toThrow(UserError);
  });

  it('says which file is not there', () => {
    expect(() => openCase(join(dir, 'no.db'))).toThrow(/no case file at .*no\.db/);
  });

  it('keeps application id and version in its header', () => {
    const db = memoryCase();
    expect(db.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    db.close();
  });
});

describe('the read side', () => {
  it('gives integers exactly', () => {
    const db = memoryCase();
    db.prepare('INSERT INTO captures (started_ns, own_pid) VALUES (?, ?)').run(1_763_720_000_123_456_789n, 7);
    const reader = caseDb(db);
    expect(reader.get('SELECT started_ns, own_pid FROM captures')).toEqual({ started_ns: 1_763_720_000_123_456_789n, own_pid: 7 });
    expect([...reader.rows('SELECT own_pid, started_ns FROM captures').rows]).toEqual([[7, 1_763_720_000_123_456_789n]]);
    expect([...reader.iterate('SELECT own_pid FROM captures WHERE own_pid = ?', 7)]).toEqual([{ own_pid: 7 }]);
    expect(reader.get('SELECT 1 WHERE 0')).toBeUndefined();
    reader.close();
  });
});
