import { describe, expect, it } from 'vitest';
import { criteria, ownWords, parseArguments } from './grammar.ts';
import type { Parsing } from './handlers.ts';
import type { Options } from './options.ts';

const NAMES: Parsing['names'] = {
  uidOf: (login) => (login === 'www' ? 33 : undefined),
  servicePorts: (name, protocol) =>
    name === 'http' && protocol !== 'udplite' ? [80] : name === 'split' ? [protocol === 'tcp' ? 1 : 2] : [],
  addresses: (name) => (name === 'web' ? ['fe80:0::1', '192.0.2.7'] : []),
};

function parse(...args: string[]): { options: Options; errors: readonly string[]; remarks: readonly string[] } {
  return parseArguments(ownWords(args), NAMES);
}

describe('words', () => {
  it('takes letters in groups and values from the rest of the word or the next', () => {
    const { options, errors } = parse('-nPp12,^3', '-u', 'www', '-d', '^0-7', '--', '-x');
    expect(errors).toEqual([]);
    expect([options.numericHosts, options.numericPorts]).toEqual([true, true]);
    expect([...options.pids.include.keys(), ...options.pids.exclude]).toEqual([12, 3]);
    expect([...options.uids.include.keys()]).toEqual([33]);
    expect(options.fds).toEqual({ exclude: true, ranges: [[0, 7]], names: new Set() });
    expect(options.names).toEqual(['-x']);
  });

  it('gives back what begins with - or + where the letter can do without', () => {
    const { options, errors } = parse('-i', '-a', '-F', '+L1', '-g', '-R', '-s');
    expect(errors).toEqual([]);
    expect([options.inet.all !== null, options.and, options.fields?.all, options.linksBelow, options.pgidColumn, options.sizes]).toEqual([
      true,
      true,
      true,
      1,
      true,
      true,
    ]);
  });

  it('reads letters behind a number in the same word', () => {
    const { options } = parse('-o2nP');
    expect([options.offsetDigits, options.numericHosts, options.numericPorts, options.offsets]).toEqual([2, true, true, false]);
    expect(parse('+L5n').options.linksBelow).toBe(5);
  });

  it('takes the next word for a mandatory value even when it begins with -', () => {
    expect(parse('-p', '-5').errors).toEqual(['illegal process ID: -5']);
  });

  it('ends at the first word that is no option', () => {
    expect(parse('-n', '/a', '-P').options.names).toEqual(['/a', '-P']);
  });
});

/** Messages of the live tool, seen with lsof 4.95. */
describe('errors', () => {
  it.each([
    [['-q'], 'illegal option character: q'],
    [['-d', '^3,4'], 'include in an exclude -d list: 4'],
    [['-d', '3,^4'], 'exclude in an include -d list: ^4'],
    [['-d', '7-3'], "-d FD range's low >= its high: 7-3"],
    [['-d', '3-x'], 'non-digit in -d FD range: 3-x'],
    [['-p', '1,^1'], 'PID 1 has been included and excluded.'],
    [['-p', '12a'], 'illegal process ID: 12a'],
    [['-g', 'abc'], 'illegal process group ID: abc'],
    [['-u', 'nobody-here'], "can't get UID for nobody-here"],
    [['-c', 'abcdefghijklmnopqrst'], '"-c abcdefghijklmnopqrst" length (20) > what system provides (15)'],
    [['-c', '/a'], "regexp doesn't end with '/': /a"],
    [['-c', '/a/z'], 'invalid regexp modifier: z'],
    [['-c', '/a[/'], 'regexp error: /a[/: Invalid regular expression'],
    [['-c', 'x', '-c', '^x'], '-c^x and -cx conflict.'],
    [['+c', '20'], '+c 20 > what system provides (15)'],
    [['+c', 'x'], '+c not followed by width number'],
    [['-F', 'q'], 'unknown field: q'],
    [['-t', '-F'], '-F and -t are mutually exclusive'],
    [['-o', '-s'], '-o and -s are mutually exclusive'],
    [['-s', 'TCP:foo'], 'unknown TCP state name: foo'],
    [['-s', 'TCP:LISTEN,LISTEN'], 'duplicate TCP inclusion: LISTEN'],
    [['-s', 'TCP:LISTEN,^listen'], "can't include and exclude TCP state: LISTEN"],
    [['-s', 'TCP:'], 'no TCP state names in: TCP:'],
    [['-s', '3'], 'unknown -s protocol: "3"'],
    [['-T', 'z'], 'unsupported TCP/TPI info selection: z'],
    [['-a', '-n'], 'no select options to AND via -a'],
    [['+fz'], 'unknown file struct option: z'],
    [['-K', 'x'], '-K not followed by i (but by x)'],
    [['-x', 'f'], '-x must accompany +d or +D'],
    [['-X', '-i'], '-i is useless when -X is specified.'],
    [['-L', '3'], 'no number may follow -L'],
    [['-J'], 'illegal option character: J'],
    [['--compat', 'lsof=3'], '--compat takes lsof=4.93, lsof=4.95, lsof=4.99, not "lsof=3"'],
  ])('%j', (args, message) => {
    expect(parse(...args).errors).toEqual([message]);
  });

  it('goes on after the first, as lsof does', () => {
    expect(parse('-zq', '-p', 'x').errors).toEqual(['illegal option character: z', 'illegal option character: q', 'illegal process ID: x']);
  });
});

describe('-i', () => {
  it.each([
    ['sctp', 'unknown protocol name (sctp) in: -i sctp'],
    ['46TCP', 'unknown protocol name (6TCP) in: -i 46TCP'],
    ['@', 'unacceptable Internet address in: -i @'],
    ['@[::]', 'unacceptable Internet address in: -i @[::]'],
    ['@[::1', 'unacceptable Internet address in: -i @[::1'],
    ['4@[::1]', 'IPv6 addresses are prohibited: -i 4@[::1]'],
    ['6@1.2.3.4', 'IPv4 addresses are prohibited: -i 6@1.2.3.4'],
    ['@nohost', 'unknown host name (nohost) in: -i @nohost'],
    ['TCP:', 'unacceptable port specification in: -i TCP:'],
    [':9-3', 'unacceptable port specification in: -i :9-3'],
    [':22x', 'unacceptable port specification in: -i :22x'],
    [':1-', 'unacceptable port specification in: -i :1-'],
    [':-3', 'unknown service -3 in: -i :-3'],
    [':1,,2', 'invalid service name: -i :1,,2'],
    ['TCP:foo', 'unknown service foo for tcp in: -i TCP:foo'],
    ['@[::1]x', 'unacceptable port specification in: -i @[::1]x'],
  ])('%s', (text, message) => {
    expect(parse('-i', text).errors).toEqual([message]);
  });

  const picks = (...args: string[]): unknown => parse(...args).options.inet.addresses.map((a) => a.value);

  it('makes one entry of lists, ranges and services', () => {
    expect(picks('-i', 'tcp:22,20-http,http')).toEqual([
      [
        { proto: 'tcp', family: null, address: null, low: 22, high: 22 },
        { proto: 'tcp', family: null, address: null, low: 20, high: 80 },
        { proto: 'tcp', family: null, address: null, low: 80, high: 80 },
      ],
    ]);
  });

  it('takes host names from the captured file, and mapped addresses as IPv4', () => {
    expect(picks('-i', '@web')).toEqual([
      [
        { proto: null, family: 6, address: 'fe80::1', low: null, high: null },
        { proto: null, family: 4, address: '192.0.2.7', low: null, high: null },
      ],
    ]);
    expect(picks('-i', '@[::ffff:192.0.2.7]')).toEqual([[{ proto: null, family: 4, address: '192.0.2.7', low: null, high: null }]]);
    expect(picks('-i6', '-i', '@web')).toEqual([[{ proto: null, family: 6, address: 'fe80::1', low: null, high: null }]]);
  });

  it('asks which protocol is meant when the ports differ', () => {
    expect(parse('-i', ':split').errors[0]).toMatch(/^TCP=1 and UDP=2 split ports conflict/);
  });

  it.each([
    [['-i4', '-i6'], null],
    [['-i6', '-i4'], null],
    [['-i', '-i4'], 4],
    [['-i4', '-i'], null],
    [['-i6'], 6],
  ])('family of %j', (args, family) => {
    expect(parse(...args).options.inet.family).toBe(family);
  });
});

describe('everything else', () => {
  it('knows which criteria were asked', () => {
    expect(criteria(parse('-i', '-i', ':22', '-u', '^www', '-U', '+L1', '-K', '--', '/x').options)).toEqual([
      'TASK',
      'NET',
      'NA',
      'UNX',
      'NM',
      'NLINK',
    ]);
    expect(criteria(parse('-n', '-p', '^1').options)).toEqual([]);
  });

  it('lets UDP states be asked for, except with --strict', () => {
    expect(parse('-sUDP:Established').options.states.udp.include.map((s) => s.value)).toEqual(['ESTABLISHED']);
    expect(parse('--strict', '-sUDP:Established').errors).toEqual(['no UDP state names available: UDP:Established']);
  });

  it('says why an option has nothing to do here', () => {
    expect(parse('-b', '-S', '3', '-r', '5', '-O').remarks.map((r) => r.slice(0, 2))).toEqual(['-b', '-S', '-r', '-O']);
  });

  it('knows more letters in a later profile', () => {
    const { options, errors } = parse('-H', '-j', '--compat=lsof=4.99');
    expect([errors, options.human, options.json]).toEqual([[], true, 'lines']);
  });
});
