import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { isOfTheSystem, sentence } from '../errno.ts';
import { UserError } from '../user-error.ts';
import { registerFunctions } from './functions.ts';
import { type CaseDb, caseDb } from './query.ts';
import { APPLICATION_ID, SCHEMA_VERSION, schemaObjects } from './schema.ts';

/** How long to wait for another coldstat that is writing to the same case, milliseconds. */
const BUSY_MS = 10_000;

/**
 * Opens a case file for answers: read-only whatever is asked of it, and nothing in the file can run anything, because a file whose
 * schema is not exactly ours is refused before a statement touches its tables. Throws UserError.
 */
export function openCase(path: string): CaseDb {
  return caseDb(openForReading(path));
}

/** As openCase, for callers that need the handle itself. */
export function openForReading(path: string): Database.Database {
  const file = resolve(path);
  if (!existsSync(file)) throw new UserError(`no case file at ${path}`, 'load an archive first: coldstat load ARCHIVE -d FILE');
  if (guarded(path, () => isEmpty(file)))
    throw new UserError(`${path} is empty: no case yet`, 'load an archive first: coldstat load ARCHIVE -d FILE');
  checkHeader(file, path);
  recover(file);
  return guarded(path, () => {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    return checked(db, () => {
      harden(db);
      db.pragma('query_only = ON');
      checkSchema(db, path);
    });
  });
}

/** Opens a case file to add to it, and makes it when it does not exist (or is empty). `:memory:` makes one that is gone when closed. */
export function openForLoading(path: string): Database.Database {
  const file = path === ':memory:' ? path : resolve(path);
  const there = file !== ':memory:' && existsSync(file);
  const fresh = !there || guarded(path, () => isEmpty(file));
  if (!fresh) checkHeader(file, path);
  if (file !== ':memory:' && !existsSync(dirname(file))) throw new UserError(`cannot write ${path}: there is no such directory`);
  return guarded(
    path,
    () => {
      const db = new Database(file, { timeout: BUSY_MS });
      return checked(db, () => {
        harden(db);
        // A rollback journal, not a write-ahead log: a case must open from read-only media, and a killed load is undone by the next opener.
        db.pragma('journal_mode = DELETE');
        if (fresh) db.transaction(() => createSchema(db)).immediate();
        checkSchema(db, path);
      });
    },
    (code) => {
      if (!there && /^SQLITE_(FULL|IOERR)/.test(code)) removeUnmade(file);
    },
  );
}

/** A file that was to become a case and got not a byte. One that somebody else is filling at this moment stays. */
function removeUnmade(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === 0 && !existsSync(`${file}-journal`)) rmSync(file, { force: true });
}

/** An empty case in memory, for answers straight from archives and for tests. */
export function memoryCase(): Database.Database {
  return openForLoading(':memory:');
}

function createSchema(db: Database.Database): void {
  if (db.pragma('application_id', { simple: true }) === APPLICATION_ID) return; // another process was first
  for (const sql of schemaObjects().values()) db.exec(sql);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${SCHEMA_VERSION}`);
}

function harden(db: Database.Database): void {
  db.pragma('trusted_schema = OFF');
  db.pragma('mmap_size = 0');
  db.pragma('cell_size_check = ON');
  db.pragma('temp_store = MEMORY');
  registerFunctions(db);
}

function isEmpty(file: string): boolean {
  return statSync(file).isFile() && readHead(file).length === 0;
}

function readHead(file: string): Buffer {
  const fd = openSync(file, 'r');
  const head = Buffer.alloc(100);
  const n = readSync(fd, head, 0, 100, 0);
  closeSync(fd);
  return head.subarray(0, n);
}

/** Looks at the first 100 bytes of the file (the database header, see "Database File Format" of SQLite) before SQLite does. */
function checkHeader(file: string, path: string): void {
  const head = guarded(path, () => readHead(file));
  if (head.length < 100 || head.toString('latin1', 0, 16) !== 'SQLite format 3\0' || head.readUInt32BE(68) !== APPLICATION_ID) {
    throw new UserError(`${path} is not a coldstat case file`);
  }
  // Bytes 18 and 19 say which journal; a write-ahead log would be read, and made, beside the file whatever it holds. coldstat never uses one.
  const beside = ['-wal', '-shm'].find((ending) => existsSync(`${file}${ending}`));
  if (head[18] !== 1 || head[19] !== 1 || beside !== undefined) {
    throw new UserError(
      `${path} is in write-ahead mode${beside === undefined ? '' : `, or left beside a file *${beside}`}: coldstat does not write case files so`,
      `if you trust it: sqlite3 ${path} 'PRAGMA journal_mode=DELETE'`,
    );
  }
  const version = head.readUInt32BE(60);
  if (version > SCHEMA_VERSION) {
    throw new UserError(`${path} was made by a newer coldstat (schema ${version}, this one knows ${SCHEMA_VERSION})`);
  }
  if (version < SCHEMA_VERSION) {
    throw new UserError(
      `${path} was made by an older coldstat (schema ${version}, this one needs ${SCHEMA_VERSION})`,
      'load the archives into a new case file',
    );
  }
}

/** A load that was killed leaves a journal beside the case; whoever may write undoes it by opening the file for writing. */
function recover(file: string): void {
  if (!existsSync(`${file}-journal`)) return;
  guarded(file, () => {
    const db = new Database(file, { timeout: BUSY_MS });
    try {
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
    } finally {
      db.close();
    }
  });
}

/** Refuses a file that holds anything but our own tables, indexes and views, word for word: no trigger, no foreign view, no virtual table. */
function checkSchema(db: Database.Database, path: string): void {
  const expected = schemaObjects();
  let found = 0;
  for (const row of db.prepare<[], { name: string; sql: string | null }>('SELECT name, sql FROM sqlite_schema').iterate()) {
    if (row.sql === null && row.name.startsWith('sqlite_autoindex_')) continue;
    if (expected.get(row.name) !== row.sql)
      throw new UserError(`${path} is not a coldstat case file as this version writes it: ${row.name} differs`);
    found++;
  }
  if (found !== expected.size)
    throw new UserError(`${path} is not a coldstat case file as this version writes it: ${expected.size - found} objects are missing`);
}

/** Runs `check` on a handle just opened, and closes it again when that throws. */
function checked(db: Database.Database, check: () => void): Database.Database {
  try {
    check();
    return db;
  } catch (e) {
    db.close();
    throw e;
  }
}

function guarded<T>(path: string, open: () => T, failed: (code: string) => void = () => {}): T {
  try {
    return open();
  } catch (e) {
    failed(codeOf(e));
    throw asUserError(e, path);
  }
}

function codeOf(e: unknown): string {
  return e instanceof Error && 'code' in e && typeof e.code === 'string' ? e.code : '';
}

/** What SQLite or the file system say about a file the operator named is the operator's business, in one line. */
function asUserError(e: unknown, path: string): unknown {
  if (!(e instanceof Error) || e instanceof UserError) return e;
  const code = codeOf(e);
  if (code === 'SQLITE_BUSY')
    return new UserError(`${path} is being written to by another coldstat`, 'try again when its load has finished');
  if (isOfTheSystem(e)) return new UserError(`cannot open ${path}: ${sentence(e.code, 'read')}`);
  if (code === 'SQLITE_FULL') return new UserError(`cannot write ${path}: the disk is full`);
  if (/^(SQLITE_|E[A-Z]+$)/.test(code)) return new UserError(`cannot open ${path}: ${e.message}`);
  return e;
}
