import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMAND_LINES } from '../support/command-lines.ts';
import { coldstat, nodeArguments } from '../support/run.ts';

/** Every command ends at once when nobody takes what it writes, and says so as programs do: SIGPIPE's code in silence, or one sentence. */

const SAMPLE = join(import.meta.dirname, '../../samples/busy-host/web1.tar.zst');
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-closed-'));
  expect(coldstat(['load', '-d', join(dir, 'case.db'), SAMPLE]).code).toBe(0);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Lines that print nothing: mistakes, what is not there, no difference. */
const ENDS: Readonly<Record<string, number>> = { sign: 2, custody: 4, rpcinfo: 1, diff: 0 };

const LINES = Object.entries(COMMAND_LINES).flatMap(([name, [line]]) => (line === undefined ? [] : [[name, line] as const]));

let n = 0;
/** `sink` is where standard output goes, in words of bash. */
function into(sink: string, words: readonly string[]): { code: number | null; err: string } {
  const place = join(dir, String(n++));
  const all = words.map((w) => w.replace('{archive}', SAMPLE).replace('{dir}', place));
  const script = `mkdir -p "$PLACE"; ${sink}`;
  const ran = spawnSync('bash', ['-c', script, 'bash', process.execPath, ...nodeArguments('coldstat.mjs'), ...all], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, PLACE: place },
    input: '',
    timeout: 60_000,
  });
  return { code: ran.status, err: ran.stderr };
}

/** The reader is gone before the first byte. */
const CLOSED = 'exec {gate}> >(exit); sleep 0.2; "$@" >&$gate';
const FULL = '"$@" > /dev/full';

function wordsOf(name: string, line: (typeof LINES)[number][1]): string[] {
  return [name, ...(line.db ? ['--db', join(dir, 'case.db')] : []), ...line.words];
}

describe.each(LINES)('%s', (name, line) => {
  test('to a reader that is gone', { timeout: 90_000 }, () => {
    const { code, err } = into(CLOSED, wordsOf(name, line));
    expect(err).not.toMatch(/bug|Error|EPIPE|^ {4}at /m);
    expect(code, err).toBe(ENDS[name] ?? 141);
  });

  test('to a full disk', { timeout: 90_000 }, () => {
    const { code, err } = into(FULL, wordsOf(name, line));
    expect(err).not.toMatch(/bug|ENOSPC|^ {4}at /m);
    if (ENDS[name] === undefined) expect(err).toMatch(/(^|\n)coldstat: cannot write to standard output: the disk is full\n$/);
    expect(code, err).toBe(ENDS[name] ?? 2);
  });
});

test('a query of which only the beginning is read', { timeout: 90_000 }, () => {
  const script = '"$@" | head -1; exit $PIPESTATUS';
  const { code, err } = into(script, ['query', '-d', join(dir, 'case.db'), 'SELECT * FROM fds']);
  expect(err).toMatch(/^(coldstat: cut after|$)/);
  expect(code).toBe(141);
});
