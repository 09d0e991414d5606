import { join } from 'node:path';
import { openBytes, parsePack, readArchive } from '@coldstat/capture/archive';
import { parseFdinfo } from '../../packages/analyze/src/procfs/fdinfo.ts';
import { collect, LINE_PROBLEMS, type Parser, type Placed } from '../../packages/analyze/src/procfs/lines.ts';
import { parseMountinfo } from '../../packages/analyze/src/procfs/mountinfo.ts';
import { parsePidCgroup } from '../../packages/analyze/src/procfs/pid-cgroup.ts';
import { parsePidLimits } from '../../packages/analyze/src/procfs/pid-limits.ts';
import { parsePidMaps } from '../../packages/analyze/src/procfs/pid-maps.ts';
import { parsePidStat } from '../../packages/analyze/src/procfs/pid-stat.ts';
import { parsePidStatus } from '../../packages/analyze/src/procfs/pid-status.ts';
import { parseNulPieces, parseWhole, parseWholeNumber } from '../../packages/analyze/src/procfs/whole.ts';
import { SAMPLES } from '../property/net-tables.ts';

/** A parser and bodies that a kernel gave it or gives by its source: what the fuzzer starts from. */
export interface Target {
  readonly name: string;
  readonly parse: Parser<Placed>;
  readonly bodies: readonly Buffer[];
}

const SAMPLE: string = join(import.meta.dirname, '../../samples/busy-host/web1.tar.zst');

/** Files of processes by the end of their name; tables of networks are among SAMPLES. */
const OF_PROCESSES: readonly (readonly [name: string, path: RegExp, parse: Parser<Placed>])[] = [
  ['stat', /^proc\/\d+\/stat$/, parsePidStat],
  ['status', /^proc\/\d+\/status$/, parsePidStatus],
  ['cgroup', /\/cgroup$/, parsePidCgroup],
  ['limits', /\/limits$/, parsePidLimits],
  ['maps', /\/maps$/, parsePidMaps],
  ['mountinfo', /\/mountinfo$/, parseMountinfo],
  ['comm', /\/comm$/, parseWhole],
  ['loginuid', /\/loginuid$/, parseWholeNumber],
  ['cmdline', /\/cmdline$/, parseNulPieces],
];
const PER_TARGET = 12;
const PLACES: Readonly<Record<string, RegExp>> = Object.fromEntries(
  [
    'tcp',
    'tcp6',
    'udp',
    'unix',
    'netlink',
    'packet',
    'dev',
    'route',
    'ipv6_route',
    'if_inet6',
    'igmp',
    'igmp6',
    'fib_trie',
    'snmp',
    'protocols',
    'sockstat',
  ].map((name) => [name, new RegExp(`^proc/(?:\\d+/)?net/${name}$`)]),
);

/** Bodies of the sample, in the order of the archive. */
export async function sampleBodies(): Promise<Map<string, Buffer>> {
  const bodies = new Map<string, Buffer>();
  for await (const item of readArchive(openBytes(SAMPLE)).items()) {
    if (item.type === 'entry') bodies.set(item.entry.name, Buffer.from(item.entry.body));
  }
  return bodies;
}

/** Every parser with what it gets on kernels from 2.6.24 on (written down from their sources) and in the sample (a running 6.18). */
export async function targets(): Promise<Target[]> {
  const bodies = await sampleBodies();
  const matching = (path: RegExp): Buffer[] =>
    [...bodies]
      .filter(([name]) => path.test(name))
      .map(([, body]) => body)
      .slice(0, PER_TARGET);
  const tables = SAMPLES.map(({ name, parse, text }): Target => {
    const place = PLACES[name];
    return { name, parse, bodies: [Buffer.from(text, 'latin1'), ...(place === undefined ? [] : matching(place))] };
  });
  const processes = OF_PROCESSES.map(([name, path, parse]): Target => ({ name: `pid ${name}`, parse, bodies: matching(path) }));
  const infos = [...bodies]
    .filter(([name]) => name.endsWith('/fdinfo.pack'))
    .flatMap(([, body]) => parsePack(body).frames.map((f) => f.frame));
  const fdinfo = infos.flatMap((frame) => ('body' in frame ? [frame.body] : [])).slice(0, 5 * PER_TARGET);
  return [...tables, ...processes, { name: 'fdinfo', parse: parseFdinfo, bodies: fdinfo }];
}

/** Milliseconds for one input of at most some hundred KB: some hundred times what it takes. */
const PATIENCE_MS = 5000;

/** What is wrong with how the parser took the body, null when nothing is: the laws that hold for any bytes. */
export function broken(parse: Parser<Placed>, body: Buffer): string | null {
  for (const byteOrder of ['little', 'big', null] as const) {
    const start = performance.now();
    const { lines, header, records, problems } = collect(parse, body, { byteOrder });
    if (performance.now() - start > PATIENCE_MS) return `took ${Math.round(performance.now() - start)} ms`;
    const kept = records.reduce((n, r) => n + (r.lines ?? 1), 0);
    const lost = problems.reduce((n, p) => n + p.lines, 0);
    const there = linesOf(body);
    if (lines !== there) return `counts ${lines} lines of ${there}`;
    if (header + kept + lost !== lines) return `${header} of header + ${kept} of records + ${lost} of problems are not ${lines} lines`;
    for (const { code, line } of problems) {
      if (!(code in LINE_PROBLEMS)) return `problem ${code} is on no list`;
      if (line < 1 || line > Math.max(lines, 1)) return `problem on line ${line} of ${lines}`;
    }
    const room = 4_000_000 + GROWTH * body.length;
    const held = [...records, ...problems].reduce((n, record) => n + weight(record), 0);
    if (held > room) return `${body.length} bytes became ${held}`;
    const again = collect(parse, body, { byteOrder });
    if (text({ records, problems }) !== text({ records: again.records, problems: again.problems })) return 'another answer the second time';
  }
  return null;
}

/** Times the body that its records may hold: a line of many words is a row for each, but what they share must not be long. */
const GROWTH = 100;

/** Bytes and characters in a record, and something for each number. */
function weight(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((n, v) => n + weight(v), 0);
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'bigint' ? `${v}n` : v instanceof Uint8Array ? Buffer.from(v).toString('latin1') : v,
  );
}

/** Independent of the parsers' own count. */
function linesOf(body: Buffer): number {
  let n = body.length > 0 && body[body.length - 1] !== 10 ? 1 : 0;
  for (const byte of body) if (byte === 10) n++;
  return n;
}
