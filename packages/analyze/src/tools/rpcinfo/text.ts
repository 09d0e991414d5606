import { terminal } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import type { Registration } from './registrations.ts';

const number = (n: number | null, width: number): string => String(n ?? '?').padStart(width);
const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
]);

/** `rpcinfo -p`. */
export function* portmapList(rows: Iterable<Registration>): Generator<string> {
  yield '   program vers proto   port  service\n';
  for (const r of rows) {
    const protocol = r.protocol === null ? '?' : (PROTOCOLS.get(r.protocol) ?? String(r.protocol));
    const name = r.name === null ? '' : `  ${terminal(r.name)}`;
    yield `${number(r.program, 10)}${number(r.version, 5)}${protocol.padStart(6)}${number(r.port, 7)}${name}\n`;
  }
}

const cell = (value: Value, width: number): string => (value === null ? '-' : terminal(value)).padEnd(width);

/** `rpcinfo` without options. */
export function* longList(rows: Iterable<Registration>): Generator<string> {
  yield '   program version netid     address                service    owner\n';
  for (const r of rows) {
    const ends = `${cell(r.netid, 9)} ${cell(r.address, 22)} ${cell(r.name, 10)} ${r.owner === null ? '-' : terminal(r.owner)}`;
    yield `${number(r.program, 10)}${number(r.version, 5)}    ${ends}\n`;
  }
}

/** `rpcinfo -s`: versions and network ids of each program, the last registered first. */
export function* shortList(rows: readonly Registration[]): Generator<string> {
  yield '   program version(s) netid(s)                         service     owner\n';
  const programs = new Map<number, Registration[]>();
  for (const r of rows) {
    const list = programs.get(r.program);
    if (list === undefined) programs.set(r.program, [r]);
    else list.push(r);
  }
  for (const [program, list] of programs) {
    const versions = distinct(list.map((r) => String(r.version)));
    const netids = distinct(list.map((r) => (r.netid === null ? '-' : terminal(r.netid))));
    const first = list[0];
    yield `${number(program, 10)}  ${versions.padEnd(10)}${netids.padEnd(32)} ${cell(first?.name ?? null, 11)} ${terminal(first?.owner ?? null)}\n`;
  }
}

function distinct(words: readonly string[]): string {
  return [...new Set(words)].reverse().join(',');
}
