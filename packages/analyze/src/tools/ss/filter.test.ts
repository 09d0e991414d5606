import { describe, expect, test } from 'vitest';
import { ToolMistake } from '../mistake.ts';
import { parseFilter } from './filter.ts';
import { type FilterNames, globMatch } from './match.ts';
import type { Sock } from './sock.ts';
import { ALL, DEFAULT, inMask, stateWord } from './states.ts';

const names: FilterNames = {
  servicePorts: (name, protocol) => (name === 'ssh' && protocol === 'tcp' ? [22] : []),
  addresses: (name) => (name === 'gate' ? ['192.0.2.1', '2001:db8::1', 'no address'] : []),
};

function sock(local: string, localPort: number, peer = '0.0.0.0', peerPort = 0): Sock {
  const common = { recvQ: 0, sendQ: 0, inode: 1, uid: 0, pointer: '1', netNs: 1, sourceId: 1, line: 1 };
  return { ...common, netid: 'tcp', state: 1, family: 'inet', local, localPort, peer, peerPort };
}

const unix = (name: string): Sock => ({ ...sock(name, 7), netid: 'u_str', family: 'unix', peer: null });

function matches(words: string, s: Sock): boolean {
  const filter = parseFilter(words.split(' '), names);
  if (filter === undefined) throw new Error('no filter');
  return filter(s);
}

describe('ports', () => {
  test.each([
    ['sport = :22', true],
    ['sport = 22', true],
    ['sport eq ssh', true],
    ['sport = :ssh', true],
    ['sport != :22', false],
    ['sport gt :21', true],
    ['sport >= :23', false],
    ['sport le :22', true],
    ['dport = :22', false],
    ['dport = :4000', true],
  ])('%s', (words, expected) => {
    expect(matches(words, sock('10.0.0.1', 22, '10.0.0.2', 4000))).toBe(expected);
  });
});

describe('and, or, not, parentheses', () => {
  const s = sock('10.0.0.1', 22, '10.0.0.2', 4000);
  test.each([
    ['sport = :22 dport = :4000', true],
    ['sport = :22 and dport = :1', false],
    ['sport = :1 or dport = :4000', true],
    ['not sport = :1', true],
    ['! ( sport = :22 or sport = :23 )', false],
    ['sport = :1 or sport = :22 and dport = :1', false],
    ['( sport = :1 or sport = :22 ) and dport = :4000', true],
    ['(sport=:22)&&(dport=:4000)', true],
  ])('%s', (words, expected) => {
    expect(matches(words, s)).toBe(expected);
  });
});

describe('addresses', () => {
  const mapped = sock('::ffff:127.0.0.1', 80);
  test('an IPv4 prefix takes IPv4-mapped sockets, a mapped one only those', () => {
    expect(matches('src 127.0.0.0/8', mapped)).toBe(true);
    expect(matches('src 127.0.0.0/8', sock('127.0.0.5', 80))).toBe(true);
    expect(matches('src ::ffff:127.0.0.1', mapped)).toBe(true);
    expect(matches('src [::ffff:127.0.0.1]', sock('127.0.0.1', 80))).toBe(false);
  });
  test.each([
    ['src 10.0.0.1:22', true],
    ['src 10.0.0.1:23', false],
    ['src *:22', true],
    ['src :22', true],
    ['src != 10.0.0.1', false],
    ['dst gate', true],
    ['gate', true],
  ])('%s', (words, expected) => {
    expect(matches(words, sock('10.0.0.1', 22, '192.0.2.1', 4000))).toBe(expected);
  });
  test('names of unix sockets are patterns without case', () => {
    expect(matches('src *ABC*', unix('@xabcx'))).toBe(true);
    expect(matches('src unix:/run/?.sock', unix('/run/a.sock'))).toBe(true);
    expect(matches('src /run/b.sock', unix('/run/a.sock'))).toBe(false);
  });
});

test.each(['(', 'sport', 'dst', 'src 10.0.0.0/33', 'sport = :nosuch', 'src nosuchhost', 'sport = :22 ) dport', 'fwmark = 1'])(
  '%s is refused',
  (words) => {
    expect(() => parseFilter(words.split(' '), names)).toThrow(ToolMistake);
  },
);

test('a pattern of many stars is not slow', () => {
  const started = process.hrtime.bigint();
  expect(globMatch('*a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(20_000))).toBe(false);
  expect(process.hrtime.bigint() - started).toBeLessThan(2_000_000_000n);
});

describe('states', () => {
  test('one nobody knows keeps its number and is shown unless states were asked for', () => {
    expect([stateWord(1), stateWord(14)]).toEqual(['ESTAB', '0x0E']);
    expect([inMask(DEFAULT, 14), inMask(ALL, 14), inMask(1 << 10, 14)]).toEqual([true, true, false]);
  });
});

test.each([
  ['dport = :1 not state time-wait', 'Error: "state" does not look like a port.\nCannot parse dst/src address.'],
  ['not state time-wait', 'Error: an inet prefix is expected rather than "state".\nCannot parse dst/src address.'],
  ['src fe80::1%lo', 'Error: "1%lo" does not look like a port.\nCannot parse dst/src address.'],
  ['src [fe80::1%lo]:22', 'Error: an inet prefix is expected rather than "fe80::1%lo".\nCannot parse dst/src address.'],
])('"%s" is refused in the words of ss', (words, message) => {
  expect(() => parseFilter(words.split(' '), names)).toThrow(expect.objectContaining({ exit: 1, message }));
});
