import { expect, test } from 'vitest';
import { Names } from './names.ts';
import { ruleOf } from './rules.ts';
import { Secret } from './secret.ts';

/** What a reader tells by the form of a name is told by it afterwards. */

const names = new Names(new Secret(Buffer.from('a key of sixteen')));

function redacted(path: string, text: string): string {
  return ruleOf(path)?.(Buffer.from(text, 'latin1'), { names, byteOrder: 'little' }, path)?.toString('latin1') ?? '';
}

test('objects without a file keep the word that the kernel gives them', () => {
  expect(names.path('/memfd:quackmire (deleted)')).toMatch(/^\/memfd:[b-df-hj-np-tv-z2-9]{9} \(deleted\)$/);
  expect(names.path('/anon_hugepage (deleted)')).toBe('/anon_hugepage (deleted)');
  const segment = names.path('/SYSV0052e2c1 (deleted)');
  expect(segment).toMatch(/^\/SYSV[0-9a-f]{8} \(deleted\)$/);
  expect(segment).not.toContain('0052e2c1');
});

test('a handler of all packets of a device is still one, whatever the device is called', () => {
  const rows = [
    'ALL           packet_rcv',
    'ALL  eth0     tpacket_rcv',
    'ALL  quackmire0 packet_rcv',
    '0800          ip_rcv',
    '88cc quackmire0 lldp_rcv [llc]',
  ];
  const made = redacted('proc/net/ptype', `Type Device      Function\n${rows.join('\n')}\n`)
    .trimEnd()
    .split('\n')
    .slice(1);
  expect(made.map((line) => line.length)).toEqual(rows.map((line) => line.length));
  expect(made[2]).toMatch(/^ALL {2}\w{10} packet_rcv$/);
  expect([made[0], made[1], made[3]]).toEqual([rows[0], rows[1], rows[3]]);
  expect(made.join('\n')).not.toContain('quackmire');
});

test('a name with newlines and backslashes is the same one in stat and in status', () => {
  const name = 'quack\nmire\\nx';
  const told = redacted('proc/7/stat', `7 (${name}) S ${'0 '.repeat(48)}0\n`);
  const plain = /\((.*)\)/s.exec(told)?.[1] ?? '';
  expect(plain).toMatch(/^\w{5}\n\w{4}\\\w{2}$/);
  expect(redacted('proc/7/status', `Name:\tquack\\nmire\\\\nx\nState:\tS (sleeping)\n`)).toBe(
    `Name:\t${plain.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\nState:\tS (sleeping)\n`,
  );
});
