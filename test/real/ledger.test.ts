import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** Every socket of the scene has all its holders (objects.test.ts) or the right reason why it has none. */

let scene: Scene;
let archive: string;

beforeAll(async () => {
  scene = await startScene();
  archive = scene.capture('ledger').archive;
});
afterAll(() => scene?.stop());

type Row = Readonly<Record<string, string | number | null>>;

const asked = new Map<string, Row[]>();

/** What `coldstat ledger` says; asked once for each set of arguments. */
function ledger(...args: string[]): Row[] {
  const known = asked.get(args.join(' '));
  if (known !== undefined) return known;
  const ran = coldstat(['ledger', '--archive', archive, '--format', 'json', ...args]);
  // 1: the scene forges a unix row, and the ledger says so.
  expect(ran.code, ran.err).toBe(args.length === 0 ? 1 : 0);
  const rows = JSON.parse(ran.out) as Row[];
  asked.set(args.join(' '), rows);
  return rows;
}

describe('sockets without a holder', () => {
  test.for([
    ['tcp-time-wait', 'time-wait'],
    ['tcp-fin-wait2-orphan', 'time-wait'],
    ['tcp-fin-wait1-orphan', 'closing'],
    ['tcp-syn-recv', 'request'],
    ['tcp-queued-server', 'accept-queue'],
    ['tcp-close-wait-queued', 'accept-queue'],
    ['ring-tcp', 'io-uring'],
    // The capture ran in an inner pid namespace: that somebody outside holds it cannot be ruled out, and is the weaker claim.
    ['flight-tcp', 'other-pid-namespace'],
  ])('%s: %s', ([what = '', reason], { skip }) => {
    const { local, remote, missing } = scene.one(what);
    skip(missing !== undefined, missing);
    const end = ([address, port]: readonly [string, number]) => `${address}:${port}`;
    const found = ledger('--sockets').filter(
      (r) => r['local'] === end(local ?? ['', 0]) && (remote === undefined || r['remote'] === end(remote)),
    );
    expect(found.map((r) => r['reason'])).toEqual([reason]);
  });

  test('unix: the un-accepted end, and the socket in flight', () => {
    const unix = ledger('--sockets').filter((r) => r['protocol'] === 'unix');
    expect(unix).toContainEqual(expect.objectContaining({ local: 'seq.sock', inode: 0, reason: 'embryo' }));
    expect(unix.find((r) => r['inode'] === scene.one('flight-unix').inode)?.['reason']).toBe('other-pid-namespace');
  });

  test('nothing that has a holder is among them', () => {
    const held = new Set(scene.made.filter((m) => m.fd !== undefined && m.inode !== undefined).map((m) => m.inode));
    expect(ledger('--sockets').filter((r) => held.has(r['inode'] as number))).toEqual([]);
  });
});

describe('descriptors without a row', () => {
  test.each(['tcp-created', 'tcp-bound', 'udp-unbound'])('%s', (what) => {
    const { inode } = scene.one(what);
    expect(
      ledger('--descriptors')
        .filter((r) => r['socket_inode'] === inode)
        .map((r) => r['reason']),
    ).toEqual(['untabled']);
  });
});

describe('rows against the counters of the kernel', () => {
  test.each(['TCP inuse', 'UDP inuse', 'UDPLITE inuse', 'RAW inuse', 'TCP6 inuse', 'UDP6 inuse', 'PACKET'])('%s', (check) => {
    const entries = ledger().filter((r) => r['section'] === 'counters' && r['check'] === check);
    expect(entries.length).toBeGreaterThanOrEqual(3);
    for (const entry of entries)
      expect([entry['found'], entry['result']], `namespace ${entry['net_ns']}`).toEqual([entry['expected'], 'holds']);
  });

  test('a forged unix row shows as a row more than the kernel counts', () => {
    const own = ledger().filter((r) => r['check'] === 'UNIX' && Number(r['found']) > 20);
    expect(own.map((r) => [Number(r['found']) - Number(r['expected']), r['result']])).toEqual([[1, 'broken']]);
  });

  test('but for the forged row: no gap, no parent that is not there, no mount over a process', () => {
    const checks = ledger().filter((r) => r['section'] === 'order' || r['section'] === 'cross-view');
    expect(checks.length).toBeGreaterThan(6);
    const broken = checks.filter((r) => r['result'] === 'broken').map((r) => r['check']);
    expect(broken).toEqual(['unix rows that may be forged by a name']);
  });
});
