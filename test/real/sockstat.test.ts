import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** The Linux port of sockstat is on Debian: its look is compared with it, live. The FreeBSD look is held to its manual's fixed stops. */

let scene: Scene;
let archive: string;
const live = new Map<string, string>();
const INVOCATIONS = ['', '-4', '-6', '-l', '-c', '-c -l', '-R tcp', '-R udp'] as const;

beforeAll(async () => {
  scene = await startScene(['tcp', 'inet']);
  for (const words of INVOCATIONS) live.set(words, scene.live('sockstat', words === '' ? [] : words.split(' ')));
  archive = scene.capture('sockstat').archive;
});
afterAll(async () => {
  await scene?.stop();
});

function sockstat(...args: readonly string[]): string {
  const ran = coldstat(['sockstat', '--archive', archive, '--quiet-ledger', ...args]);
  expect(ran.code, ran.err).toBe(0);
  return ran.out;
}

/** Rows without the programs that did the looking, and without connections that were still moving. */
function steady(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !/ (init|node|sockstat|sh|nsenter) /.test(line) && !/SYN_RECV|SYN_SENT|FWAIT1|LAST_ACK|CLOSING/.test(line))
    .sort();
}

describe('the look of the Linux port', () => {
  test.each(INVOCATIONS)('sockstat %s', (words) => {
    const ours = sockstat('--compat', 'sockstat=linux', ...(words === '' ? [] : words.split(' ')));
    const real = steady(live.get(words) ?? '');
    expect(real.length).toBeGreaterThan(2);
    // The port does not read the icmp and udplite tables; a holder of such a socket is not hidden here.
    expect(steady(ours).filter((line) => !/ (icmp|udplite)[46] /.test(line))).toEqual(real);
  });
});

describe('the look of FreeBSD', () => {
  test('every column begins at its stop', () => {
    const lines = sockstat('-4', '-l').split('\n');
    expect(lines[0]).toBe('USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS      ');
    const row = lines.find((l) => / tcp4 /.test(l)) ?? '';
    expect(row.slice(30, 35)).toBe('tcp4 ');
    expect(row.slice(37)).toMatch(/^\d+\.\d+\.\d+\.\d+:\d+ +\*:\*$/);
  });

  test('-L leaves out loopback, -p keeps a port, -q drops the header', () => {
    expect(sockstat('-4', '-L')).not.toContain('127.0.0.');
    const port = scene.one('tcp-listen').local?.[1];
    const rows = sockstat('-4', '-q', '-p', String(port)).trimEnd().split('\n');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toContain(`:${port}`);
  });

  test('sockets without a holder come last, with question marks', () => {
    const rows = sockstat('-4', '-q').trimEnd().split('\n');
    const first = rows.findIndex((r) => r.startsWith('?        ?          ?     ?'));
    expect(first).toBeGreaterThan(0);
    expect(rows.slice(first).every((r) => r.startsWith('?'))).toBe(true);
  });

  test('the look of the Linux port says how many sockets it leaves out', () => {
    const ran = coldstat(['sockstat', '--archive', archive, '--quiet-ledger', '--compat', 'sockstat=linux', '-4']);
    expect(ran.err).toMatch(/^sockstat: \d+ sockets without a process are not listed in this look/);
  });

  test('-j is refused with the reason', () => {
    const ran = coldstat(['sockstat', '--archive', archive, '-j', '1']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('--netns');
  });
});
