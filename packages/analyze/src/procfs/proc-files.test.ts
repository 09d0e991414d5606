import { describe, expect, it } from 'vitest';
import { collect, type Parser, type Placed } from './lines.ts';
import { parseDevices } from './proc-devices.ts';
import { parseConfigLines, parseFilesystems, parseLoadavg, parseOsRelease, parseProcStat, parseWholeLines } from './proc-facts.ts';
import { parseLocks } from './proc-locks.ts';
import { parseModules } from './proc-modules.ts';

function read<R extends Placed>(parse: Parser<R>, text: string) {
  return collect(parse, Buffer.from(text, 'latin1'));
}

it('modules: references, dependencies, taints', () => {
  const { records, problems } = read(
    parseModules,
    'vbox 12345 2 a,b, Live 0xffffffffc0000000 (OE)\nx 1 - - Loading 0x00000000\nnot a module\n',
  );
  expect(records.map((r) => [r.name.toString(), r.size, r.refcount, r.usedBy.toString(), r.state, r.taints?.toString() ?? null])).toEqual([
    ['vbox', 12345, 2, 'a,b,', 'Live', 'OE'],
    ['x', 1, null, '-', 'Loading', null],
  ]);
  expect(problems.map((p) => [p.code, p.line])).toEqual([['line-columns', 3]]);
});

it('locks: hexadecimal device numbers, waiters, EOF, OFD locks', () => {
  const { records, problems } = read(
    parseLocks,
    '1: POSIX  ADVISORY  READ 7339 fe:1f:2146651 0 EOF\n1: -> POSIX  ADVISORY  WRITE 7340 fe:1f:2146651 5 14\n' +
      '1:  -> -> FLOCK  ADVISORY  WRITE 7 fe:00:1 0 EOF\n2: OFDLCK ADVISORY  WRITE -1 <none>:0 0 EOF\n3: LEASE  ACTIVE    READ 1\n',
  );
  expect(records.map((r) => [r.id, r.waiting, r.kind, r.mode, r.access, r.pid, r.dev, r.inode, r.start, r.end])).toEqual([
    [1, false, 'POSIX', 'ADVISORY', 'READ', 7339, '254:31', 2146651n, 0n, null],
    [1, true, 'POSIX', 'ADVISORY', 'WRITE', 7340, '254:31', 2146651n, 5n, 14n],
    [1, true, 'FLOCK', 'ADVISORY', 'WRITE', 7, '254:0', 1n, 0n, null],
    [2, false, 'OFDLCK', 'ADVISORY', 'WRITE', -1, null, null, 0n, null],
  ]);
  expect(problems.map((p) => p.line)).toEqual([5]);
});

it('devices: under two headings', () => {
  const { records, header } = read(parseDevices, 'Character devices:\n  4 /dev/vc/0\n\nBlock devices:\n259 blkext\n');
  expect(header).toBe(3);
  expect(records.map((r) => [r.kind, r.major, r.name.toString()])).toEqual([
    ['character', 4, '/dev/vc/0'],
    ['block', 259, 'blkext'],
  ]);
});

describe('facts', () => {
  const facts = (text: string, parse: typeof parseLoadavg) => read(parse, text).records.map((r) => [r.key, r.value.toString('latin1')]);

  it('takes loadavg apart', () => {
    expect(facts('0.11 0.07 0.01 1/107 12271\n', parseLoadavg)).toEqual([
      ['1', '0.11'],
      ['5', '0.07'],
      ['15', '0.01'],
      ['running', '1'],
      ['total', '107'],
      ['last_pid', '12271'],
    ]);
    expect(read(parseLoadavg, '0.11 0.07\n').problems.map((p) => p.code)).toEqual(['line-form']);
  });

  it('takes the quotes of os-release off', () => {
    expect(facts('NAME="A \\"B\\" \\$x"\n# c\nID=\'x"y\'\nV=1\n', parseOsRelease)).toEqual([
      ['NAME', 'A "B" $x'],
      ['ID', 'x"y'],
      ['V', '1'],
    ]);
  });

  it('reads lines, configuration, stat, filesystems', () => {
    expect(facts('web1', parseWholeLines)).toEqual([[null, 'web1']]);
    expect(facts('; c\n # c\n\nnameserver 192.0.2.53 # x\n', parseConfigLines)).toEqual([[null, 'nameserver 192.0.2.53 # x']]);
    expect(facts('cpu  1 2\nbtime 1700000000\n', parseProcStat)).toEqual([
      ['cpu', '1 2'],
      ['btime', '1700000000'],
    ]);
    expect(facts('nodev\tproc\n\text4\n', parseFilesystems)).toEqual([
      ['nodev', 'proc'],
      ['dev', 'ext4'],
    ]);
  });
});
