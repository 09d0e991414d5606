import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openReport, startBrowser } from '../support/browser.ts';
import { caseFile } from '../support/case-file.ts';
import { hostileCase, twoCaptures } from '../support/report-cases.ts';
import { coldstat, nodeArguments } from '../support/run.ts';

let directory: string;
let browser: Browser;
let server: Served;

interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
}

/** Starts `coldstat serve` and waits for the address it prints. */
async function start(...args: string[]): Promise<Served> {
  const child = spawn(process.execPath, [...nodeArguments('coldstat.mjs'), 'serve', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  for await (const chunk of child.stdout) {
    out += String(chunk);
    if (out.includes('\n')) break;
  }
  return { child, url: out.trim(), port: Number(/:(\d+)\//.exec(out)?.[1]) };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coldstat-serve-'));
  const queries = join(directory, 'own.sql');
  writeFileSync(queries, '-- name: our own\n-- Names.\nSELECT name FROM processes ORDER BY pid;\n');
  browser = await startBrowser();
  server = await start('-d', caseFile(join(directory, 'two.db'), twoCaptures()), '--queries', queries);
});
afterAll(async () => {
  server.child.kill('SIGKILL');
  await browser.close();
  rmSync(directory, { recursive: true });
});

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request as no browser would send it. */
function ask(path: string, method: string, headers: Record<string, string>, body = ''): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, method, headers, timeout: 60_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const root = (): string => new URL(server.url).pathname;
const origin = (): string => new URL(server.url).origin;
const sql = (text: string, headers: Record<string, string> = {}): Promise<Got> =>
  ask(`${root()}query`, 'POST', { origin: origin(), 'content-type': 'application/sql', ...headers }, text);
const answer = async (text: string): Promise<Record<string, unknown>> => JSON.parse((await sql(text)).body) as Record<string, unknown>;

test('prints an address of this machine with a token nobody guesses, another each time', async () => {
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/);
  const other = await start('-d', join(directory, 'two.db'));
  expect(new URL(other.url).pathname).not.toBe(root());
  other.child.kill('SIGINT');
  expect((await once(other.child, 'exit'))[0]).toBe(0);
});

test('listens on loopback alone', async () => {
  for (const host of ['127.0.0.2', '::1']) {
    const socket = createConnection({ host, port: server.port, timeout: 2000 });
    const [error] = (await once(socket, 'error')) as [Error & { code?: string }];
    expect(['ECONNREFUSED', 'EADDRNOTAVAIL']).toContain(error.code);
  }
});

test('the page comes with headers that keep it to itself, and HEAD gives the headers alone', async () => {
  const got = await ask(root(), 'GET', {});
  expect(got.status).toBe(200);
  expect(got.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(got.headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'sha256-.*connect-src 'self'.*frame-ancestors 'none'$/,
  );
  expect(Object.keys(got.headers).filter((h) => h.startsWith('access-control'))).toEqual([]);
  const head = await ask(root(), 'HEAD', {});
  expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', got.headers['content-length']]);
});

test.each<[string, () => Promise<Got>, number]>([
  ['a name that was turned to this machine', () => ask(root(), 'GET', { host: 'evil.example' }), 421],
  ['no token', () => ask('/', 'GET', {}), 404],
  ['another token', () => ask(`/${'A'.repeat(43)}/`, 'GET', {}), 404],
  ['a file beside it', () => ask(`${root()}../../etc/passwd`, 'GET', {}), 404],
  ['a script of another site', () => sql('SELECT 1', { origin: 'http://evil.example' }), 403],
  ['a form of another site', () => sql('SELECT 1', { 'content-type': 'text/plain' }), 415],
  ['a statement from nowhere', () => ask(`${root()}query`, 'POST', { 'content-type': 'application/sql' }, 'SELECT 1'), 403],
  ['what a script of another site asks first', () => ask(`${root()}query`, 'OPTIONS', { origin: origin() }), 405],
  ['a statement that is too long', () => sql(`SELECT '${'x'.repeat(70_000)}'`), 413],
])('is refused without a word: %s', async (_, send, status) => {
  const got = await send();
  expect(got.status).toBe(status);
  expect(got.body).toBe('');
  expect(Object.keys(got.headers).filter((h) => h.startsWith('access-control'))).toEqual([]);
});

test('tokens are not guessed one character at a time', async () => {
  const token = root().slice(1, -1);
  for (const guess of [
    token.slice(0, -1),
    `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    token.slice(1),
    `${token}A`,
    token.toLowerCase(),
  ])
    expect((await ask(`/${guess}/`, 'GET', {})).status).toBe(guess === token ? 200 : 404);
});

test('a statement is answered with escaped values, and refused with the place and what is near', async () => {
  expect(
    await answer("SELECT pid, name FROM processes WHERE capture_id = 2 AND pid > 5 UNION SELECT 1, 'a' || char(27) || char(9) || 'b'"),
  ).toEqual({
    tsv: 'pid\tname\n1\ta\\x1b\\tb\n77\tbackdoor\n',
    rows: 2,
    cut: false,
  });
  expect((await answer('SELECT nam FROM processes'))['refused']).toMatch(
    /no such column: nam\nSELECT nam FROM processes\n {7}\^\nnear: name/,
  );
});

test.each([
  'DELETE FROM processes',
  'PRAGMA user_version = 7',
  "ATTACH '/etc/passwd' AS x",
  'VACUUM INTO "/tmp/x"',
  "SELECT load_extension('/x')",
  'SELECT 1; SELECT 2',
  '',
])('what does more than read is refused: %s', async (text) => {
  const got = await answer(text);
  expect(got['refused']).toBeTypeOf('string');
  expect(got['tsv']).toBeUndefined();
});

test('an answer is cut where it is longer than a page bears', async () => {
  const got = await answer('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n');
  expect([got['rows'], got['cut']]).toEqual([10_000, true]);
  const wide = await answer(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT printf('%.*c', 100000, 'x') FROM n LIMIT 9000",
  );
  expect(wide['refused']).toMatch(/too long/);
  expect(await answer('SELECT 1 AS one')).toEqual({ tsv: 'one\n1\n', rows: 1, cut: false });
});

test('a statement nobody waits for is stopped, and the next one is answered at once', async () => {
  const socket = createConnection({ host: '127.0.0.1', port: server.port });
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
  socket.write(
    `POST ${root()}query HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nOrigin: ${origin()}\r\nContent-Type: application/sql\r\nContent-Length: ${endless.length}\r\n\r\n${endless}`,
  );
  await new Promise((resolve) => setTimeout(resolve, 1000));
  socket.destroy();
  const from = performance.now();
  expect(await answer('SELECT 2 AS two')).toEqual({ tsv: 'two\n2\n', rows: 1, cut: false });
  // Its limit of time would be half a minute.
  expect(performance.now() - from).toBeLessThan(20_000);
});

test('--timeout is how long a statement may take, and what a refusal tells of', async () => {
  const quick = await start('-d', join(directory, 'two.db'), '--timeout', '1');
  const page = await browser.newPage();
  await page.goto(quick.url);
  expect(await page.textContent('#sql')).toContain('Stopped after 1 second,');
  await page.fill('#sql-text', 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n');
  await page.press('#sql-text', 'Control+Enter');
  await page.waitForFunction(() => /took too long/.test(document.querySelector('#sql .said')?.textContent ?? ''), null, {
    timeout: 20_000,
  });
  expect(await page.textContent('#sql .said')).toContain('--timeout SECONDS');
  await page.close();
  quick.child.kill('SIGTERM');
  expect((await once(quick.child, 'exit'))[0]).toBe(0);
});

test('in the browser: the page, a saved query, one of our own, a mistake, another pair of captures', async () => {
  const { page, requests, errors } = await openReport(browser, server.url);
  expect(await page.locator('main > section').last().getAttribute('id')).toBe('sql');
  await page.selectOption('#sql-saved', { label: 'listeners that others can reach' });
  await page.waitForFunction(() => /rows?$/.test(document.querySelector('#sql .said')?.textContent ?? ''));
  expect(await page.locator('#sql tbody tr').allTextContents()).toEqual([
    expect.stringContaining('sshd'),
    expect.stringContaining('sshd'),
    expect.stringContaining('backdoor'),
  ]);
  expect(await page.locator('#sql tbody [data-handle]').count()).toBe(3);
  await page.selectOption('#sql-saved', { label: 'our own' });
  await page.waitForFunction(() => document.querySelectorAll('#sql tbody tr').length === 5);
  await page.fill('#sql-text', 'SELECT nowhere');
  await page.press('#sql-text', 'Control+Enter');
  await page.waitForFunction(() => /no such column/.test(document.querySelector('#sql .said')?.textContent ?? ''));
  await page.selectOption('select[aria-label="Capture before"]', '2');
  await page.waitForTimeout(200);
  await page.selectOption('select[aria-label="Capture after"]', '1');
  await page.waitForURL(/before=2&after=1/);
  await page.waitForSelector('html[data-ready]');
  expect(await page.textContent('#changes')).toContain('Changes from capture 2 to 1');
  expect(requests.every((url) => url.startsWith(server.url))).toBe(true);
  expect(errors).toEqual([]);
  await page.close();
});

test('another site gets nothing through the browser: no frame, no fetch, no form', async () => {
  const page = await browser.newPage();
  await page.route('http://evil.example/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>other</title>' }),
  );
  await page.goto('http://evil.example/');
  const got = await page.evaluate(async (url) => {
    const tried = await Promise.all(
      [
        fetch(url),
        fetch(url, { mode: 'no-cors' }).then((r) => r.text()),
        fetch(`${url}query`, { method: 'POST', body: 'SELECT 1', headers: { 'content-type': 'application/sql' } }),
      ].map((one) =>
        one.then(
          (value) => (typeof value === 'string' ? value : value.status),
          () => 'refused',
        ),
      ),
    );
    const frame = document.createElement('iframe');
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    frame.src = url;
    document.body.append(frame);
    await loaded;
    return tried;
  }, server.url);
  expect(got[0]).toBe('refused');
  expect(['refused', '']).toContain(got[1]);
  expect(got[2]).toBe('refused');
  expect(await page.frames().at(-1)?.content()).not.toContain('sshd');
  await page.close();
});

test('a hostile host is as harmless live', async () => {
  const hostile = await start('-d', caseFile(join(directory, 'hostile.db'), hostileCase()));
  const { page, errors } = await openReport(browser, hostile.url);
  await page.fill('#sql-text', 'SELECT name, path FROM processes');
  await page.press('#sql-text', 'Control+Enter');
  await page.waitForFunction(() => document.querySelectorAll('#sql tbody tr').length > 10);
  expect(await page.locator('#sql tbody').textContent()).toContain('<img src=x onerror="window.pwned=1">');
  expect(await page.evaluate(() => 'pwned' in window || document.querySelector('main img, main iframe, main script') !== null)).toBe(false);
  expect(errors).toEqual([]);
  await page.close();
  hostile.child.kill('SIGTERM');
  expect((await once(hostile.child, 'exit'))[0]).toBe(0);
});

test('mistakes on the command line', () => {
  const db = join(directory, 'two.db');
  for (const args of [['--port', '70000'], ['--port', 'x'], ['--timeout', 'soon'], ['extra'], ['--queries', db], ['--capture', '9']]) {
    const { code, err, out } = coldstat(['serve', '-d', db, ...args]);
    expect([args, code, out]).toEqual([args, 2, '']);
    expect(err).toMatch(/^coldstat: /);
  }
  const { code, err } = coldstat(['serve', '-d', db, '--port', String(server.port)]);
  expect([code, err]).toEqual([2, expect.stringContaining('somebody else uses it already')]);
});
