import { expect, test } from 'vitest';
import { parseHosts } from '../../packages/analyze/src/procfs/etc-hosts.ts';
import { parseServices } from '../../packages/analyze/src/procfs/etc-services.ts';
import { collect, type Parser, type Placed } from '../../packages/analyze/src/procfs/lines.ts';
import { parseCounterLines, parseCounterPairs, parseSockstat } from '../../packages/analyze/src/procfs/net-counters.ts';
import { parseIgmp } from '../../packages/analyze/src/procfs/net-multicast.ts';
import { parseOsRelease, parseProcStat } from '../../packages/analyze/src/procfs/proc-facts.ts';

/** Where a line, or a line and those below it, become many records that share a word, that word must not be long: a file of 2 MiB would become a case of terabytes. */

const LONG = 'A'.repeat(20_000);
const MANY = 5000;

const CASES: readonly (readonly [string, Parser<Placed>, string])[] = [
  ['address of hosts', parseHosts, `${LONG}${' b'.repeat(MANY)}\n`],
  ['name of a service', parseServices, `${LONG} 1/tcp${' b'.repeat(MANY)}\n`],
  ['prefix of counters', parseCounterPairs, `${LONG}:${' b'.repeat(MANY)}\n${LONG}:${' 1'.repeat(MANY)}\n`],
  ['protocol of sockstat', parseSockstat, `${LONG}:${' b 1'.repeat(MANY)}\n`],
  ['name of a counter', parseCounterLines, `${LONG} 1\n`.repeat(20)],
  [
    'device of multicast groups',
    parseIgmp,
    `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n1\t${LONG}        :     1      V3\n${'\t\t\t\t010000E0     1 0:00000000\t\t0\n'.repeat(MANY)}`,
  ],
  ['key of a fact', parseProcStat, `btime${LONG}${' 1'.repeat(MANY)}\n`],
  ['key of os-release', parseOsRelease, `${LONG}=${LONG}\n`],
];

test.each(CASES)('%s', (_, parse, text) => {
  const { records, problems, header, lines } = collect(parse, Buffer.from(text), { byteOrder: 'little' });
  expect(header + [...records, ...problems].reduce((n, r) => n + (r.lines ?? 1), 0)).toBe(lines);
  expect(records.reduce((n, r) => n + weight(r), 0)).toBeLessThan(50 * text.length);
});

function weight(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((n, v) => n + weight(v), 0);
}
