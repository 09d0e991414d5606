import { describe, expect, it } from 'vitest';
import { collect } from './lines.ts';
import { parseCounterLines, parseCounterPairs, parseSockstat } from './net-counters.ts';

const pairs = (...lines: string[]) => collect(parseCounterPairs, Buffer.from(`${lines.join('\n')}\n`));
const flat = (records: ReturnType<typeof pairs>['records']) => records.map((r) => `${r.prefix}.${r.name}=${r.value}@${r.line}`);

describe('pairs of lines', () => {
  it('matches values by name; the first of a line stands for it', () => {
    const { records, problems, header } = pairs('Tcp: RtoMin MaxConn', 'Tcp: 200 -1', 'Ip: InOctets', 'Ip: 18446744073709551615');
    expect(problems).toEqual([]);
    expect(header).toBe(2);
    expect(flat(records)).toEqual(['Tcp.RtoMin=200@2', 'Tcp.MaxConn=-1@2', 'Ip.InOctets=18446744073709551615@4']);
    expect(records.map((r) => r.lines ?? 1)).toEqual([1, 0, 1]);
  });

  it('makes names without values a problem and goes on', () => {
    const { records, problems } = pairs('Tcp: A B', 'Ip: C', 'Ip: 3', 'Udp: D');
    expect(flat(records)).toEqual(['Ip.C=3@3']);
    expect(problems.map((p) => [p.code, p.line, p.lines])).toEqual([
      ['line-form', 1, 1],
      ['line-form', 4, 1],
    ]);
  });

  it('remarks names and values of different number', () => {
    const { records, problems } = pairs('Tcp: A B', 'Tcp: 1 2 3');
    expect(records).toHaveLength(2);
    expect(problems).toEqual([{ code: 'line-columns', line: 2, lines: 0, message: '2 names but 3 values' }]);
  });

  it('reads a prefix that comes again (IcmpMsg)', () => {
    expect(flat(pairs('IcmpMsg: InType3', 'IcmpMsg: 1', 'IcmpMsg: OutType8', 'IcmpMsg: 2').records)).toEqual([
      'IcmpMsg.InType3=1@2',
      'IcmpMsg.OutType8=2@4',
    ]);
  });
});

it('snmp6: a name, a TAB, a value', () => {
  const { records } = collect(parseCounterLines, Buffer.from('Ip6InReceives                   \t4\n'));
  expect(records).toEqual([{ line: 1, prefix: null, name: 'Ip6InReceives', value: 4n }]);
});

it('sockstat: names and values in turn', () => {
  const { records, problems } = collect(parseSockstat, Buffer.from('TCP: inuse 8 orphan 0\nUDP: inuse\n'));
  expect(records.map((r) => [r.prefix, r.name, r.value])).toEqual([
    ['TCP', 'inuse', 8n],
    ['TCP', 'orphan', 0n],
  ]);
  expect(problems.map((p) => [p.code, p.line])).toEqual([['line-form', 2]]);
});
