import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeArchive } from '../support/archive.ts';
import { openReport, startBrowser } from '../support/browser.ts';
import { coldstat, nodeArguments, type Ran } from '../support/run.ts';

/** The page of report, and that of serve, with what the operator brought: rules, Sigma rules, suppressions. They say what triage says. */

const EVIL = '<img src=x onerror=alert(1)>\u202e';
const rule = (id: string, needs: string, where: string): string => `id: ${id}
title: "Own ${EVIL}"
severity: critical
why: A test.
attack: []
benign: []
next: Nothing.
needs: [${needs}]
sql: |
  SELECT pid, name, handle(capture_id, source_id, line) AS at FROM processes WHERE capture_id = :capture AND ${where}
finding: "{name} is here"
evidence: [at]
key: [name]
tests:
  finds: [{ name: a, files: { proc/1/comm: x } }]
  ignores: [{ name: b, files: { proc/1/comm: y } }]
`;
const sigma = (id: string, title: string, category: string, detection: string): string => `title: ${title}
id: ${id}
logsource: { category: ${category}, product: linux }
detection: ${detection}
level: high
`;
const OPTIONS = ['--archive', 'a.tar.zst', '--rules', 'own', '--sigma', 'sigma', '--suppress', 'known.txt'];

let dir: string;
let browser: Browser;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-brought-'));
  const process = (pid: number, exe: string): Record<string, string> => ({
    [`proc/${pid}/stat`]: `${pid} (x${pid}) S 1 ${'1 '.repeat(17)}2147 ${'1 '.repeat(29)}0\n`,
    [`proc/${pid}/links.list`]: `exe\t777\t100755,1,0,0,254:1,99,0:0,5\t>${exe}\n`,
    [`proc/${pid}/cmdline`]: 'nc\0-e\0',
  });
  const files = { ...process(31, '/tmp/a'), ...process(32, '/tmp/b'), ...process(33, '/usr/bin/nc') };
  writeFileSync(join(dir, 'a.tar.zst'), await makeArchive({ files }));
  mkdirSync(join(dir, 'own'));
  mkdirSync(join(dir, 'sigma'));
  writeFileSync(join(dir, 'own/here.yml'), rule('own-here', 'processes', 'pid < 33'));
  writeFileSync(join(dir, 'own/modules.yml'), rule('own-blind', 'modules', 'pid = 1'));
  writeFileSync(join(dir, 'own/known.yml'), rule('own-known', 'processes', 'pid = 33'));
  writeFileSync(join(dir, 'sigma/found.yml'), sigma('1', 'Netcat', 'process_creation', '{ s: { Image|endswith: /nc }, condition: s }'));
  writeFileSync(join(dir, 'sigma/odd.yml'), sigma('2', 'Odd field', 'process_creation', '{ s: { Hashes: x }, condition: s }'));
  writeFileSync(join(dir, 'sigma/files.yml'), sigma('3', 'Files', 'file_event', '{ s: { TargetFilename: x }, condition: s }'));
  writeFileSync(join(dir, 'known.txt'), 'own-known\nexe-in-temp:/tmp/a\nnever-there\n');
  browser = await startBrowser();
}, 60_000);
afterAll(async () => {
  await browser.close();
  rmSync(dir, { recursive: true });
});

const run = (command: string, ...args: string[]): Ran => coldstat([command, ...OPTIONS, ...args], { cwd: dir, timeout: 120_000 });

interface Told {
  readonly result: string;
  readonly rule: string;
  readonly key: string | null;
}

/** What triage says, as lines. */
function triaged(): string[] {
  const rows = run('triage', '--format', 'jsonl').out.trim().split('\n');
  return rows.map((line) => JSON.parse(line) as Told).flatMap(({ result, key }) => (result === 'found' ? [key ?? ''] : []));
}

/** What a page shows. */
async function seen(page: Page): Promise<void> {
  const text = (selector: string): Promise<string[]> => page.locator(selector).allTextContents();
  expect((await text('.card .key')).toSorted()).toEqual(triaged().toSorted());
  expect(await text('.card .key')).toEqual(
    expect.arrayContaining(['own-here:x31', 'own-here:x32', 'exe-in-temp:/tmp/b', expect.stringMatching(/^sigma-netcat:/)]),
  );
  const own = page.locator('.card', { hasText: 'own-here' });
  expect(await own.textContent()).toContain('rule of the operator');
  expect(await own.locator('h3').textContent()).toContain('<img src=x onerror=alert(1)>\\xe2\\x80\\xae');
  expect(await page.locator('.card', { hasText: 'sigma-netcat' }).textContent()).toContain('Sigma rule');
  expect(await page.locator('.card', { hasText: 'exe-in-temp' }).textContent()).toContain('Suppressed: 1 finding more, known to');
  expect(await page.textContent('#findings .summary')).toMatch(
    /Asked: \d+ rules of coldstat, 3 of the operator, 1 of Sigma\. 2 findings suppressed\./,
  );
  const fold = (words: string): Promise<string | null> => page.locator('#findings details', { hasText: words }).last().textContent();
  expect(await fold('rules blind')).toContain('own-blind');
  expect(await fold('findings suppressed')).toMatch(/own-known .*: 1 finding.*exe-in-temp .*: 1 finding/);
  expect(await fold('Sigma rule not asked, 1 of other logsources')).toContain('Odd field');
  expect(await page.locator('#findings img').count()).toBe(0);
}

describe('report', () => {
  test('shows what triage tells, whose rule it is, what was left out and what is blind', { timeout: 120_000 }, async () => {
    const ran = run('report', '-o', 'page.html');
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toContain('coldstat: known.txt: line 3 suppresses nothing: never-there:*\n');
    expect(ran.err).toContain('coldstat: not asked: sigma/odd.yml: Odd field');
    const { page, requests, errors } = await openReport(browser, pathToFileURL(join(dir, 'page.html')).href);
    await seen(page);
    expect([requests.length, errors]).toEqual([1, []]);
    await page.close();
  });

  test('a ticket says the same', { timeout: 120_000 }, () => {
    const { out, code } = run('report', '--format', 'markdown');
    expect(code).toBe(0);
    expect(out).toMatch(/^- asked: \d+ rules of coldstat, 3 of the operator, 1 of Sigma; 1 of Sigma not asked, 1 of other logsources$/m);
    expect(out).toMatch(/^- not asked: Odd field: .*Hashes/m);
    expect(out).toContain('- suppressed, known to whoever made this report: own-known: 1\n');
    expect(out).toContain('(own-here, rule of the operator)\n');
    expect(out).toContain('(sigma-netcat, Sigma)\n');
    expect(out).toMatch(/^- blind: own-blind: /m);
    expect(out).not.toContain('<img');
  });

  test('without them nothing of the kind stands there', { timeout: 120_000 }, async () => {
    const ran = coldstat(['report', '--archive', 'a.tar.zst', '-o', 'plain.html'], { cwd: dir });
    expect([ran.code, ran.err]).toEqual([0, '']);
    const { page } = await openReport(browser, pathToFileURL(join(dir, 'plain.html')).href);
    expect(await page.textContent('#findings')).not.toMatch(/suppressed|Asked:|Sigma rule/);
    await page.close();
  });

  test.each(['report', 'serve'])('%s: a mistake in a rule is one line and exit 2', { timeout: 120_000 }, (command) => {
    writeFileSync(join(dir, 'bad.yml'), rule('own-bad', 'processes', 'no_such_column = 1'));
    for (const [option, file, message] of [
      ['--rules', 'bad.yml', 'bad.yml: sql: no such column: no_such_column'],
      ['--rules', 'nowhere', 'no rules at nowhere'],
      ['--sigma', 'nowhere', 'no Sigma rules at nowhere'],
      ['--suppress', 'own/here.yml', 'is no key of a finding'],
    ] as const) {
      const ran = coldstat([command, '--archive', 'a.tar.zst', option, file], { cwd: dir, timeout: 60_000 });
      expect([ran.code, ran.out]).toEqual([2, '']);
      expect(ran.err).toContain(message);
    }
  });
});

describe('serve', () => {
  let child: ChildProcess;
  let url = '';
  let said = '';

  beforeAll(async () => {
    child = spawn(process.execPath, [...nodeArguments('coldstat.mjs'), 'serve', ...OPTIONS], {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    for await (const chunk of child.stdout ?? []) {
      url += String(chunk);
      if (url.includes('\n')) break;
    }
  }, 60_000);
  afterAll(() => void child.kill('SIGKILL'));

  test('shows the same, to two that ask at once, and ends with what its suppressions were of no use for', {
    timeout: 120_000,
  }, async () => {
    const [one, two] = await Promise.all([openReport(browser, url.trim()), openReport(browser, url.trim())]);
    await seen(one.page);
    await seen(two.page);
    expect([...one.errors, ...two.errors]).toEqual([]);
    await one.page.close();
    await two.page.close();
    child.kill('SIGINT');
    expect((await once(child, 'exit'))[0]).toBe(0);
    expect(said).toContain('coldstat: known.txt: line 3 suppresses nothing: never-there:*\n');
  });
});
