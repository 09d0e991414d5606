import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadIntoMemory } from '../../packages/analyze/src/commands/memory-case.ts';
import { type CaseDb, caseDb } from '../../packages/analyze/src/db/query.ts';
import { coldstat } from '../support/run.ts';
import { lines, splitTimer } from '../support/scenario/columns.ts';
import type { Made } from '../support/scenario/made.ts';

/** The sample against what the live tools printed in the moment before it was captured. */

const SAMPLE = join(import.meta.dirname, '../../samples/busy-host');
const ARCHIVE = join(SAMPLE, 'web1.tar.zst');

/** What only threads hold has no owner in the eyes of netstat and ss (docs/LIMITS.md): those rows are compared without it. */
const THREADS: readonly string[] = readFileSync(join(SAMPLE, 'made.jsonl'), 'latin1')
  .split('\n')
  .filter((line) => /"(thread-own-table|dead-leader)"/.test(line))
  .map((line) => (JSON.parse(line) as Made).local?.join(':') ?? '');

function withoutThreads(line: string): string {
  return THREADS.some((address) => line.includes(` ${address} `)) ? line.replace(/ (-|\d+\/ledgerd)(?= |$)| *users:.*$/, '') : line;
}

function live(question: string): string[] {
  return lines(readFileSync(join(SAMPLE, `${question.replaceAll(' ', '_')}.txt`), 'latin1'));
}

function ours(question: string): string[] {
  const [command = '', ...args] = question.split(' ');
  const ran = coldstat([command, '--archive', ARCHIVE, ...args]);
  expect(ran.code, ran.err).toBe(0);
  return lines(ran.out);
}

describe('cell by cell', () => {
  test.each(['netstat -antup', 'netstat -tulp', 'netstat -rn'])('%s', (question) => {
    expect(ours(question).map(withoutThreads)).toEqual(live(question).map(withoutThreads));
  });

  test('netstat -antupeo, with the name of the timer', () => {
    const steady = (text: string[]) =>
      text
        .map(withoutThreads)
        .map(splitTimer)
        .map(({ rest, timer }) => `${rest} ${timer?.name ?? ''}`);
    expect(steady(ours('netstat -antupeo'))).toEqual(steady(live('netstat -antupeo')));
  });

  test('netstat -i, packet counters apart', () => {
    const steady = (text: string[]) => text.map((line) => line.split(/ +/).filter((_, column) => column !== 2 && column !== 6));
    expect(steady(ours('netstat -i'))).toEqual(steady(live('netstat -i')));
  });

  test('lsof -nP -i', () => {
    expect(ours('lsof -nP -i')).toEqual(live('lsof -nP -i').filter((line) => !line.startsWith('lsof:')));
  });

  test('ss -tunap, apart from what only netlink tells', () => {
    const steady = (text: string[]) =>
      text
        .slice(1)
        .map(withoutThreads)
        .map((line) => line.replace(/ +/g, ' ').replace(' [::]:*', ' *:*'))
        .map((line) => line.replace(/^(tcp LISTEN \d+) \d+/, '$1'))
        .map((line) => line.replace(/users:\(\((.*)\)\)/, (_, holders: string) => holders.split('),(').sort().join(' ')))
        .sort();
    expect(steady(ours('ss -tunap'))).toEqual(steady(live('ss -tunap')));
  });
});

describe('nothing of the machine it was made on is in it', () => {
  let db: CaseDb;
  beforeAll(async () => {
    db = caseDb(await loadIntoMemory([ARCHIVE], { err: () => {}, cwd: SAMPLE }));
  });
  afterAll(() => db?.close());

  const texts = (sql: string): string[] => db.all<{ text: unknown }>(sql).map((r) => String(r.text));

  test('every path lies in the made-up root', () => {
    const known = /^\/$|^\/(dev|etc|opt|proc|run|srv|sys|usr|var)(\/|$)|^\/tmp\/web1\.tar\.zst|^\/(memfd:|coldstat-scenario|SYSV)|^[^/]/;
    const sql = `SELECT target AS text FROM fds UNION SELECT path FROM processes WHERE path IS NOT NULL UNION SELECT cwd FROM processes WHERE cwd IS NOT NULL
      UNION SELECT root FROM processes WHERE root IS NOT NULL UNION SELECT path FROM sockets_unix WHERE path IS NOT NULL UNION SELECT target FROM links`;
    const strange = texts(sql).filter((text) => !known.test(text) && text !== 'null');
    expect(strange).toEqual([]);
  });

  test('its host, users, boot and command line are made up', () => {
    expect(texts('SELECT host AS text FROM captures')).toEqual(['web1']);
    expect(texts('SELECT boot_id AS text FROM captures')).toEqual(['b007b007-b007-4007-8007-b007b007b007']);
    expect(texts('SELECT name AS text FROM users ORDER BY 1')).toEqual(['daemon', 'nobody', 'root', 'shopkeeper']);
  });
});
