import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../packages/analyze/src/cli.ts';
import { Names } from '../../packages/analyze/src/redact/names.ts';
import { PUBLIC_WORDS } from '../../packages/analyze/src/redact/public-words.ts';
import { ruleOf } from '../../packages/analyze/src/redact/rules.ts';
import { Secret } from '../../packages/analyze/src/redact/secret.ts';
import { TABLES } from '../../packages/analyze/src/tables/index.ts';
import { makeArchive } from '../support/archive.ts';
import { type Captured, readCaptured } from '../support/captured.ts';
import { fakeIo } from '../support/fake-io.ts';

const dir = mkdtempSync(join(tmpdir(), 'coldstat-redact-'));
const SAMPLE = join(import.meta.dirname, '../../samples/busy-host/web1.tar.zst');
afterAll(() => rmSync(dir, { recursive: true }));

async function coldstat(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo(dir);
  return { code: await run(argv, io), ...io.said };
}

/** All that a reader of the redacted archive can see, names of entries included. */
function everything({ header, manifest, bodies, records }: Captured): string {
  const text = [...bodies].map(([name, body]) => `${name}\n${body.toString('latin1')}`);
  return [JSON.stringify(header), JSON.stringify(manifest), JSON.stringify(records), ...text].join('\n');
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const stands = (text: string, secret: string): boolean => new RegExp(`(?<![0-9A-Za-z.])${escaped(secret)}(?![0-9A-Za-z.])`, 'i').test(text);

/** Words that every system has, and that the kernel's and the distribution's own files hold: that they were an argument as well tells nothing. */
const isPublic = (text: string): boolean =>
  (text.match(/[a-z0-9]+/gi) ?? []).every((word) => PUBLIC_WORDS.has(word.toLowerCase()) || ['files', 'wait', 'netns'].includes(word));

/** An IPv4 address as /proc prints it on a little-endian host. */
const hexOf = (address: string): string => Buffer.from(address.split('.').reverse().map(Number)).toString('hex').toUpperCase();

const BEFORE = join(dir, 'before.db');
const AFTER = join(dir, 'after.db');
const JUDGING_NAMES = ['fake-kernel-thread', 'argv0-other-program', 'daemon-elsewhere', 'name-look-alike', 'name-hidden-characters'];

describe('the sample', () => {
  let before: Captured;
  let after: Captured;

  beforeAll(async () => {
    const { code, err } = await coldstat('redact', SAMPLE, '-o', 'sample.tar.zst');
    expect(code, err).toBe(0);
    before = await readCaptured(SAMPLE);
    after = await readCaptured(join(dir, 'sample.tar.zst'));
  });

  it('is a whole archive with as many records, each where it was', async () => {
    expect((await coldstat('verify', 'sample.tar.zst')).out).toMatch(/^sample.tar.zst: good, unsigned/);
    expect(after.records.map((r) => [r.seq, r.path, r.errno, r.truncated])).toEqual(
      before.records.map((r) => [r.seq, r.path, r.errno, r.truncated]),
    );
    expect(after.header).toMatchObject({ redacted: { keyed: false, source: 'complete' }, case: null, operator: null, tool: { argv: [] } });
    expect(after.header.capture_id).not.toBe(before.header.capture_id);
  });

  it('has as many rows in every table but those about itself', async () => {
    for (const [archive, db] of [
      [SAMPLE, BEFORE],
      ['sample.tar.zst', AFTER],
    ]) {
      const { code, err } = await coldstat('load', archive ?? '', '-d', db ?? '');
      expect(code, err).toBe(0);
    }
    // Marks that judge what somebody called a thing cannot outlive the name.
    const where = (name: string): string =>
      name === 'marks' ? `WHERE kind NOT IN (${JUDGING_NAMES.map((kind) => `'${kind}'`).join()})` : '';
    const sql = TABLES.map(({ name }) => `SELECT '${name}', count(*) FROM "${name}" ${where(name)}`).join(' UNION ALL ');
    const counts = async (db: string): Promise<string> => (await coldstat('query', '-d', db, '--format', 'csv', sql)).out;
    expect(await counts(AFTER)).toBe(await counts(BEFORE));
  });

  it.each([
    ['netstat', '-antup'],
    ['netstat', '-xanp'],
    ['netstat', '-rn'],
    ['netstat', '-s'],
    ['ss', '-tunap'],
    ['ss', '-xanp'],
    ['lsof', '-nP'],
    ['lsof', '-nP', '-i'],
    ['sockstat'],
    ['ps'],
  ])('%s %s gives as many lines, and the same ledger under them', async (...words) => {
    const lines = async (archive: string): Promise<[number, string]> => {
      const { out, err } = await coldstat(words[0] ?? '', '--archive', archive, ...words.slice(1));
      return [
        out.split('\n').length,
        err.replace(/\n.*/s, '').replace(/; redacted: names and addresses are replaced|; \d+ rows? marked \([^)]*\)/g, ''),
      ];
    };
    const [original, shared] = [await lines(SAMPLE), await lines('sample.tar.zst')];
    expect(original[0]).toBeGreaterThan(3);
    expect(shared).toEqual(original);
  });

  it('names no user, host, address or argument of the original', () => {
    const text = everything(after);
    const accounts = [...before.text('etc/passwd').split('\n'), ...before.text('etc/group').split('\n')].map(
      (line) => line.split(':')[0] ?? '',
    );
    const hosts = before.text('etc/hosts').match(/[a-z][\w-]*\.shop\.example|web1|ledger/g) ?? [];
    const all = [...before.bodies.values()].map((body) => body.toString('latin1')).join('\n');
    const addresses = [...new Set(all.match(/\b(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+\b/g) ?? [])];
    const v6 = [...new Set(all.match(/\b(?:20010db8|B80D0120)[0-9a-fA-F]{24}\b/g) ?? [])];
    const args = [...before.bodies]
      .filter(([name]) => name.endsWith('/cmdline'))
      .flatMap(([, body]) => body.toString('latin1').split('\0').slice(1));
    const secrets = [
      ...accounts.filter((name) => name !== '' && !isPublic(name)),
      ...hosts,
      ...addresses.flatMap((address) => [address, hexOf(address)]),
      ...v6,
      ...args.filter((arg) => arg.length >= 4 && !isPublic(arg)),
    ];
    expect(addresses.length).toBeGreaterThan(3);
    expect(v6.length).toBeGreaterThan(0);
    expect(secrets.length).toBeGreaterThan(20);
    expect(secrets.filter((secret) => stands(all, secret))).not.toEqual([]);
    expect(secrets.filter((secret) => stands(text, secret))).toEqual([]);
  });

  it('the same address has the same replacement everywhere, so that what was joined still is', async () => {
    const sql = `SELECT count(*) FROM sockets_inet a JOIN sockets_inet b ON a.capture_id = b.capture_id AND a.pass = b.pass AND a.source_id = b.source_id
      AND a.local_address = b.remote_address AND a.local_port = b.remote_port AND b.local_port = a.remote_port AND a.local_address NOT LIKE '127.%'`;
    const count = async (db: string): Promise<number> =>
      Number((await coldstat('query', '-d', db, '--format', 'csv', sql)).out.split('\n')[1]);
    expect(await count(BEFORE)).toBeGreaterThan(0);
    expect(await count(AFTER)).toBe(await count(BEFORE));
    // An address of an interface lies in the network of a route as it did.
    const networks = `SELECT count(*) FROM routes r WHERE r.family = 4 AND r.prefix = 24 AND r.destination LIKE '%.0'`;
    const nets = async (db: string): Promise<string> => (await coldstat('query', '-d', db, '--format', 'csv', networks)).out;
    expect(await nets(AFTER)).toBe(await nets(BEFORE));
  });

  it('the listing of captures says that it is redacted', async () => {
    const { out, err } = await coldstat('captures', '-d', AFTER);
    expect(out, err).toContain('refused, redacted');
    expect((await coldstat('captures', '-d', BEFORE)).out).not.toContain('redacted');
    expect((await coldstat('netstat', '--db', AFTER, '-rn')).err).toContain('redacted: names and addresses are replaced');
    expect((await coldstat('netstat', '--db', BEFORE, '-rn')).err).not.toContain('redacted');
  });
});

describe('what is not known, and what must not be told', () => {
  const FILES = {
    'proc/7/stat': `7 (alicetool) S 1 7 7 0 -1 4194304 ${'0 '.repeat(42)}0\n`,
    'proc/7/cmdline': 'alicetool\0--token=hunter2hunter2\0',
    'proc/7/environ': 'SECRET_TOKEN=correcthorse\0',
    'proc/7/links.list': 'cwd\t-\t-\t>/home/alice/work\nexe\t-\t-\t>/usr/bin/python3\nroot\t-\t-\t>/\n',
    'proc/7/fd.list': '3\t700\t-\t>/home/alice/\\x1b[31mplans.txt (deleted)\n4\t700\t-\t>socket:[99]\n',
    'proc/7/novelty': 'correcthorse\n',
    'proc/net/novelty': 'correcthorse\n',
    'blob/deadbeef': 'correcthorse',
    'proc/net/arp':
      'IP address       HW type     Flags       HW address            Mask     Device\n203.0.113.77     0x1         0x2         52:54:00:ab:cd:ef     *        eth0\n',
    'proc/net/unix':
      'Num       RefCount Protocol Flags    Type St Inode Path\n0000000000000000: 00000002 00000000 00010000 0001 01 99 @alice-agent\n',
    'proc/net/nf_conntrack':
      'ipv4     2 tcp      6 300 ESTABLISHED src=203.0.113.77 dst=198.51.100.9 sport=4 dport=443 src=198.51.100.9 dst=203.0.113.77 sport=443 dport=4 [ASSURED] mark=0 use=2\n',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nalice:$6$correcthorse:1000:1000:Alice Liddell,,,:/home/alice:/bin/bash\n',
    'etc/hosts': '203.0.113.77 mill.wonderland.example mill # of the Hatter\n',
  };
  const SECRETS = [
    'alice',
    'liddell',
    'hatter',
    'hunter2hunter2',
    'correcthorse',
    '203.0.113.77',
    '198.51.100.9',
    'wonderland',
    'plans',
    'web1',
    '52:54:00:ab:cd:ef',
    'Op Erator',
    'CASE-77',
  ];

  it('is not in the redacted archive; what was left out has a record', async () => {
    writeFileSync(
      join(dir, 'made'),
      await makeArchive({
        files: FILES,
        header: { operator: 'Op Erator', case: 'CASE-77' },
        refused: [{ path: 'proc/alice', errno: 'EACCES' }],
      }),
    );
    expect((await coldstat('redact', 'made', '-o', 'made.redacted')).code).toBe(0);
    const captured = await readCaptured(join(dir, 'made.redacted'));
    const text = everything(captured).toLowerCase();
    expect(SECRETS.filter((secret) => text.includes(secret.toLowerCase()))).toEqual([]);
    expect(captured.records.filter((r) => r.note === 'redacted').map((r) => r.path)).toEqual([
      'proc/7/environ',
      'unknown/1',
      'unknown/2',
      'unknown/3',
    ]);
    expect(captured.records.at(-1)).toMatchObject({ path: 'unknown/4', errno: 'EACCES' });
    expect(captured.text('proc/7/links.list')).toContain('>/usr/bin/python3\n');
    // As many arguments, each as long, and the links still one to a line.
    expect(
      captured
        .text('proc/7/cmdline')
        .split('\0')
        .map((arg) => arg.length),
    ).toEqual([9, 22, 0]);
    expect(captured.list('proc/7/fd.list').get('4')?.target).toBe('socket:[99]');
  });

  it('a key gives the same replacements, none gives others; a short one is refused', async () => {
    writeFileSync(join(dir, 'key'), 'k'.repeat(32));
    writeFileSync(join(dir, 'short'), 'k');
    for (const [out, ...key] of [['one', '--key', 'key'], ['two', '--key', 'key'], ['three']]) {
      expect((await coldstat('redact', 'made', '-o', out ?? '', ...key)).code).toBe(0);
    }
    const read = async (name: string): Promise<string> => (await readCaptured(join(dir, name))).text('etc/hosts');
    expect(await read('two')).toBe(await read('one'));
    expect(await read('three')).not.toBe(await read('one'));
    expect(await coldstat('redact', 'made', '-o', 'four', '--key', 'short')).toMatchObject({
      code: 2,
      err: expect.stringContaining('too short'),
    });
  });

  it('never over another file, never from a pipe, never from what is no archive', async () => {
    writeFileSync(join(dir, 'there'), 'mine');
    expect((await coldstat('redact', 'made', '-o', 'there')).code).toBe(2);
    expect(readFileSync(join(dir, 'there'), 'utf8')).toBe('mine');
    expect((await coldstat('redact', '-', '-o', 'five')).code).toBe(2);
    writeFileSync(join(dir, 'text'), 'hello');
    expect((await coldstat('redact', 'text', '-o', 'five')).code).toBe(2);
  });

  it('an archive that breaks off gives one that says so: 1', async () => {
    const whole = await makeArchive({ files: FILES, manifest: null });
    writeFileSync(join(dir, 'cut'), whole);
    expect((await coldstat('redact', 'cut', '-o', 'cut.redacted')).code).toBe(1);
    const { header, manifest } = await readCaptured(join(dir, 'cut.redacted'));
    expect(header).toMatchObject({ redacted: { source: 'incomplete' } });
    expect(manifest?.exit).toBe('interrupted');
  });
});

describe('addresses', () => {
  const { addresses } = new Names(new Secret(Buffer.from('a key of sixteen')));
  const v4 = (text: string): string => [...addresses.replace(Buffer.from(text.split('.').map(Number)))].join('.');

  const classOf = ([a = 0, b = 0]: readonly number[]): string => {
    if (a === 10 || (a === 172 && b >> 4 === 1) || (a === 192 && b === 168)) return 'private';
    if (a === 169 && b === 254) return 'link-local';
    if (a === 100 && b >> 6 === 1) return 'shared';
    return a === 0 || a === 127 ? String(a) : a >= 240 ? 'reserved' : a >= 224 ? 'multicast' : 'public';
  };

  it('keep their class, differ when they differed, and share the prefixes they shared', () => {
    const octets = fc.tuple(
      fc.oneof(fc.nat(255), fc.constantFrom(10, 100, 127, 169, 172, 192, 224)),
      fc.nat(255),
      fc.nat(255),
      fc.nat(255),
    );
    const bits = (a: readonly number[]): string => a.map((n) => n.toString(2).padStart(8, '0')).join('');
    const shared = (a: string, b: string): number => [...a].findIndex((bit, i) => bit !== b[i]);
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 16, max: 31 }), (one, other, length) => {
        const [a, b] = [one, other].map((o) => [...addresses.replace(Buffer.from(o))]);
        expect(classOf(a ?? [])).toBe(classOf(one));
        if (bits(one) !== bits(other)) expect(a).not.toEqual(b);
        // A neighbour that shares exactly so many bits.
        const near = Number.parseInt(bits(one), 2) ^ (1 << (31 - length));
        const c = [24, 16, 8, 0].map((shift) => (near >>> shift) & 255);
        expect(shared(bits(a ?? []), bits([...addresses.replace(Buffer.from(c))]))).toBe(length);
      }),
      { numRuns: 300 },
    );
  });

  it('mapped IPv4 goes with IPv4; loopback, unspecified and well-known groups stay', () => {
    const mapped = addresses.replace(Buffer.from('00000000000000000000ffffcb00714d', 'hex'));
    expect(mapped.toString('hex')).toBe(
      `00000000000000000000ffff${Buffer.from(v4('203.0.113.77').split('.').map(Number)).toString('hex')}`,
    );
    for (const same of ['0.0.0.0', '127.0.0.1', '255.255.255.255', '224.0.0.1']) expect(v4(same)).toBe(same);
    for (const hex of ['0'.repeat(32), `${'0'.repeat(31)}1`, 'ff020000000000000000000000000001'])
      expect(addresses.replace(Buffer.from(hex, 'hex')).toString('hex')).toBe(hex);
    for (const prefix of ['fe80', 'fd', 'ff02', '2']) {
      const made = addresses.replace(Buffer.from(prefix.padEnd(31, '7').concat('9'), 'hex')).toString('hex');
      expect(made).toMatch({ fe80: /^fe[89ab]/, fd: /^fd/, ff02: /^ff02/, 2: /^[23]/ }[prefix] ?? /^$/);
    }
  });
});

const PATHS = [
  ...'stat status comm cmdline cgroup limits loginuid sessionid wchan attr/current maps mountinfo links.list fd.list fdinfo.pack task.pack'
    .split(' ')
    .map((name) => `proc/7/${name}`),
  ...'tcp tcp6 unix route ipv6_route if_inet6 igmp igmp6 arp fib_trie dev dev_mcast ptype netlink packet sockstat protocols snmp sctp/assocs nf_conntrack'
    .split(' ')
    .map((name) => `proc/net/${name}`),
  ...'loadavg uptime stat version cmdline mounts modules locks devices filesystems sys.pack stat.pack mapped.list'
    .split(' ')
    .map((name) => `proc/${name}`),
  ...'hostname machine-id os-release nsswitch.conf ld.so.preload hosts resolv.conf services protocols rpc passwd group'
    .split(' ')
    .map((name) => `etc/${name}`),
];

it.each(PATHS)('a learnt name does not pass, wherever in %s it stands', (path) => {
  const names = new Names(new Secret(Buffer.from('a key of sixteen')));
  names.learn('quackmire');
  const rule = ruleOf(path);
  expect(rule).not.toBeNull();
  const piece = fc.oneof(
    fc.constantFrom(
      'quackmire',
      'Quackmire',
      '/home/quackmire',
      '\n',
      '\t',
      ' ',
      '0: ',
      ':',
      '(',
      ')',
      '\0',
      '== 3 12\n',
      '7 (x) S 1 ',
      '203.0.113.7',
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const body = Buffer.from(pieces.join(''), 'latin1');
      const made = rule?.(Buffer.from(body), { names, byteOrder: 'little' }, path) ?? Buffer.alloc(0);
      expect(made.toString('latin1').toLowerCase()).not.toContain('quackmire');
    }),
    { numRuns: 100 },
  );
});

it('a path the format does not know has no rule', () => {
  for (const path of [
    'proc/7/environ',
    'proc/7/mem',
    'proc/net/new',
    'blob/ab',
    'etc/shadow',
    'proc/kcore',
    'constructor',
    'proc/7/toString',
  ])
    expect(ruleOf(path)).toBeNull();
});
