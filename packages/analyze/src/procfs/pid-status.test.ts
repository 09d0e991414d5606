import { describe, expect, it } from 'vitest';
import { collect } from './lines.ts';
import { parsePidStatus, unescapeName } from './pid-status.ts';

function pairs(text: string): [string, string][] {
  return collect(parsePidStatus, Buffer.from(text, 'latin1')).records.map((r) => [r.key, r.value.toString('latin1')]);
}

describe('status of a process', () => {
  it('is keys and values, blanks at the end left out', () => {
    expect(pairs('Name:\tsshd\nUid:\t0\t0\t0\t0\nGroups:\t4 24 \nSpeculationIndirectBranch:\tconditional enabled\nKthread:\t0\n')).toEqual([
      ['Name', 'sshd'],
      ['Uid', '0\t0\t0\t0'],
      ['Groups', '4 24'],
      ['SpeculationIndirectBranch', 'conditional enabled'],
      ['Kthread', '0'],
    ]);
  });

  it('keeps the blanks of a name, and colons and tabs in values', () => {
    expect(pairs('Name:\t a:b \nX:\t\ty:\n')).toEqual([
      ['Name', ' a:b '],
      ['X', '\ty:'],
    ]);
  });

  it('undoes the escapes of a name', () => {
    expect(unescapeName(Buffer.from('a\\nb\\\\n\\x')).toString()).toBe('a\nb\\n\\x');
  });

  it.each([
    ['no colon\n', 'line-form'],
    [':\tx\n', 'line-form'],
    ['\xff:\tx\n', 'line-form'],
    ['\n', 'line-form'],
    ['Uid:\t0', 'line-truncated'],
  ])('refuses %j', (text, code) => {
    const { records, problems } = collect(parsePidStatus, Buffer.from(text, 'latin1'));
    expect(records).toEqual([]);
    expect(problems.map((p) => p.code)).toEqual([code]);
  });

  it('takes a body of newlines in linear time', () => {
    const { problems, lines } = collect(parsePidStatus, Buffer.alloc(2 << 20, 0x0a));
    expect(lines).toBe(2 << 20);
    expect(problems.reduce((n, p) => n + p.lines, 0)).toBe(2 << 20);
  });
});
