import { describe, expect, test } from 'vitest';
import { testCase } from '../../../../../test/support/case.ts';
import { ss } from './index.ts';
import { OPTIONS, parseSs } from './options.ts';
import { ALL, LISTENING } from './states.ts';

const parse = (line: string): ReturnType<typeof parseSs> => parseSs(line.split(' '));
const run = (line: string): ReturnType<typeof ss> => ss(line.split(' '), { db: testCase({}), captureId: 1, netns: 'own', format: 'table' });

describe('tables, families and states', () => {
  test.each([
    ['-t', ['tcp'], true, true],
    ['-tu4', ['tcp', 'udp'], true, false],
    ['-f inet6', ['tcp', 'udp', 'raw'], false, true],
    ['-x', ['unix_stream', 'unix_dgram', 'unix_seqpacket'], true, true],
    ['-A inet,!tcp', ['udp', 'raw'], true, true],
    ['--socket=packet', ['packet_raw', 'packet_dgram'], true, true],
  ])('ss %s', (line, tables, ipv4, ipv6) => {
    const request = parse(line);
    expect([...request.tables]).toEqual(expect.arrayContaining(tables));
    if (!line.includes('inet')) expect(request.tables.size).toBe(tables.length);
    expect(request.tables.has('tcp')).toBe(tables.includes('tcp'));
    expect([request.ipv4, request.ipv6]).toEqual([ipv4, ipv6]);
  });

  test('-a and -l say which states, state and exclude after them', () => {
    expect(parse('-ta').states).toBe(ALL);
    expect(parse('-tl').states).toBe(LISTENING);
    expect(parse('-t state established state syn-sent').states).toBe((1 << 1) | (1 << 2));
    expect(parse('-ta exclude listening').states).toBe(ALL & ~(1 << 10));
  });

  test('what stands behind the states is the expression', () => {
    expect(parse('-t state all dport = :22').filter).toEqual(['dport', '=', ':22']);
  });
});

describe('refused', () => {
  test.each([
    ['-y', /^ss: invalid option -- 'y'\nUsage/],
    ['-f appletalk', /"appletalk" is invalid family/],
    ['-A nosuch', /"nosuch" is illegal socket table id/],
    ['state', /needs a state/],
    ['state sleeping', /wrong state name: sleeping/],
    ['-tl --nosuch', /unrecognized option '--nosuch'/],
  ])('ss %s', (line, message) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ exit: 255, message: expect.stringMatching(message) }));
  });

  test.each(OPTIONS.filter((o) => o.taken === 'no').map((o) => [o.long]))('ss --%s has nothing to act upon', (long) => {
    const line = OPTIONS.find((o) => o.long === long)?.argument === 'required' ? `--${long}=x` : `--${long}`;
    expect(() => run(line)).toThrow(expect.objectContaining({ exit: 255, message: expect.stringContaining(`--${long}`) }));
  });
});

test.each(OPTIONS.filter((o) => o.taken === 'noted').map((o) => [o.long, o.doc]))(
  'ss --%s is taken, and one line says what is missing',
  (long, doc) => {
    expect(run(`--${long}`).err).toContain(`ss: --${long}: ${doc}\n`);
  },
);

test('profiles are named as ss=6.1 and ss=7', () => {
  expect(() => run('--compat ss=5')).toThrow(expect.objectContaining({ exit: 2 }));
  expect([...run('-t --compat ss=7').out].join('')).toMatch(/^State .*Process\n$/);
});
