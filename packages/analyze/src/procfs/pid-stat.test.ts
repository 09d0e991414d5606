import { describe, expect, it } from 'vitest';
import { collect } from './lines.ts';
import { parsePidStat } from './pid-stat.ts';

const REST =
  '1 812 812 0 -1 4194560 1291 0 96 0 14 23 0 0 20 0 1 0 2147 15802368 1742 18446744073709551615 94212721463296 94212722218989 140727871113232 0 0 0';
/** 44 fields in all, as 2.6.24 and 3.0 print; 52 as later kernels. */
const OLD = `${REST} 0 4096 81923 0 0 0 17 1 0 0 0 0 0`;
const NEW = `${OLD} 94212722390384 94212722406884 94213145608192 140727871118061 140727871118090 140727871118090 140727871119339 0`;

const AREAS = {
  startStack: 140727871113232n,
  argStart: 140727871118061n,
  argEnd: 140727871118090n,
  envStart: 140727871118090n,
  envEnd: 140727871119339n,
};

function stat(name: string, rest: string = NEW): Buffer {
  return Buffer.from(`812 (${name}) S ${rest}\n`, 'latin1');
}

describe('stat of a process', () => {
  it.each([
    ['6.x, 52 fields', NEW, AREAS],
    ['2.6.24, 44 fields', OLD, null],
    ['6.x, without the right to see addresses', `${OLD} 0 0 0 0 0 0 0 0`, null],
  ])('is read: %s', (_, rest, areas) => {
    const { records, problems, lines, header } = collect(parsePidStat, stat('sshd', rest));
    expect(problems).toEqual([]);
    expect({ lines, header }).toEqual({ lines: 1, header: 0 });
    expect(records).toEqual([
      {
        line: 1,
        lines: 1,
        pid: 812,
        comm: Buffer.from('sshd'),
        state: 'S',
        ppid: 1,
        pgroup: 812,
        session: 812,
        tty: 0,
        tpgid: -1,
        flags: 4194560,
        userTicks: 14n,
        systemTicks: 23n,
        priority: 20,
        nice: 0,
        threads: 1,
        startTicks: 2147n,
        virtualSize: 15802368n,
        residentPages: 1742n,
        startCode: 94212721463296n,
        areas,
      },
    ]);
  });

  it.each([') R 0 0', 'a) S 1 (b', '((((', '))', '', ' ', '\x1b[31m', '\xff\xfe'])('takes the name %j up to the last )', (name) => {
    const { records, problems } = collect(parsePidStat, stat(name));
    expect(records.map((r) => [r.comm.toString('latin1'), r.state, r.ppid])).toEqual([[name, 'S', 1]]);
    expect(problems).toEqual([]);
  });

  it('takes a name with a newline as one row and says so', () => {
    const { records, problems, lines } = collect(parsePidStat, stat('a\n1 (b) R 2'));
    expect(records.map((r) => [r.comm.toString('latin1'), r.lines])).toEqual([['a\n1 (b) R 2', 2]]);
    expect(problems.map((p) => [p.code, p.lines])).toEqual([['name-newline', 0]]);
    expect(lines).toBe(2);
  });

  it.each([
    ['no newline', '812 (x) S 1', 'line-truncated'],
    ['no name', '812 S 1\n', 'line-form'],
    [') before (', '812 )x( S 1\n', 'line-form'],
    ['no pid', '(x) S 1\n', 'line-form'],
    ['a state of two letters', `812 (x) SS ${NEW}\n`, 'line-form'],
    ['a field that is no number', `812 (x) S ${NEW.replace('4194560', '0x1')}\n`, 'line-form'],
    ['two blanks', `812 (x) S  ${NEW}\n`, 'line-form'],
    ['too few fields', `812 (x) S ${REST}\n`, 'line-columns'],
    ['too many fields', `812 (x) S ${NEW}${' 0'.repeat(40)}\n`, 'line-columns'],
    ['a megabyte', `812 (${'x'.repeat(1 << 20)}) S ${NEW}\n`, 'line-form'],
  ])('refuses %s', (_, text, code) => {
    const { records, problems } = collect(parsePidStat, Buffer.from(text));
    expect(records).toEqual([]);
    expect(problems.map((p) => [p.code, p.lines])).toEqual([[code, 1]]);
  });
});
