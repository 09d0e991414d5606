import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadIntoMemory } from '../../packages/analyze/src/commands/memory-case.ts';
import { type CaseDb, caseDb } from '../../packages/analyze/src/db/query.ts';
import type { Made } from '../support/scenario/made.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** What the programs said they made against the rows of the case: nothing of the live tools in between. */

let scene: Scene;
let db: CaseDb;

beforeAll(async () => {
  scene = await startScene();
  const { archive } = scene.capture('objects');
  db = caseDb(await loadIntoMemory([archive], { err: () => {}, cwd: scene.directory }));
});
afterAll(async () => {
  db?.close();
  await scene?.stop();
});

type Row = Readonly<Record<string, string | number | null>>;

const query = (sql: string): Row[] => db.all<Row>(sql);

/** Objects that were made, of these kinds, that the kernel has. */
function made(pattern: RegExp): Made[] {
  const found = scene.made.filter((m) => pattern.test(m.what) && m.missing === undefined);
  expect(found.length).toBeGreaterThan(0);
  return found;
}

describe('sockets', () => {
  test('every inet socket has its row, with exact addresses and state, in both passes', () => {
    const rows = query('SELECT pass, proto, local_address, local_port, remote_address, remote_port, state, inode FROM sockets_inet');
    const states: Readonly<Record<string, string>> = {
      'tcp-syn-sent': 'SYN_SENT',
      'tcp-fin-wait1': 'FIN_WAIT1',
      'tcp-fin-wait2': 'FIN_WAIT2',
      'tcp-close-wait': 'CLOSE_WAIT',
      'tcp-last-ack': 'LAST_ACK',
      'tcp-closing': 'CLOSING',
      'tcp-listen': 'LISTEN',
      'tcp6-listen-any': 'LISTEN',
      'tcp-deferred-client': 'ESTABLISHED',
      'tcp6-mapped-server': 'ESTABLISHED',
      udp: 'CLOSE',
      'udp-connected': 'ESTABLISHED',
    };
    for (const { what, inode, local, remote } of made(/./)) {
      if (local === undefined || inode === 0) continue;
      for (const pass of ['A', 'B']) {
        const found = rows.filter((r) => r['inode'] === inode && r['pass'] === pass);
        expect(found.length, `${what} in pass ${pass}`).toBe(1);
        const row = found[0] ?? {};
        expect([row['local_address'], row['local_port']], what).toEqual(local);
        if (remote !== undefined) expect([row['remote_address'], row['remote_port']], what).toEqual(remote);
        if (what in states) expect(row['state'], what).toBe(states[what]);
      }
    }
  });

  test.each([
    ['tcp-queued-server', 'ESTABLISHED'],
    ['tcp-syn-recv', 'SYN_RECV'],
    ['tcp-time-wait', 'TIME_WAIT'],
    ['tcp-fin-wait2-orphan', 'FIN_WAIT2'],
    ['tcp-fin-wait1-orphan', 'FIN_WAIT1'],
    ['tcp-close-wait-queued', 'CLOSE_WAIT'],
  ])('%s, which no descriptor stands behind, has its row: %s', (what, state) => {
    const { local, remote } = scene.one(what);
    const rows =
      query(`SELECT state, inode FROM sockets_inet WHERE pass = 'A' AND local_address = '${local?.[0]}' AND local_port = ${local?.[1]}
      AND remote_address = '${remote?.[0]}' AND remote_port = ${remote?.[1]}`);
    expect(rows).toEqual([{ state, inode: 0 }]);
  });

  test.each([
    ['tcp-created', 'sockets_inet'],
    ['tcp-bound', 'sockets_inet'],
    ['udp-unbound', 'sockets_inet'],
    ['netlink-unbound', 'sockets_netlink'],
  ])('%s has a descriptor and no row', (what, table) => {
    const { inode } = scene.one(what);
    expect(query(`SELECT count(*) AS n FROM ${table} WHERE inode = ${inode}`)).toEqual([{ n: 0 }]);
    expect(query(`SELECT count(*) AS n FROM fds WHERE socket_inode = ${inode}`)).toEqual([{ n: 1 }]);
  });

  test('packet and netlink sockets have their rows', () => {
    const inodes = (table: string) => query(`SELECT inode FROM ${table} WHERE pass = 'A'`).map((r) => r['inode']);
    const [packet, netlink] = [inodes('sockets_packet'), inodes('sockets_netlink')];
    for (const { what, inode } of made(/^packet-/)) expect(packet, what).toContain(inode);
    for (const { what, inode } of made(/^netlink-(route|uevent)/)) expect(netlink, what).toContain(inode);
  });

  test('every unix socket has its one row, with the bytes of its name', () => {
    const rows = query("SELECT inode, hex(CAST(path AS BLOB)) AS path FROM sockets_unix WHERE pass = 'A'");
    const printed = (name: string) => Buffer.from(name, 'hex').toString('latin1').replaceAll('\0', '@');
    for (const { what, inode, name } of made(/^(unix-|netns-unix)/)) {
      const found = rows.filter((r) => r['inode'] === inode);
      expect(found.length, what).toBe(1);
      const path = Buffer.from(String(found[0]?.['path'] ?? ''), 'hex').toString('latin1');
      if (what !== 'unix-forged-row') expect(path, what).toBe(name === undefined ? '' : printed(name));
    }
  });

  test('a forged row is never one that is there without a mark', () => {
    const rows = query("SELECT inode, ambiguous FROM sockets_unix WHERE pass = 'A' AND inode = 4242424242");
    expect(rows.every((r) => r['ambiguous'] === 1)).toBe(true);
    const problems = query("SELECT count(*) AS n FROM problems WHERE code IN ('name-newline', 'row-ambiguous')");
    expect(problems[0]?.['n']).toBeGreaterThan(0);
  });
});

describe('holders', () => {
  const holders = (inode: number | undefined) =>
    query(`SELECT pid, tid, fd FROM socket_holders WHERE socket_inode = ${inode} ORDER BY pid, fd`).map(
      (r) => `${r['pid']}/${r['tid']}/${r['fd']}`,
    );

  test('a socket shared after fork has all its holders, each descriptor', () => {
    const shared = made(/^shared$/);
    expect(shared.length).toBe(5);
    expect(holders(shared[0]?.inode).sort()).toEqual(shared.map((m) => `${m.pid}/0/${m.fd}`).sort());
  });

  test('every socket with a descriptor is held by who said so', () => {
    const all = new Set(
      query('SELECT socket_inode, pid, fd FROM socket_holders').map((r) => `${r['socket_inode']}/${r['pid']}/${r['fd']}`),
    );
    for (const { what, inode, pid, fd, local } of made(/^(tcp|udp|raw|ping|packet|netlink|unix|flight-(sender|receiver)|netns-listen)/))
      if (fd !== undefined && (local !== undefined || what.startsWith('unix'))) expect(all, what).toContain(`${inode}/${pid}/${fd}`);
  });

  test.each(['thread-own-table', 'thread-own-net', 'dead-leader'])('%s: the thread holds it', (what) => {
    const { inode, pid, tid, fd } = scene.one(what);
    expect(holders(inode)).toContain(`${pid}/${tid}/${fd}`);
  });

  test.for(['flight-tcp', 'flight-unix', 'ring-tcp'])('%s is held by no descriptor', (what, { skip }) => {
    const { inode, missing } = scene.one(what);
    skip(missing !== undefined, missing);
    expect(holders(inode)).toEqual([]);
  });

  test('the descriptors in flight are counted where they wait', () => {
    const { pid, fd } = scene.one('flight-receiver');
    expect(query(`SELECT scm_fds FROM fds WHERE pid = ${pid} AND fd = ${fd}`)).toEqual([{ scm_fds: 2 }]);
  });
});

describe('descriptors', () => {
  test('every descriptor has its row: link to the byte, inode, size, links', () => {
    const rows = query('SELECT pid, tid, fd, hex(CAST(target AS BLOB)) AS target, ino, st_ino, st_size, st_nlink, deleted FROM fds');
    for (const { what, pid, fd, link, inode, size, nlink } of made(/./)) {
      if (link === undefined) continue;
      const row = rows.find((r) => r['pid'] === pid && r['tid'] === 0 && r['fd'] === fd);
      expect(String(row?.['target']).toLowerCase(), what).toBe(link);
      expect(row?.['ino'], what).toBe(inode);
      // A directory grew while the rest was made.
      if (row?.['st_ino'] !== null && what !== 'directory')
        expect([row?.['st_ino'], row?.['st_nlink'], row?.['st_size']], what).toEqual([inode, nlink, size]);
      expect(row?.['deleted'], what).toBe(Buffer.from(link, 'hex').toString('latin1').endsWith(' (deleted)') ? 1 : 0);
    }
  });

  test.each(['deleted', 'tmpfile', 'still-linked', 'named-deleted'])('%s was looked at through its link', (what) => {
    const { pid, fd, nlink } = scene.one(what);
    expect(query(`SELECT st_nlink FROM fds WHERE pid = ${pid} AND fd = ${fd}`)).toEqual([{ st_nlink: nlink }]);
  });

  test.each([
    ['lock-posix', 'POSIX', 'WRITE', 0, null],
    ['lock-ofd', 'OFDLCK', 'READ', 2, 4],
    ['lock-flock', 'FLOCK', 'WRITE', 0, null],
  ])('%s', (what, kind, access, start, end) => {
    const { inode } = scene.one(what);
    expect(query(`SELECT class, access, start, "end" FROM locks WHERE inode = ${inode}`)).toContainEqual({
      class: kind,
      access,
      start,
      end,
    });
  });

  test('a file that calls itself socket:[1] is a file', () => {
    const { pid, fd } = scene.one('named-socket');
    expect(query(`SELECT kind, socket_inode FROM fds WHERE pid = ${pid} AND fd = ${fd}`)).toEqual([{ kind: 'file', socket_inode: null }]);
  });

  test('a namespace that only a descriptor keeps is known, and known as not read', () => {
    const { net_ns: ns } = scene.one('netns-by-descriptor');
    expect(query(`SELECT tables, pinned_by FROM namespaces WHERE kind = 'net' AND inode = ${ns}`)).toEqual([
      { tables: 0, pinned_by: 'fd' },
    ]);
  });

  test('the tables of a namespace that a process lives in are rows of it', () => {
    const { net_ns: ns } = scene.one('netns');
    const { inode } = scene.one('netns-listen');
    expect(query(`SELECT DISTINCT net_ns FROM sockets_inet WHERE inode = ${inode}`)).toEqual([{ net_ns: ns }]);
  });
});

describe('processes', () => {
  test('names are kept to the byte', () => {
    const rows = query('SELECT pid, hex(CAST(name AS BLOB)) AS name FROM processes');
    for (const { what, pid, comm } of made(/^comm-/)) expect(rows.find((r) => r['pid'] === pid)?.['name'], what).toBe(comm?.toUpperCase());
  });

  test('a name that ends the name field does not move the others', () => {
    const { pid } = scene.one('comm-parenthesis');
    const parent = scene.made.find((m) => m.what === 'huge-argv');
    const rows = query(`SELECT pid, parent, state FROM processes WHERE pid IN (${pid}, ${parent?.pid})`);
    expect(rows.map((r) => r['state'])).toEqual(['S', 'S']);
    expect(rows[0]?.['parent']).toBe(rows[1]?.['parent']);
  });

  test.each([
    ['argv-newline', '6F6E650A74776F'],
    ['argv-escape', '1B5B33316D7265641B5B306D'],
    ['argv-bytes', 'FFFE'],
    ['argv-kworker', '5B6B776F726B65722F303A315D'],
    ['argv-blank', '7769746820626C616E6B'],
  ])('%s: arguments keep their bytes and boundaries', (what, first) => {
    const { pid } = scene.one(what);
    expect(query(`SELECT hex(CAST(arg AS BLOB)) AS arg FROM process_args WHERE pid = ${pid} ORDER BY arg_index`)).toEqual([
      { arg: first },
      { arg: '77616974' },
    ]);
  });

  test('64 GiB of arguments are cut, and said to be', ({ skip }) => {
    const { pid, missing } = scene.one('huge-argv');
    skip(missing !== undefined, missing);
    expect(query(`SELECT truncated, bytes < 5000000 AS small FROM sources WHERE path = 'proc/${pid}/cmdline'`)).toEqual([
      { truncated: 'bytes', small: 1 },
    ]);
  });

  test.each([
    ['deleted-exe', /^\/srv\/files\/gone-exe \(deleted\)$/],
    ['memfd-exe', /^\/memfd:payload \(deleted\)$/],
  ])('%s', (what, path) => {
    const { pid } = scene.one(what);
    const [row] = query(`SELECT path, path_deleted FROM processes WHERE pid = ${pid}`);
    expect(row?.['path']).toMatch(path);
    expect(row?.['path_deleted']).toBe(1);
  });

  test('a directory that is gone, a zombie, another user', () => {
    expect(query(`SELECT cwd FROM processes WHERE pid = ${scene.one('deleted-cwd').pid}`)).toEqual([
      { cwd: '/srv/files/gone-dir (deleted)' },
    ]);
    expect(query(`SELECT state FROM processes WHERE pid = ${scene.one('zombie').child}`)).toEqual([{ state: 'Z' }]);
    expect(query(`SELECT uid, euid FROM processes WHERE pid = ${scene.one('other-user').pid}`)).toEqual([{ uid: 65534, euid: 65534 }]);
  });

  test('a socket belongs to who made it, not to who holds it', () => {
    const row = (what: string) => query(`SELECT DISTINCT uid FROM sockets_inet WHERE inode = ${scene.one(what).inode}`);
    expect(row('made-as-root')).toEqual([{ uid: 0 }]);
    expect(row('other-user')).toEqual([{ uid: 65534 }]);
  });
});
