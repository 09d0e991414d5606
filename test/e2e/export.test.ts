import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { EcsFlat } from '@elastic/ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCase } from '../../packages/analyze/src/db/open.ts';
import type { CaseDb } from '../../packages/analyze/src/db/query.ts';
import { TABLES } from '../../packages/analyze/src/tables/index.ts';
import { makeArchive } from '../support/archive.ts';
import { coldstat } from '../support/run.ts';

const HOSTILE = 'ev|il\u001b[31m\u202e';
/** Packed tables hold nothing that another one does not. */
const EXPORTED = TABLES.filter(({ packed }) => packed !== true);
let directory = '';
let db: CaseDb;
let file = '';

function must(...args: string[]): string {
  const ran = coldstat(args);
  expect(ran.err).not.toMatch(/bug/);
  expect(ran.code).toBe(0);
  return ran.out;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'coldstat-export-'));
  file = join(directory, 'case.db');
  const sample = join(import.meta.dirname, '../../samples/busy-host');
  const archives = readdirSync(sample)
    .filter((n) => n.includes('.tar'))
    .map((n) => join(sample, n));
  const made = await makeArchive({
    files: {
      'proc/7/stat': `7 (${HOSTILE}) S 1 7 7 0 -1 4194560 ${'0 '.repeat(8)}20 0 1 0 4242 0 0 18446744073709551615 ${'0 '.repeat(26)}0\n`,
      'proc/7/cmdline': Buffer.from('\xff\xfe\0=cmd\0', 'latin1'),
    },
  });
  writeFileSync(join(directory, 'made.tar'), made);
  expect(coldstat(['load', '-d', file, ...archives, join(directory, 'made.tar')]).err).not.toMatch(/bug/);
  db = openCase(file);
});
afterAll(() => {
  db.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Files anywhere below a directory; none where there is no such directory. */
function files(place: string): string[] {
  if (!existsSync(place)) return [];
  const all = readdirSync(place, { recursive: true, withFileTypes: true });
  return all.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
}

const count = (table: string): number => Number(db.get<{ n: number }>(`SELECT count(*) AS n FROM "${table}"`)?.n);

describe('parquet, read by DuckDB', () => {
  test('has every row of every table, text and numbers as they are in the case', async () => {
    const lake = join(directory, 'lake');
    must('export', '-d', file, '--format', 'parquet', '-o', lake);
    const duck = await (await DuckDBInstance.create()).connect();
    const ask = async (sql: string): Promise<unknown[][]> => (await duck.runAndReadAll(sql)).getRows();
    for (const { name } of EXPORTED) {
      const n = count(name);
      expect(files(join(lake, name)).length > 0, name).toBe(n > 0);
      if (n === 0) continue;
      expect(await ask(`SELECT count(*)::INT FROM read_parquet('${lake}/${name}/*/*.parquet', hive_partitioning = true)`), name).toEqual([
        [n],
      ]);
    }
    const ours = db.all<{ pid: number; name: unknown; start_ticks: number }>(
      'SELECT pid, name, start_ticks FROM processes ORDER BY capture_id, pid',
    );
    const theirs = await ask(
      `SELECT pid::INT, name, start_ticks::INT FROM read_parquet('${lake}/processes/*/*.parquet') ORDER BY capture_id, pid`,
    );
    const text = (v: unknown) => (v instanceof Uint8Array ? `{"hex":"${Buffer.from(v).toString('hex')}"}` : v);
    expect(theirs).toEqual(ours.map((r) => [r.pid, text(r.name), r.start_ticks]));
    expect(
      await ask(
        `SELECT DISTINCT host, date::VARCHAR FROM read_parquet('${lake}/processes/*/*.parquet', hive_partitioning = true) WHERE host IS NOT NULL AND taken_ns > 0`,
      ),
    ).not.toEqual([]);
  });

  test('the same case is the same bytes, and a second export replaces the first', () => {
    const bytes = (lake: string) =>
      files(lake)
        .map((f) => [f.slice(lake.length), readFileSync(f).toString('base64')])
        .sort();
    const [a, b] = [join(directory, 'a'), join(directory, 'b')];
    for (const out of [a, b, a]) must('export', '-d', file, '--format', 'parquet', '--table', 'processes,fds', '-o', out);
    expect(bytes(a)).toEqual(bytes(b));
  });
});

describe('csv and jsonl', () => {
  test('are what Python and DuckDB read back, one table to standard output', async () => {
    const csv = must('export', '-d', file, '--format', 'csv', '--table', 'processes');
    const python = spawnSync(
      'python3',
      [
        '-c',
        'import csv,sys,json; csv.field_size_limit(1 << 30); r=list(csv.DictReader(sys.stdin)); print(json.dumps([len(r), r[-1]["pid"]]))',
      ],
      { input: csv, encoding: 'utf8' },
    );
    expect(python.stderr).toBe('');
    expect(JSON.parse(python.stdout)[0]).toBe(count('processes'));
    must('export', '-d', file, '--format', 'jsonl', '-o', join(directory, 'tables'));
    const duck = await (await DuckDBInstance.create()).connect();
    const read = await duck.runAndReadAll(
      `SELECT count(*)::INT FROM read_json('${directory}/tables/fds.jsonl', format = 'newline_delimited')`,
    );
    expect(read.getRows()).toEqual([[count('fds')]]);
    expect(readdirSync(join(directory, 'tables'))).toHaveLength(EXPORTED.length);
  });

  test('several tables need a place', () => {
    expect(coldstat(['export', '-d', file, '--format', 'csv']).err).toMatch(/need a directory/);
    expect(coldstat(['export', '-d', file, '--format', 'csv', '--table', 'proceses']).err).toMatch(/did you mean processes/);
    expect(coldstat(['export', '-d', file, '--format', 'xml']).err).toMatch(/--format is one of/);
  });
});

/** Leaves of a document by their dotted names. */
function leaves(node: unknown, name = ''): [string, unknown][] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return [[name, node]];
  return Object.entries(node).flatMap(([key, value]) => leaves(value, name === '' ? key : `${name}.${key}`));
}

describe('ecs, by the published schema', () => {
  const schema = EcsFlat as unknown as Record<string, { type: string; normalize: string[]; allowed_values?: { name: string }[] }>;
  const fits: Record<string, (value: unknown) => boolean> = {
    long: (v) => Number.isSafeInteger(v),
    keyword: (v) => typeof v === 'string',
    wildcard: (v) => typeof v === 'string',
    date: (v) => typeof v === 'string' && !Number.isNaN(Date.parse(v)),
    ip: (v) => typeof v === 'string' && isIP(v) !== 0,
  };

  test('every field is one of the schema, of its type and with its allowed values', () => {
    const documents = must('export', '-d', file, '--format', 'ecs')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(documents.length).toBeGreaterThan(count('processes'));
    const wrong = new Set<string>();
    for (const document of documents) {
      for (const [name, value] of leaves(document)) {
        if (name.startsWith('coldstat.')) continue;
        const field = schema[name];
        if (field === undefined) wrong.add(`${name} is no field`);
        else if (Array.isArray(value) !== field.normalize.includes('array'))
          wrong.add(`${name} is ${Array.isArray(value) ? 'a' : 'no'} list`);
        else {
          for (const one of [value].flat()) {
            if (fits[field.type]?.(one) !== true) wrong.add(`${name}: ${JSON.stringify(one)} is no ${field.type}`);
            if (field.allowed_values !== undefined && !field.allowed_values.some((a) => a.name === one))
              wrong.add(`${name}: ${one} is not allowed`);
          }
        }
      }
    }
    expect([...wrong]).toEqual([]);
  });

  test('text of the host cannot leave its string', () => {
    const line = must('export', '-d', file, '--format', 'ecs')
      .split('\n')
      .find((l) => l.includes('ev|il'));
    expect(line).toBeDefined();
    expect(line).not.toMatch(/[\u001b\u202e]/);
    expect((JSON.parse(line ?? '{}') as { process: { args: string[] } }).process.args).toEqual(['\\xff\\xfe', '=cmd']);
  });
});

describe('timesketch', () => {
  test('each line has the fields it demands, a time that Python reads, and no field beyond its limit', () => {
    const text = must('export', '-d', file, '--format', 'timesketch');
    const read = `
import sys, json, datetime
n = 0
for line in sys.stdin:
    e = json.loads(line)
    assert e["message"] and e["timestamp_desc"]
    datetime.datetime.fromisoformat(e["datetime"])
    assert all(len(v.encode()) <= 32766 for v in e.values() if isinstance(v, str))
    n += 1
print(n)`;
    const python = spawnSync('python3', ['-c', read], { input: text, encoding: 'utf8' });
    expect(python.stderr).toBe('');
    expect(Number(python.stdout)).toBeGreaterThan(10);
    expect(text).toMatch(/"timestamp_desc":"Process start/);
  });
});

describe('bodyfile', () => {
  test('mactime reads every line and shows every event at a time', () => {
    const body = must('export', '-d', file, '--format', 'bodyfile');
    const path = join(directory, 'body');
    writeFileSync(path, body);
    const mactime = spawnSync('mactime', ['-b', path, '-d', '-y'], { encoding: 'utf8', env: { PATH: process.env['PATH'], TZ: 'UTC' } });
    expect(mactime.error).toBeUndefined();
    const lines = mactime.stdout.trim().split('\n').slice(1);
    expect(lines.length).toBeGreaterThanOrEqual(body.trim().split('\n').length);
    expect(lines.filter((l) => l.startsWith('0000') || l.includes('1970-'))).toEqual([]);
    expect(
      body
        .trim()
        .split('\n')
        .filter((l) => l.split('|').length !== 11),
    ).toEqual([]);
  });
});
