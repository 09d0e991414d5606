import { describe, expect, it } from 'vitest';
import { parseHosts } from './etc-hosts.ts';
import { parseNumberNames } from './etc-numbers.ts';
import { parseGroup, parsePasswd } from './etc-passwd.ts';
import { parseServices } from './etc-services.ts';
import { collect, type Parser, type Placed } from './lines.ts';

function read<R extends Placed>(parse: Parser<R>, text: string) {
  return collect(parse, Buffer.from(text, 'latin1'));
}
const s = (b: Buffer | undefined) => b?.toString('latin1');

describe('services', () => {
  it('reads names, ports, aliases; comments and empty lines are nothing', () => {
    const { records, problems, header } = read(parseServices, '# all\n\nssh\t22/tcp\t# SSH\ndomain 53/udp nameserver ns#x\r\nhttp 80,tcp');
    expect(problems).toEqual([]);
    expect(header).toBe(2);
    expect(records.map((r) => [s(r.name), r.port, s(r.protocol), r.aliases.map(s), r.line])).toEqual([
      ['ssh', 22, 'tcp', [], 3],
      ['domain', 53, 'udp', ['nameserver', 'ns'], 4],
      ['http', 80, 'tcp', [], 5],
    ]);
  });

  it('keeps bytes, refuses ports out of range', () => {
    const { records, problems } = read(parseServices, '\x1b[2J\xff 1/t\xfep\nbig 65536/tcp\nnone\n');
    expect(s(records[0]?.name)).toBe('\x1b[2J\xff');
    expect(s(records[0]?.protocol)).toBe('t\xfep');
    expect(problems.map((p) => [p.code, p.line, p.lines])).toEqual([['line-form', 2, 2]]);
  });
});

it('protocols and rpc: name, number, aliases', () => {
  const { records, problems } = read(parseNumberNames, 'portmapper\t100000\tportmap sunrpc\nbad x\n');
  expect(records.map((r) => [s(r.name), r.number, r.aliases.map(s)])).toEqual([['portmapper', 100000, ['portmap', 'sunrpc']]]);
  expect(problems.map((p) => p.line)).toEqual([2]);
});

it('hosts: a record for each name', () => {
  const { records, problems } = read(parseHosts, '2001:db8::1 web web.example # x\n127.0.0.1\n');
  expect(records.map((r) => [s(r.address), s(r.name), r.index, r.lines ?? 1])).toEqual([
    ['2001:db8::1', 'web', 0, 1],
    ['2001:db8::1', 'web.example', 1, 0],
  ]);
  expect(problems.map((p) => [p.line, p.lines])).toEqual([[2, 1]]);
});

describe('passwd and group', () => {
  it('reads users; the shell may be empty, NIS lines are problems', () => {
    const { records, problems } = read(parsePasswd, 'root:x:0:0:root:/root:\nbob:x:4294967295:x::/:/bin/sh\n+::::::\nshort:x:1\n');
    expect(records.map((r) => [s(r.name), r.uid, r.gid, s(r.directory), s(r.shell)])).toEqual([
      ['root', 0, 0, '/root', ''],
      ['bob', 4294967295, null, '/', '/bin/sh'],
    ]);
    expect(problems.map((p) => [p.code, p.line, p.lines])).toEqual([
      ['line-value', 2, 0],
      ['line-unknown', 3, 1],
      ['line-form', 4, 1],
    ]);
  });

  it('reads groups with their members as written', () => {
    const { records } = read(parseGroup, 'adm:x:4:syslog,bob');
    expect(records.map((r) => [s(r.name), r.gid, s(r.members)])).toEqual([['adm', 4, 'syslog,bob']]);
  });
});
