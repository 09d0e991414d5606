import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TABLES } from '../../packages/analyze/src/tables/index.ts';
import { coldstat, type Ran } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/**
 * A host with secrets in every place that a capture reads, captured with all that can be asked for and redacted: none of them stands anywhere in the
 * redacted archive, in whatever form, and its answers have the shape they had. What is planted is in planted.sh and planted.py.
 */

/** Arguments, environment, users, hosts, paths, names of sockets, interfaces and threads; who captured, and why. */
const WORDS = [
  ...['Sauerkirsch', 'hollerbluete', 'reneklode', 'b1rn3nm0st', 'wacholder', 'kranewitt', 'PFLAUMEN_TOKEN'],
  ...['mirabellus', 'Bellenbaum', 'heckenwirte', 'mirabellenshell', 'quittenhof', 'kelter', 'weinberg', 'Winzers', 'Kellermeister'],
  ...['quetsche', 'zwetschgenwerk', 'mispelmaus', 'weissdornbusch', 'geheimakte', 'Pflaumenkuchen', 'Rezept', 'schlehenwein', 'ttenm'],
  ...['stachelbeerplan', 'brombeerkorb', 'sauerrohr', 'pforte', 'brombeerhecke', 'himbeerstrauch', 'innen', 'johannisbeerkraut'],
  ...['kirschnetz', 'hagebutte', 'schlehenfeuer', 'holunderbusch', 'Heckenrose', 'Stachelbein', 'Dornengrund'],
];
const V4 = [...['203.0.113.77', '203.0.113.99', '203.0.113.98', '203.0.113.53', '198.51.100.222'], ...['198.18.77.0', '239.77.88.99']];
const V6 = [
  '20010db8feedbeef0000000000000077',
  '20010db8feedbeef0000000000000098',
  '20010db8cafe00770000000000000000',
  'ff1500000000000000000000778899aa',
  // Made of the hardware address.
  'fe80000000000000007788fffe99aabb',
];
/** Of interfaces and a neighbour, and the groups that follow from the multicast addresses. */
const HARDWARE = ['02778899aabb', '02deadbeef99', '02005e005301', '01005e4d5863', '3333778899aa'];
/** Kinds of marks that judge what somebody called a thing. */
const JUDGING_NAMES = ['fake-kernel-thread', 'argv0-other-program', 'daemon-elsewhere', 'name-look-alike', 'name-hidden-characters'];
/** Not every kernel has signed connections. */
const MAY_LACK = ['johannisbeerkraut'];

interface Secret {
  readonly name: string;
  readonly forms: readonly Buffer[];
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap32();

/** What base64 makes of these bytes wherever they begin: the characters that depend on nothing else. */
function base64(bytes: Buffer): Buffer[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    return latin1(text.slice(Math.ceil((before * 8) / 6), end));
  });
}

function hex(bytes: Buffer): Buffer[] {
  const text = bytes.toString('hex');
  return [latin1(text), latin1(text.toUpperCase())];
}

/** Words in either case; short ones of addresses only in forms that do not come about by chance. */
const SECRETS: readonly Secret[] = [
  ...WORDS.map((name) => ({
    name,
    forms: [latin1(name), ...[name, name.toLowerCase()].flatMap((word) => [...hex(latin1(word)), ...base64(latin1(word))])],
  })),
  ...V4.map((name) => {
    const bytes = Buffer.from(name.split('.').map(Number));
    return {
      name,
      forms: [latin1(name), bytes, swapped(bytes), ...hex(bytes), ...hex(swapped(bytes)), ...base64(bytes).filter((b) => b.length > 4)],
    };
  }),
  ...V6.map((name) => {
    const bytes = Buffer.from(name, 'hex');
    const text =
      name
        .match(/.{4}/g)
        ?.map((group) => group.replace(/^0{1,3}/, ''))
        .join(':')
        .replace(/(?::0)+:|(?::0)+$/, '::') ?? name;
    return { name, forms: [latin1(text), bytes, swapped(bytes), ...hex(bytes), ...hex(swapped(bytes)), ...base64(bytes)] };
  }),
  ...HARDWARE.map((name) => {
    const bytes = Buffer.from(name, 'hex');
    return { name, forms: [bytes, ...hex(bytes), latin1(name.match(/../g)?.join(':') ?? name), ...base64(bytes)] };
  }),
];

let scene: Scene;
const bytes: Record<'before' | 'after', Buffer> = { before: Buffer.alloc(0), after: Buffer.alloc(0) };

const lowered: Record<'before' | 'after', Buffer> = { before: Buffer.alloc(0), after: Buffer.alloc(0) };

const run = (...args: string[]): Ran => coldstat(args, { cwd: scene.directory, timeout: 120_000 });

beforeAll(async () => {
  scene = await startScene(['tcp', 'inet', 'unix', 'owners', 'files', 'names', 'netns']);
  const { host } = scene;
  for (const name of ['planted.py', 'planted.sh']) copyFileSync(join(import.meta.dirname, name), `${host.files}/srv/bin/${name}`);
  copyFileSync('/bin/sh', `${host.files}/srv/bin/sh`);
  await host.start('sh', ['/srv/bin/planted.sh'], '/srv/work');
  const who = ['--case', 'Akte Heckenrose', '--operator', 'Frau Stachelbein', '--reason', 'Dornengrund'];
  const { archive: original } = scene.capture('told', [
    ...who,
    '--netlink',
    '--sockopt',
    '--with',
    'environ,exe-hash,deleted-exe,nf_conntrack',
  ]);
  const redacted = join(scene.directory, 'redacted.tar.zst');
  const made = run('redact', original, '-o', redacted);
  expect(made.err).toBe('');
  expect(made.code).toBe(0);
  for (const [name, file] of [
    ['before', original],
    ['after', redacted],
  ] as const) {
    bytes[name] = zstdDecompressSync(readFileSync(file));
    lowered[name] = latin1(bytes[name].toString('latin1').toLowerCase());
    expect(run('load', file, '-d', `${name}.db`).code).toBeLessThan(2);
  }
}, 300_000);
afterAll(async () => scene?.stop());

/** Text is looked for in either case, bytes as they are. */
function stands(where: 'before' | 'after', { forms }: Secret): string[] {
  const lower = lowered[where];
  const [first, ...others] = forms;
  const found = others.filter((form) => bytes[where].includes(form));
  return [...(first !== undefined && lower.includes(latin1(first.toString('latin1').toLowerCase())) ? [first] : []), ...found].map(
    (form) => {
      const at = bytes[where].indexOf(form);
      return `${form.toString('hex')} at ${at}: ${JSON.stringify(bytes[where].subarray(Math.max(0, at - 60), at + 60).toString('latin1'))}`;
    },
  );
}

describe('no byte of the redacted archive tells', () => {
  test.each(SECRETS.map((secret) => [secret.name, secret] as const))('%s', (name, secret) => {
    if (!MAY_LACK.includes(name)) expect(stands('before', secret), 'it was planted, and the capture has it').not.toEqual([]);
    expect(stands('after', secret)).toEqual([]);
  });
});

test('the original tells in every form that is looked for: text, hexadecimal in the order of the host and of the net, bytes', () => {
  const address = Buffer.from([203, 0, 113, 77]);
  const forms = [
    latin1('203.0.113.77'),
    address,
    latin1(swapped(address).toString('hex').toUpperCase()),
    latin1(V6[0] ?? ''),
    Buffer.from(V6[0] ?? '', 'hex'),
  ];
  expect(forms.filter((form) => !bytes.before.includes(form))).toEqual([]);
  expect(
    bytes.before.includes(
      latin1(
        swapped(Buffer.from(V6[0] ?? '', 'hex'))
          .toString('hex')
          .toUpperCase(),
      ),
    ),
  ).toBe(true);
});

function asked(which: 'before' | 'after', sql: string): string[] {
  const { out, err, code } = run('query', '-d', `${which}.db`, '--format', 'csv', sql);
  expect(code, err).toBe(0);
  return out.trim().split('\n').slice(1);
}

describe('the answers have the shape they had', () => {
  test('it is a whole archive, and says that it is redacted', () => {
    expect(run('verify', 'redacted.tar.zst').out).toMatch(/^redacted\.tar\.zst: good/);
    expect(run('captures', '-d', 'after.db').out).toContain('redacted');
  });

  test('as many rows in every table but that of the environments', () => {
    // Marks that judge a name cannot outlive it, and the ledger says that it is redacted.
    const where: Readonly<Record<string, string>> = {
      marks: `WHERE kind NOT IN (${JUDGING_NAMES.map((kind) => `'${kind}'`).join()})`,
      ledger: `WHERE "check" <> 'redacted'`,
    };
    const counts = TABLES.map(({ name }) => `SELECT '${name}', count(*) FROM "${name}" ${where[name] ?? ''}`).join(' UNION ALL ');
    const [before, after] = [asked('before', counts), asked('after', counts)];
    const environ = before.find((line) => line.startsWith('process_environ,'));
    expect(Number(environ?.split(',')[1])).toBeGreaterThan(10);
    expect(after).toEqual(before.map((line) => (line === environ ? 'process_environ,0' : line)));
  });

  test.each([
    [
      'sockets_inet',
      'pass, net_ns, proto, family, local_port, remote_port, state_raw, slot, inode, uid, rx_queue, tx_queue, timer, refcount',
    ],
    ['sockets_unix', 'pass, net_ns, inode, type, state, flags, refcount, length(CAST(path AS BLOB)), lines'],
    ['sockets_netlink', 'pass, net_ns, protocol, port_id, groups, inode'],
    ['sockets_packet', 'pass, net_ns, inode, type, protocol, ifindex'],
    [
      'diag_inet',
      'net_ns, dump, proto, family, state, local_port, remote_port, interface, inode, cookie, uid, congestion, rcvbuf, backlog',
    ],
    ['diag_unix', 'net_ns, type, state, inode, cookie, peer_inode, length(CAST(path AS BLOB))'],
    ['diag_packet', 'net_ns, type, protocol, inode, cookie, ifindex, flags, uid, filter, rmem_alloc'],
    ['diag_netlink', 'net_ns, type, protocol, port_id, inode, cookie, groups, rmem_alloc'],
    ['socket_options', "pid, fd, level, name, CASE name WHEN 'IP_MULTICAST_IF' THEN 0 ELSE value END, length(bytes), errno"],
    ['fds', 'pid, tid, fd, kind, socket_inode, flags, pos, st_mode, st_ino, length(CAST(target AS BLOB))'],
    [
      'processes',
      'pid, parent, state, uid, euid, start_ticks, threads, kernel_thread, path_deleted, net_ns, length(CAST(cmdline AS BLOB))',
    ],
    ['threads', 'pid, tid, state, own_files, length(CAST(name AS BLOB))'],
    ['mounts', 'mnt_ns, pid, mnt_id, parent_id, dev, length(mount_point), fstype'],
    ['interfaces', 'net_ns, rx_bytes, tx_bytes, mtu, flags, operstate'],
    ['interface_addresses', 'net_ns, prefix, scope, flags'],
    ['ipv4_addresses', 'net_ns, prefix, scope'],
    ['routes', 'net_ns, family, prefix, flags, metric'],
    ['neighbours', 'net_ns, flags, hw_type'],
    ['packet_types', 'net_ns, type, function, length(device)'],
    ['users', 'uid, gid, length(name)'],
    ['mapped_files', 'st_mode, st_ino'],
    ['executables', 'sha256, bytes'],
  ])('rows of %s, but for names and addresses', (table, wanted) => {
    const rows = `SELECT ${wanted} FROM ${table} ORDER BY rowid`;
    const before = asked('before', rows);
    expect(before.length).toBeGreaterThan(0);
    expect(asked('after', rows)).toEqual(before);
  });

  test('every socket has the holders, or the class, that it had', () => {
    const rows = (which: string): string[] => {
      const listed = run('ownership', '-d', `${which}.db`, '--format', 'jsonl').out.trim().split('\n');
      return listed
        .map((line) => {
          const {
            class: kind,
            protocol,
            state,
            net_ns,
            inode,
            passes,
            pid,
            tid,
            fd,
            holder_set,
          } = JSON.parse(line) as Record<string, unknown>;
          return JSON.stringify([kind, protocol, state, net_ns, inode, passes, pid, tid, fd, holder_set]);
        })
        .sort();
    };
    const before = rows('before');
    expect(new Set(before.map((line) => (JSON.parse(line) as string[])[0])).size).toBeGreaterThan(4);
    expect(rows('after')).toEqual(before);
  });

  test('every check of the ledger answers as it did; that it is redacted is one more', () => {
    const checks = (which: string): string[] => run('ledger', '-d', `${which}.db`, '--format', 'csv').out.trim().split('\n');
    const [before, after] = [checks('before'), checks('after')];
    const added = after.filter((line) => !before.includes(line));
    expect(before.filter((line) => !after.includes(line))).toEqual([]);
    expect(added).toEqual([expect.stringMatching(/,redacted,/)]);
  });
});
