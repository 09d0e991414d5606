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

/** What a command says of the scene; asked once. */
function ask(command: string, code: number): Row[] {
  const known = asked.get(command);
  if (known !== undefined) return known;
  const ran = coldstat([command, '--archive', archive, '--format', 'json']);
  expect(ran.code, ran.err).toBe(code);
  const rows = JSON.parse(ran.out) as Row[];
  asked.set(command, rows);
  return rows;
}

/** 1: the scene forges a unix row, and the ledger says so. */
const ledger = (): Row[] => ask('ledger', 1);
const owned = (): Row[] => ask('ownership', 0);

const INODES = ['sockets_inet', 'sockets_unix', 'sockets_netlink', 'sockets_packet'].map((t) => `SELECT inode FROM ${t}`).join(' UNION ');

describe('sockets without a holder', () => {
  test.for([
    ['tcp-time-wait', 'time-wait'],
    ['tcp-fin-wait2-orphan', 'time-wait'],
    ['tcp-fin-wait1-orphan', 'closing'],
    ['tcp-syn-recv', 'request'],
    ['tcp-queued-server', 'accept-queue'],
    ['tcp-close-wait-queued', 'accept-queue'],
    ['ring-tcp', 'io-uring'],
    ['flight-tcp', 'in-flight'],
    ['thread-own-table', 'thread-only'],
    ['thread-own-net', 'thread-only'],
    ['dead-leader', 'dead-leader'],
  ])('%s: %s', ([what = '', reason], { skip }) => {
    const { local, remote, missing } = scene.one(what);
    skip(missing !== undefined, missing);
    const end = ([address, port]: readonly [string, number]) => `${address}:${port}`;
    const found = owned().filter((r) => r['local'] === end(local ?? ['', 0]) && (remote === undefined || r['remote'] === end(remote)));
    expect(found.map((r) => r['class'])).toEqual([reason]);
  });

  test('unix: the un-accepted end, and the socket in flight', () => {
    const unix = owned().filter((r) => r['protocol'] === 'unix');
    expect(unix).toContainEqual(expect.objectContaining({ local: 'seq.sock', inode: 0, class: 'embryo' }));
    expect(unix.find((r) => r['inode'] === scene.one('flight-unix').inode)?.['class']).toBe('in-flight');
  });

  test('the forged row is called so', () => {
    expect(
      owned()
        .filter((r) => r['class'] === 'forged')
        .map((r) => r['inode']),
    ).toEqual([4242424242]);
  });

  test('no socket is left without a reason', () => {
    expect(owned().filter((r) => r['class'] === 'unexplained' || r['class'] === 'unreadable')).toEqual([]);
  });
});

describe('sockets with holders', () => {
  test('each descriptor that was made is a holder', () => {
    const rows = new Set(owned().map((r) => `${r['inode']} ${r['pid']}/${r['tid']}/${r['fd']}`));
    const held = scene.made.filter((m) => m.fd !== undefined && m.local !== undefined && m.missing === undefined && m.inode !== 0);
    expect(held.length).toBeGreaterThan(20);
    for (const { what, inode, pid, tid, fd } of held) expect(rows, what).toContain(`${inode} ${pid}/${tid === pid ? 0 : (tid ?? 0)}/${fd}`);
  });

  test('each socket of the tables is listed, with holders or with a class', () => {
    const { out } = coldstat(['query', '--archive', archive, '--format', 'json', INODES]);
    const inodes = new Set(owned().map((r) => r['inode']));
    const missing = (JSON.parse(out) as Row[]).map((r) => r['inode']).filter((inode) => !inodes.has(inode ?? null));
    expect(missing).toEqual([]);
  });
});

describe('--why', () => {
  const listed = (...args: string[]): Row[] => {
    const ran = coldstat([...args, '--archive', archive, '--why', '--format', 'json']);
    expect(ran.code, ran.err).toBe(0);
    return JSON.parse(ran.out) as Row[];
  };
  const ENDS = [
    ['tcp-time-wait', 'time-wait'],
    ['tcp-queued-server', 'accept-queue'],
    ['flight-tcp', 'in-flight'],
    ['thread-own-table', 'thread-only'],
    ['dead-leader', 'dead-leader'],
  ] as const;
  const at = (what: string) => (r: Row) => {
    const { local, remote } = scene.one(what);
    const other = r['remote_port'] ?? r['peer_port'];
    return r['local_address'] === local?.[0] && r['local_port'] === local?.[1] && (remote === undefined || other === remote[1]);
  };

  test.each([
    ['netstat', '-tan'],
    ['ss', '-tan'],
    ['lsof', '-nPi'],
  ])('%s says it', (...args) => {
    const rows = listed(...args);
    for (const [what, why] of ENDS) expect([...new Set(rows.filter(at(what)).map((r) => r['why']))], what).toEqual([why]);
    expect([...new Set(rows.filter(at('shared')).map((r) => r['why'] ?? 'held'))]).toEqual(['held']);
  });

  test('the table of netstat ends with it', () => {
    const { out } = coldstat(['netstat', '-tanp', '--archive', archive, '--why']);
    const [address, port] = scene.one('tcp-time-wait').local ?? ['', 0];
    expect(out.split('\n').find((line) => line.includes(` ${address}:${port} `) && line.includes('TIME_WAIT'))).toMatch(/ - +time-wait$/);
  });
});

describe('descriptors without a row', () => {
  const classes = (what: string) =>
    owned()
      .filter((r) => r['inode'] === scene.one(what).inode)
      .map((r) => r['class']);

  // One of them is of a namespace that no process lives in, and files do not say which.
  test.each(['tcp-created', 'tcp-bound', 'udp-unbound', 'netlink-unbound', 'netns-by-socket'])('%s', (what) => {
    expect(classes(what)).toEqual(['untabled-or-unseen-namespace']);
  });

  // The others are of the namespace without a process, and of the one outside: what the capture was started with.
  test('the kernel counts those four that are of the namespace of their holder', () => {
    const [own] = ledger().filter((r) => r['check'] === 'sockets in no table' && Number(r['found']) > 0);
    expect([own?.['expected'], own?.['result']]).toEqual([4, 'blind']);
    expect(Number(own?.['found'])).toBeGreaterThan(4);
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
