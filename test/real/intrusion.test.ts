import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openReport, startBrowser } from '../support/browser.ts';
import { coldstat } from '../support/run.ts';
import { furniture } from '../support/scenario/furniture.ts';
import { type Planted, type Shop, startShop } from '../support/scenario/intrusion/shop.ts';

/** An intrusion in miniature, made of harmless stand-ins: captured before and after, each planted thing is found by its rule, and nothing else is called high. */

const CAPTURE = '/opt/node/bin/node --conditions=source /opt/coldstat/capture.mjs';

/** What is high or worse afterwards: the rule, the thing it finds, and bytes that one of the rows it rests on must lead to. */
const HIGH: readonly (readonly [rule: string, thing: Planted, bytes: RegExp])[] = [
  ['exe-deleted', 'relay', /^exe\\t.*>\/var\/tmp\/\.font-unix\/fontd \(deleted\)\\n$/m],
  ['exe-in-temp', 'relay', /^exe\\t.*>\/var\/tmp\/\.font-unix\/fontd \(deleted\)\\n$/m],
  ['exe-memfd', 'memory', /^exe\\t.*>\/memfd:state \(deleted\)\\n$/m],
  ['fake-kernel-thread', 'kernel', /^\[kworker\/1:2-events\]\\x00$/m],
  ['library-in-temp', 'preload', / r-xp .* \/dev\/shm\/\.cache\/libkeyutils\.so\.1\\n$/m],
  ['listener-in-thread', 'thread', /^ *\d+: 00000000:23DC 00000000:0000 0A /m],
  ['packet-socket', 'packets', / 3 {4}0003 /m],
  ['preload-environ', 'preload', /\\x00LD_PRELOAD=\/dev\/shm\/\.cache\/libkeyutils\.so\.1\\x00/],
  ['shell-on-socket', 'shell', /^ *\d+: 0100007F:[0-9A-F]{4} 0100007F:1151 01 /m],
];

/** Rules below high that these things set off too; others may. */
const LOWER: Readonly<Record<string, readonly Planted[]>> = {
  'exe-hidden-path': ['relay'],
  'listener-outside-packages': ['relay'],
  'new-listener': ['relay', 'thread'],
  'new-packet-socket': ['packets'],
  'preload-any': ['preload'],
  'service-shell': ['shell'],
};

let shop: Shop;
let planted: Readonly<Record<Planted, number>>;
let directory: string;
let db: string;

type Row = Readonly<Record<string, string | number | null>>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'coldstat-intrusion-'));
  db = join(directory, 'case.db');
  shop = await startShop(furniture());
  const [before, after] = [join(directory, 'before.tar.zst'), join(directory, 'after.tar.zst')];
  shop.capture(CAPTURE, before, ['--netlink', '--sockopt']);
  planted = shop.intrude();
  shop.capture(CAPTURE, after, ['--netlink', '--sockopt']);
  const loaded = coldstat(['load', '-d', db, before, after]);
  expect(loaded.code, loaded.err).toBe(0);
}, 240_000);
afterAll(async () => {
  await shop?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function rows(...argv: string[]): Row[] {
  const ran = coldstat([...argv, '-d', db, '--format', 'json'], { timeout: 120_000 });
  expect(ran.code, ran.err).toBeLessThan(2);
  return JSON.parse(ran.out) as Row[];
}

const member = (row: Row, name: string): unknown => (JSON.parse(String(row['row'])) as Readonly<Record<string, unknown>>)[name];
const handles = (row: Row): string[] => JSON.parse(String(row['evidence'])) as string[];

describe('triage', () => {
  const pairs = (all: readonly Row[]): string[] => all.map((row) => `${row['rule']} ${member(row, 'pid')}`).sort();
  let after: Row[];
  let blind: Row[];
  beforeAll(() => {
    const all = rows('triage', '--capture', '2');
    after = all.filter((row) => row['result'] === 'found');
    blind = all.filter((row) => row['result'] === 'blind');
  });

  test('found nothing before', () => {
    const before = rows('triage', '--capture', '1').filter((row) => row['result'] === 'found');
    expect(before.map((row) => `${row['rule']}: ${row['finding']}`)).toEqual([]);
  });

  test('finds each planted thing by its rule, and nothing else is high', () => {
    const high = after.filter((row) => row['severity'] === 'high' || row['severity'] === 'critical');
    expect(pairs(high)).toEqual(HIGH.map(([rule, thing]) => `${rule} ${planted[thing]}`).sort());
    expect([...new Set(HIGH.map(([, thing]) => thing))].sort()).toEqual(Object.keys(planted).sort());
  });

  test('judges by every rule that is high', () => {
    expect(blind.filter((row) => row['severity'] === 'high' || row['severity'] === 'critical').map((row) => row['rule'])).toEqual([]);
  });

  test('says less loudly what else these things are, and nothing of anybody else', () => {
    const lower = after.filter((row) => row['severity'] !== 'high' && row['severity'] !== 'critical');
    const expected = Object.entries(LOWER).flatMap(([rule, things]) => things.map((thing) => `${rule} ${planted[thing]}`));
    expect(pairs(lower)).toEqual(expect.arrayContaining(expected));
    expect(Object.values(planted)).toEqual(expect.arrayContaining(lower.map((row) => member(row, 'pid'))));
  });

  test.each(HIGH)('%s (%s) leads to its bytes', (rule, _, bytes) => {
    const row = after.find((r) => r['rule'] === rule);
    const told = handles(row ?? {}).map((handle) => coldstat(['raw', '-d', db, handle]));
    expect(told.map(({ code, err }) => `${code} ${err}`)).toEqual(told.map(() => '0 '));
    for (const { out } of told) expect(out).toContain('as it was loaded, as the log of the capture says');
    expect(told.map(({ out }) => out).join('\n')).toMatch(bytes);
  });

  test('is quiet about keys that are known, and about these alone', () => {
    const known = join(directory, 'known');
    const keys = after.filter((row) => member(row, 'pid') !== planted.shell).map((row) => row['key']);
    writeFileSync(known, `${keys.join('\n')}\n`);
    const left = rows('triage', '--capture', '2', '--suppress', known).filter((row) => row['result'] === 'found');
    expect(pairs(left)).toEqual([`service-shell ${planted.shell}`, `shell-on-socket ${planted.shell}`]);
  });
});

describe('the difference', () => {
  let changes: Row[];
  beforeAll(() => {
    changes = rows('diff', '1', '2');
  });
  const told = (kind: string): string[] =>
    changes.filter((row) => row['kind'] === kind).map((row) => `${row['change']} ${row['identity']}: ${row['after']}`);

  test('names the new listeners and who holds them, one by a thread alone', () => {
    expect(told('listener').sort()).toEqual([
      expect.stringMatching(`^added tcp 0\\.0\\.0\\.0:4433: .* held by ${planted.relay} fontd$`),
      expect.stringMatching(`^added tcp 0\\.0\\.0\\.0:9180: .* held by ${planted.thread} healthd$`),
    ]);
  });

  test('names the connection of the shell and the packet socket', () => {
    expect(told('outbound')).toEqual([
      expect.stringMatching(`^added tcp 127\\.0\\.0\\.1:\\d+ - 127\\.0\\.0\\.1:4433: ESTABLISHED .* held by ${planted.shell} sh$`),
    ]);
    expect(told('socket').sort()).toEqual([
      expect.stringMatching(`^added packet protocol 3 interface 0: .* held by ${planted.packets} netprobe$`),
      expect.stringMatching(`^added tcp 127\\.0\\.0\\.1:4433 - .* held by ${planted.relay} fontd$`),
    ]);
  });

  test('names each new process, and cron as one that was started again', () => {
    const processes = changes.filter((row) => row['kind'] === 'process');
    const { preload, ...others } = planted;
    const pids = processes.filter((row) => row['change'] === 'added').map((row) => Number(String(row['identity']).split(' ')[0]));
    expect(pids.sort()).toEqual(Object.values(others).sort());
    expect(processes.filter((row) => row['change'] !== 'added')).toMatchObject([
      { change: 'replaced', identity: `${preload} cron`, field: 'pid', after: preload },
    ]);
  });

  test('tells of nothing else', () => {
    expect([...new Set(changes.map((row) => row['kind']))].sort()).toEqual(['listener', 'outbound', 'process', 'socket']);
    expect(coldstat(['diff', '-d', db, '1', '2']).code).toBe(1);
  });
});

test('the line of time has each thing start between the captures, in the order in which it was planted', () => {
  const line = rows('timeline', '--kind', 'process-start,capture');
  const between = line.slice(
    line.findIndex((row) => row['kind'] === 'capture-end' && row['capture_id'] === 1) + 1,
    line.findIndex((row) => row['kind'] === 'capture-start' && row['capture_id'] === 2),
  );
  const { relay, shell, memory, kernel, packets, thread, preload } = planted;
  expect(between.map((row) => row['pid'])).toEqual([relay, shell, memory, kernel, packets, thread, preload]);
  const gone = rows('timeline', '--kind', 'gone');
  expect(gone).toMatchObject([{ about: 'process', what: '/usr/local/sbin/cron -f' }]);
});

describe('the listings', () => {
  test('ownership gives the hidden listener to the thread that holds it', () => {
    const [row, ...others] = rows('ownership', '--capture', '2', '--class', 'thread-only');
    expect(others).toEqual([]);
    expect(row).toMatchObject({ local: '0.0.0.0:9180', state: 'LISTEN', pid: planted.thread, program: 'healthd' });
    const threads = shop.host
      .run('ls', [`/proc/${planted.thread}/task`])
      .stdout.toString()
      .split('\n');
    expect(threads).toContain(String(row?.['tid']));
    expect(row?.['tid']).not.toBe(planted.thread);
    expect(rows('ownership', '--capture', '2', '--class', 'unexplained')).toEqual([]);
  });

  test('on the live host nobody was named for it; netstat and ss over the capture name the process', () => {
    const live = (command: string, ...args: string[]): string => shop.host.run(command, args).stdout.toString();
    const line = (text: string): string => text.split('\n').find((one) => one.includes('0.0.0.0:9180')) ?? '';
    expect(line(live('netstat', '-tlnp'))).toMatch(/ LISTEN +- *$/);
    expect(line(live('ss', '-tlnp'))).toMatch(/ 0\.0\.0\.0:\* *$/);
    expect(live('lsof', '-nP', '-i', ':9180')).toBe('');
    expect(line(coldstat(['netstat', '--db', db, '-tlnp']).out)).toContain(` ${planted.thread}/healthd`);
    expect(line(coldstat(['ss', '--db', db, '-tlnp']).out)).toContain(`pid=${planted.thread},`);
  });

  test('lsof shows it as a thread only with -K, and both ends of the shell', () => {
    const lsof = (...args: string[]): string => coldstat(['lsof', '--db', db, '-nP', ...args]).out;
    expect(lsof('-i', ':9180')).toBe('');
    expect(lsof('-K', '-i', ':9180')).toMatch(new RegExp(`^healthd +${planted.thread} .* TCP \\*:9180 \\(LISTEN\\)$`, 'm'));
    const ends = lsof('-i', ':4433')
      .split('\n')
      .slice(1, -1)
      .map((text) => text.split(/ +/).slice(0, 2).join(' '));
    expect([...new Set(ends)].sort()).toEqual([`fontd ${planted.relay}`, `sh ${planted.shell}`].sort());
  });
});

describe('the report', () => {
  test('as a ticket names every high finding with its handles', () => {
    const { code, out, err } = coldstat(['report', '-d', db, '--format', 'markdown'], { timeout: 120_000 });
    expect(code, err).toBe(0);
    const [before = '', after = ''] = out.split(/^# shop1, /m).slice(1);
    expect(before).not.toContain('**high**');
    const high = [...after.matchAll(/^- \*\*(high|critical)\*\* .* \(([a-z-]+)\)$/gm)].map((m) => m[2]);
    expect(high.sort()).toEqual(HIGH.map(([rule]) => rule).sort());
    expect(after).toMatch(/ alone holds the listener tcp 0\.0\.0\.0:9180 \[2:\d+:\d+, 2:\d+:\d+, 2:\d+:\d+\]$/m);
  });

  test('as a page shows findings, changes and the line of time, and asks nobody', async () => {
    const file = join(directory, 'case.html');
    expect(coldstat(['report', '-d', db, '-o', file], { timeout: 120_000 })).toMatchObject({ code: 0, err: '' });
    const browser = await startBrowser();
    try {
      const { page, requests, errors } = await openReport(browser, pathToFileURL(file).href);
      expect(await page.locator('.card.is-high').count()).toBe(HIGH.length);
      for (const [rule, thing] of HIGH) {
        const card = page.locator('.card.is-high', { hasText: rule });
        expect(await card.locator('.found').allTextContents()).toEqual([expect.stringContaining(`process ${planted[thing]}`)]);
      }
      const changes = (await page.locator('#changes tbody tr').allTextContents()).join('\n');
      for (const what of ['0.0.0.0:4433', '0.0.0.0:9180', 'netprobe', 'kworker/1:2']) expect(changes).toContain(what);
      expect((await page.locator('#processes').allTextContents()).join('')).toContain('fontd');
      await page.fill('#timeline .filter', 'appeared 9180');
      expect((await page.locator('#timeline tbody tr').allTextContents()).join('')).toContain('0.0.0.0:9180');
      expect(requests).toEqual([pathToFileURL(file).href]);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  }, 180_000);
});
