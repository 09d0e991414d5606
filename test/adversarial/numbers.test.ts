import { expect, test } from 'vitest';
import { ledgerOf } from '../../packages/analyze/src/ledger/ledger.ts';
import { loaded } from '../support/loaded.ts';

/** A number of the host that is larger than any honest one must neither stop a load nor its ledger: one file would make all other evidence useless. */

const TCP = '  sl  local_address rem_address   st\n';
const row = (sl: string, inode: string): string =>
  `   ${sl}: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;
const protocols = (n: string): string =>
  `protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re sp bi br ha uh gp em\n${[
    'UNIX-STREAM',
    'UNIX',
    'TCP',
  ]
    .map((name) => `${name} 1024 ${n} -1 NI 0 yes kernel${' n'.repeat(19)}\n`)
    .join('')}`;
const pack = (name: string, body: string): string => `== ${name} ${body.length}\n${body}\n`;

const FILES: Readonly<Record<string, (n: string) => Readonly<Record<string, string>>>> = {
  loadavg: (n) => ({ 'proc/loadavg': `0 0 0 1/${n} ${n}\n`, 'pass-b/proc/loadavg': `0 0 0 1/1 ${n}\n` }),
  sockstat: (n) => ({ 'proc/net/sockstat': `sockets: used ${n}\nTCP: inuse ${n} orphan ${n} tw ${n} alloc ${n} mem ${n}\n` }),
  protocols: (n) => ({
    'proc/net/protocols': protocols(n),
    'proc/net/unix': 'Num       RefCount Protocol Flags    Type St Inode Path\nffff888000000000: 00000002 00000000 00010000 0001 01 1 x\n',
  }),
  tcp: (n) => ({ 'proc/net/tcp': TCP + row(n, n) + row(n, n) }),
  fdinfo: (n) => ({
    'proc/100/fd.list': '3 700 socket:[777]\n',
    'proc/100/fdinfo.pack': pack('3', `pos:\t${n}\nflags:\t02\nmnt_id:\t${n}\nino:\t${n}\nscm_fds: ${n}\n`),
  }),
  children: (n) => ({
    'proc/children.pack': pack('1/1', `${n} 100 `),
    'proc/locks': `1: POSIX  ADVISORY  WRITE ${n} 08:01:${n} ${n} ${n}\n`,
  }),
};

const NUMBERS = ['9007199254740993', '9223372036854775807', '18446744073709551615', '99999999999999999999', '-1'];

test.each(Object.keys(FILES).flatMap((file) => NUMBERS.map((n) => [file, n] as const)))('%s says %s', async (file, n) => {
  const files = { 'proc/net/tcp': TCP + row('0', '777'), 'proc/100/comm': 'a\n', ...FILES[file]?.(n) };
  const db = await loaded({ files, header: { host: { release: '6.18.0' } } });
  try {
    const entries = ledgerOf(db, 1);
    expect(entries.length).toBeGreaterThan(10);
    for (const { expected, found } of entries)
      for (const number of [expected, found]) if (number !== null) expect(number).toBeTypeOf('number');
  } finally {
    db.close();
  }
});
