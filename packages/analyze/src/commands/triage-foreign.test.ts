import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeArchive } from '../../../../test/support/archive.ts';
import type { Rule } from '../triage/rule.ts';
import { QueryRunner } from './query-runner.ts';
import { askApart } from './triage-foreign.ts';

let place: string;
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'coldstat-rule-'));
  const stat = `1 (init) S 0 ${'1 '.repeat(17)}2147 ${'1 '.repeat(29)}0\n`;
  writeFileSync(join(place, 'a.tar.zst'), await makeArchive({ files: { 'proc/1/stat': stat } }));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const asked = { capture: 1, before: null, broken: () => '[]', unheld: () => '[]', seen: () => '[]' };
const rule = (sql: string): Rule => ({ file: 'mine.yml', sql }) as Rule;
const ENDLESS = 'WITH RECURSIVE n(x) AS (SELECT :capture UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS n FROM n';

test('a rule of the operator that does not end is stopped, and the next one is still answered', async () => {
  const runner = new QueryRunner(
    { type: 'open', file: undefined, archives: ['a.tar.zst'], ageIdentity: undefined, cwd: place, capture: undefined },
    () => {},
  );
  try {
    await expect(askApart(runner, 500)(rule(ENDLESS), asked)).rejects.toMatchObject({
      message: 'mine.yml: sql: the statement took too long and was stopped',
      hint: 'a rule has 0.5 seconds',
    });
    expect(await askApart(runner)(rule('SELECT pid FROM processes WHERE capture_id = :capture'), asked)).toEqual([{ pid: 1 }]);
  } finally {
    runner.close();
  }
}, 60_000);
