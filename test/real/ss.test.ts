import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadIntoMemory } from '../../packages/analyze/src/commands/memory-case.ts';
import { type CaseDb, caseDb } from '../../packages/analyze/src/db/query.ts';
import { coldstat } from '../support/run.ts';
import { lines } from '../support/scenario/columns.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** The real ss is an oracle of its own: pointed at the extracted capture by PROC_ROOT it reads our copies and not the kernel. */

let scene: Scene;
let archive: string;
let proc: string;
let db: CaseDb;
let live: string;

beforeAll(async () => {
  scene = await startScene(['tcp', 'inet', 'owners', 'netns', 'linger']);
  live = scene.live('ss', ['-tunapOH']);
  archive = scene.capture('ss').archive;
  const ran = coldstat(['extract', archive, '-C', join(scene.directory, 'tree')]);
  expect(ran.code, ran.err).toBe(0);
  proc = join(scene.directory, 'tree/proc');
  db = caseDb(await loadIntoMemory([archive], { err: () => {}, cwd: scene.directory }));
});
afterAll(async () => {
  db?.close();
  await scene?.stop();
});

/** Netid, state, queues, addresses, and the holders, sorted, as one text for each row. */
function cells(text: string): string[] {
  return lines(text).map((line) => {
    const [netid, state, receive, send, local, peer, ...rest] = line.split(/ +/);
    const holders = [...rest.join(' ').matchAll(/\("(.*?)",pid=(\d+),fd=(\d+)\)/g)].map(([, name, pid, fd]) => `${name}/${pid}/${fd}`);
    return [netid, state, receive, send, local, peer, ...holders.sort()].join(' ');
  });
}

function overCopy(args: string): string {
  const { status, stdout, stderr } = spawnSync('ss', [args], { encoding: 'latin1', env: { ...process.env, PROC_ROOT: proc } });
  expect(status, stderr).toBe(0);
  return stdout;
}

interface SocketRow {
  readonly proto: string;
  readonly state: string;
  readonly rx_queue: number;
  readonly tx_queue: number;
  readonly local_address: string;
  readonly local_port: number;
  readonly remote_address: string;
  readonly remote_port: number;
  readonly inode: number;
}

const STATES: Readonly<Record<string, string>> = {
  ESTABLISHED: 'ESTAB',
  FIN_WAIT1: 'FIN-WAIT-1',
  FIN_WAIT2: 'FIN-WAIT-2',
  CLOSE: 'UNCONN',
};

function endpoint(address: string, port: number): string {
  const host = address === '::' ? '*' : address.includes(':') ? `[${address}]` : address;
  return `${host}:${port === 0 ? '*' : port}`;
}

/** What our rows say, in the words of ss. Like ss it names holders by the table of the process, not of a thread. */
function fromRows(): string[] {
  const own = `SELECT * FROM sockets_inet WHERE pass = 'A' AND net_ns = (SELECT own_net_ns FROM captures) AND proto IN ('tcp', 'tcp6', 'udp', 'udp6')`;
  return db.all<SocketRow>(own).map((r) => {
    const holders = db
      .all<{ name: string; pid: number; fd: number }>(
        'SELECT p.name, f.pid, f.fd FROM fds f JOIN processes p USING (capture_id, pid) WHERE f.socket_inode = ? AND f.tid = 0',
        r.inode,
      )
      .map(({ name, pid, fd }) => `${name}/${pid}/${fd}`);
    const state = STATES[r.state] ?? r.state.replaceAll('_', '-');
    const ends = [endpoint(r.local_address, r.local_port), endpoint(r.remote_address, r.remote_port)];
    return [r.proto.slice(0, 3), state, r.rx_queue, r.tx_queue, ...ends, ...(r.inode === 0 ? [] : holders.sort())].join(' ');
  });
}

test('PROC_ROOT=<extracted>/proc ss -tunap says what our rows say, each cell of each row', () => {
  const real = cells(overCopy('-tunapOH'));
  expect(real.length).toBeGreaterThan(40);
  expect(fromRows().sort()).toEqual(real.sort());
});

describe('coldstat ss agrees', () => {
  test.each(['-tunap', '-tan', '-uanp', '-tln', '-wanp'])('with ss over the extracted capture: %s', (args) => {
    const ran = coldstat(['ss', '--archive', archive, `${args}OH`]);
    expect(ran.code, ran.err).toBe(0);
    expect(cells(ran.out).sort()).toEqual(cells(overCopy(`${args}OH`)).sort());
  });

  test('with the live ss at the same moment: state, receive queue, addresses and holders of everything that was made', () => {
    const ran = coldstat(['ss', '--archive', archive, '-tunapOH']);
    // Only netlink tells the backlog limit of a listener (its Send-Q) and which socket is for IPv6 alone (its peer is [::]).
    const steady = (text: string) => new Set(cells(text).map((row) => row.replace(/^(\S+ \S+ \d+) \d+/, '$1').replace(' [::]:*', ' *:*')));
    const ours = steady(ran.out);
    expect([...steady(live)].filter((row) => !ours.has(row))).toEqual([]);
  });
});
