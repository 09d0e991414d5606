import { formatFrame } from '@coldstat/capture/archive';
import { describe, expect, it } from 'vitest';
import type { Value } from '../render/value.ts';
import { factsFeeds } from './facts-feed.ts';
import type { BodyProblem, Feed, Load } from './feed.ts';
import { FEEDS } from './feeds.ts';
import { TABLES } from './index.ts';

interface Body {
  readonly path: string;
  readonly text: string | Buffer;
  readonly pass?: 'A' | 'B';
  readonly netNs?: number | null;
}

/** Reads the bodies as a load does and gives rows as objects by column, table by table. */
function load(feeds: readonly Feed[], bodies: readonly Body[]) {
  const rows = new Map<string, Record<string, Value>[]>();
  const problems: BodyProblem[] = [];
  const shared = new Map<string, unknown>();
  const finishers: (() => void)[] = [];
  const into: Load['into'] = (name) => {
    const table = TABLES.find((t) => t.name === name);
    if (table === undefined) throw new Error(`no table ${name}`);
    const columns = table.columns.slice(1).map(([column]) => column);
    return (row) => {
      expect(row).toHaveLength(columns.length);
      rows.set(name, [...(rows.get(name) ?? []), Object.fromEntries(columns.map((c, i) => [c, row[i] as Value]))]);
    };
  };
  const state: Load = {
    env: { byteOrder: 'little' },
    clock: null,
    into,
    amend: () => undefined,
    problem: (_, p) => problems.push(p),
    shared<S>(key: string, make: () => S, finish: (s: S) => void): S {
      if (!shared.has(key)) {
        const made = make();
        shared.set(key, made);
        finishers.push(() => finish(made));
      }
      return shared.get(key) as S;
    },
  };
  bodies.forEach(({ path, text, pass = 'A', netNs = 4026531833 }, sourceId) => {
    const feed = feeds.find((f) => f.match.test(path));
    if (feed === undefined) throw new Error(`no feed for ${path}`);
    const body = Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1');
    feed.read({ path, pass, body, pid: null, tid: null, netNs, sourceId }, state);
  });
  for (const finish of finishers) finish();
  return { rows: (name: string) => rows.get(name) ?? [], problems };
}

describe('paths', () => {
  it.each([
    ['proc/net/tcp', 'net-tcp'],
    ['proc/12/net/udplite6', 'net-datagram'],
    ['proc/12/task/13/net/unix', 'net-unix'],
    ['proc/net/sctp/assocs', 'net-sctp-assocs'],
    ['proc/12/net/sctp/snmp', 'net-counter-lines'],
    ['proc/net/ip_conntrack', 'net-conntrack'],
    ['etc/services', 'etc-services'],
    ['proc/sys.pack', 'proc-sys'],
    ['proc/sys/net/core/somaxconn', 'whole-lines'],
  ])('%s is read by %s', (path, parser) => {
    expect(FEEDS.filter((f) => f.match.test(path)).map((f) => f.parser)).toEqual([parser]);
  });

  it.each(['proc/net/tcpx', 'proc/net/sctp/remaddr', 'proc/x/net/tcp', 'proc/1/task/net/tcp', 'etc/passwd-', 'xproc/net/tcp'])(
    '%s is not read',
    (path) => {
      expect(FEEDS.filter((f) => f.match.test(path))).toEqual([]);
    },
  );
});

describe('rows', () => {
  it('names protocol, family and state of sockets', () => {
    const { rows } = load(FEEDS, [
      {
        path: 'proc/7/net/tcp6',
        pass: 'B',
        netNs: 42,
        text:
          '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n' +
          '   0: 0000000000000000FFFF00000100007F:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 9 1 0000000000000000 100 0 0 10 0\n' +
          '   1: 0000000000000000FFFF00000100007F:0016 00000000000000000000000000000000:0000 1F 00000000:00000000 00:00000000 00000000     0        0 8 1 0000000000000000 100 0 0 10 0\n',
      },
    ]);
    expect(
      rows('sockets_inet').map((r) => [
        r.net_ns,
        r.pass,
        r.proto,
        r.family,
        r.local_address,
        r.local_port,
        r.state,
        r.state_raw,
        r.mini,
        r.source_id,
        r.line,
      ]),
    ).toEqual([
      [42, 'B', 'tcp6', 6, '::ffff:127.0.0.1', 22, 'LISTEN', 10, 0, 0, 2],
      [42, 'B', 'tcp6', 6, '::ffff:127.0.0.1', 22, '0x1F', 31, 0, 0, 3],
    ]);
  });

  it('keeps names of unix sockets as text or bytes', () => {
    const { rows, problems } = load(FEEDS, [
      {
        path: 'proc/net/unix',
        text:
          'Num       RefCount Protocol Flags    Type St Inode Path\n' +
          `00000000ceee8491: 00000002 00000000 00010000 0001 01     7 /run/${'x'.repeat(60)}\n` +
          `00000000ceee8492: 00000002 00000000 00000000 0002 01     8 @\xff${'x'.repeat(60)}\n`,
      },
    ]);
    expect(problems).toEqual([]);
    expect(rows('sockets_unix').map((r) => [r.type, r.state, r.listening, r.ambiguous, r.path])).toEqual([
      ['STREAM', 'UNCONNECTED', 1, 0, `/run/${'x'.repeat(60)}`],
      ['DGRAM', 'UNCONNECTED', 0, 0, Buffer.from(`@\xff${'x'.repeat(60)}`, 'latin1')],
    ]);
  });

  it('gives counters their file and prefix, and numbers above 2^53 exactly', () => {
    const { rows } = load(FEEDS, [
      { path: 'proc/net/snmp', text: 'Ip: InOctets MaxConn\nIp: 18446744073709551615 -1\n' },
      { path: 'proc/net/sctp/snmp', text: 'SctpCurrEstab                   \t9007199254740993\n' },
    ]);
    expect(rows('counters').map((r) => [r.file, r.prefix, r.name, r.value, r.line])).toEqual([
      ['snmp', 'Ip', 'InOctets', '18446744073709551615', 2],
      ['snmp', 'Ip', 'MaxConn', -1, 2],
      ['sctp_snmp', null, 'SctpCurrEstab', 9007199254740993n, 1],
    ]);
  });
});

describe('interfaces', () => {
  const dev = (...names: string[]) =>
    ['Inter-|   Receive', ' face |bytes', ...names.map((n) => `${n}: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16`), ''].join('\n');
  const pack = (files: Readonly<Record<string, string>>) =>
    Buffer.concat(Object.entries(files).map(([name, text]) => formatFrame({ name, body: Buffer.from(text), truncated: false })));

  it('puts /sys/class/net beside the counters of the own namespace alone, in both passes', () => {
    const { rows, problems } = load(FEEDS, [
      { path: 'proc/net/dev', text: dev('lo', 'eth0') },
      { path: 'proc/9/net/dev', text: dev('lo'), netNs: 77 },
      { path: 'proc/net/dev', text: dev('eth0'), pass: 'B' },
      {
        path: 'sys/class/net.pack',
        netNs: null,
        text: pack({
          'eth0/mtu': '1500\n',
          'eth0/flags': '0x1003\n',
          'eth0/ifindex': '4\n',
          'eth0/address': '02:00:00:00:00:01\n',
          'lo/mtu': '',
        }),
      },
    ]);
    expect(problems).toEqual([]);
    expect(
      rows('interfaces').map((r) => [
        r.net_ns,
        r.pass,
        r.name,
        r.ifindex,
        r.mtu,
        r.flags,
        r.address,
        r.rx_bytes,
        r.tx_compressed,
        r.source_id,
      ]),
    ).toEqual([
      [4026531833, 'A', 'lo', null, null, null, null, 1, 16, 0],
      [4026531833, 'A', 'eth0', 4, 1500, 0x1003, '02:00:00:00:00:01', 1, 16, 0],
      [77, 'A', 'lo', null, null, null, null, 1, 16, 1],
      [4026531833, 'B', 'eth0', 4, 1500, 0x1003, '02:00:00:00:00:01', 1, 16, 2],
    ]);
  });

  const cells = (bodies: readonly Body[]) =>
    load(FEEDS, bodies)
      .rows('interfaces')
      .map((r) => [r.net_ns, r.pass, r.name, r.mtu, r.rx_bytes]);
  const sysfs = (mtus: Readonly<Record<string, number>>): Body => ({
    path: 'sys/class/net.pack',
    netNs: null,
    text: pack(Object.fromEntries(Object.entries(mtus).map(([name, mtu]) => [`${name}/mtu`, `${mtu}\n`]))),
  });
  const own = (pass: 'A' | 'B', text: string): Body => ({ path: 'proc/net/dev', pass, text });

  it.each([
    ['has a name that net/dev has not', [own('A', dev('lo')), own('B', dev('lo'))], { lo: 65536, eth0: 1500 }],
    ['lacks a name of both passes', [own('A', dev('lo', 'veth1')), own('B', dev('lo', 'veth1'))], { lo: 65536 }],
  ])('keeps /sys/class/net apart, of another namespace, when it %s', (_, bodies, mtus) => {
    const found = cells([...bodies, sysfs(mtus)]);
    expect(new Set(found.flatMap(([netNs, , , mtu]) => (netNs === null ? [] : [mtu])))).toEqual(new Set([null]));
    expect(found.filter(([netNs]) => netNs === null)).toEqual(Object.entries(mtus).map(([name, mtu]) => [null, null, name, mtu, null]));
  });

  it.each([
    ['an interface that came between the passes', [own('A', dev('lo')), own('B', dev('lo', 'tun0'))], { lo: 65536, tun0: 1400 }],
    ['one that went', [own('A', dev('lo', 'tun0')), own('B', dev('lo'))], { lo: 65536 }],
    ['a list that was cut', [own('A', dev('lo', 'eth0').slice(0, -20))], { lo: 65536, tun0: 1400 }],
  ])('takes it for that of the capture in spite of %s', (_, bodies, mtus) => {
    const found = cells([...bodies, sysfs(mtus)]);
    expect(found.filter(([netNs]) => netNs === null)).toEqual([]);
    expect(new Set(found.filter(([, , name]) => name === 'lo').map(([, , , mtu]) => mtu))).toEqual(new Set([65536]));
  });

  it('says what of /sys/class/net is no number, and where a pack breaks off', () => {
    const { problems } = load(FEEDS, [
      { path: 'sys/class/net.pack', text: Buffer.concat([pack({ 'eth0/mtu': 'many\n' }), Buffer.from('== eth0/flags 900\n0x1\n')]) },
    ]);
    expect(problems.map((p) => [p.code, p.line, p.lines])).toEqual([
      ['line-value', 2, 1],
      ['list-form', 4, 2],
    ]);
  });
});

describe('facts', () => {
  it('names sysctls by path, with the line in the pack', () => {
    const body = Buffer.concat([
      formatFrame({ name: 'kernel/hostname', body: Buffer.from('web1\n'), truncated: false }),
      formatFrame({ name: 'kernel/yama/ptrace_scope', errno: 'ENOENT' }),
      formatFrame({ name: 'net/core/somaxconn', body: Buffer.from('4096\n'), truncated: false }),
    ]);
    const { rows } = load(factsFeeds, [{ path: 'proc/sys.pack', text: body }]);
    expect(rows('facts').map((r) => [r.name, r.value, r.line])).toEqual([
      ['proc/sys/kernel/hostname', 'web1', 2],
      ['proc/sys/net/core/somaxconn', '4096', 6],
    ]);
    expect(body.toString().split('\n')[5]).toBe('4096');
  });

  it('counts every line of a pack', () => {
    const body = Buffer.concat([formatFrame({ name: 'a', body: Buffer.from('1\n2'), truncated: false }), Buffer.from('== broken')]);
    const [feed] = factsFeeds.filter((f) => f.parser === 'proc-sys');
    let kept = 0;
    const counts = feed?.read(
      { path: 'proc/sys.pack', pass: 'A', body, pid: null, tid: null, netNs: null, sourceId: 1 },
      {
        env: { byteOrder: null },
        clock: null,
        into: () => () => kept++,
        amend: () => undefined,
        problem: (_, p) => {
          kept += p.lines;
        },
        shared: (_, make) => make(),
      },
    );
    expect(counts).toEqual({ lines: 4, header: 1 });
    expect(kept).toBe(3);
  });
});
