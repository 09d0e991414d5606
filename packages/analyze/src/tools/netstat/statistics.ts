import { terminal } from '../../render/cell.ts';
import type { Rows, Value } from '../../render/value.ts';
import { rowsOf, scopeOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';
import type { Request, Table } from './options.ts';
import { SENTENCES } from './sentences.ts';

interface Counter {
  readonly line: number | null;
  readonly prefix: Value;
  readonly name: string;
  readonly value: Value;
}

/** The option a section goes by; a section nobody knows is always shown. */
const SECTION: ReadonlyMap<string, Table> = new Map([
  ['Ip', 'raw'],
  ['Icmp', 'raw'],
  ['Tcp', 'tcp'],
  ['TcpExt', 'tcp'],
  ['Udp', 'udp'],
  ['Sctp', 'sctp'],
  ['Ip6', 'raw'],
  ['Icmp6', 'raw'],
  ['Udp6', 'udp'],
]);

/** Sections in the order of their files; for IPv6 those of snmp6 and the Tcp of snmp, which counts both. */
export function* statisticsLines(context: ToolContext, request: Request): Generator<string> {
  const state: State = { histogram: '' };
  if (request.family === 6) {
    for (const section of sections6(counters(context, 'snmp6'))) yield* sectionLines(section, request, state);
    for (const section of sections(counters(context, 'snmp'))) if (section.title === 'Tcp') yield* sectionLines(section, request, state);
    return;
  }
  for (const file of ['snmp', 'netstat', 'sctp_snmp']) {
    const found = counters(context, file);
    for (const section of file === 'sctp_snmp' ? sctpSection(found) : sections(found)) yield* sectionLines(section, request, state);
  }
}

function counters(context: ToolContext, file: string): IterableIterator<Counter> {
  return rowsOf<Counter>(context, 'line, prefix, name, value', 'counters', "AND pass = 'A' AND file = ?", file);
}

interface Section {
  readonly title: string;
  readonly counters: readonly (readonly [name: string, shown: string, value: Value])[];
}

/** Of snmp and netstat: one for each pair of lines. */
function* sections(rows: Iterable<Counter>): Generator<Section> {
  let open: { title: string; line: number | null; counters: [string, string, Value][] } | undefined;
  for (const { line, prefix, name, value } of rows) {
    const title = terminal(prefix);
    if (open !== undefined && (open.title !== title || open.line !== line)) {
      yield open;
      open = undefined;
    }
    open ??= { title, line, counters: [] };
    open.counters.push([name, name, value]);
  }
  if (open !== undefined) yield open;
}

/** Of snmp6: what stands before and with the 6 in each name. */
function* sections6(rows: Iterable<Counter>): Generator<Section> {
  let open: { title: string; counters: [string, string, Value][] } | undefined;
  for (const { prefix, name, value } of rows) {
    const whole = prefix !== null && !name.startsWith(terminal(prefix)) ? terminal(prefix) + name : name;
    const title = whole.slice(0, whole.indexOf('6') + 1);
    if (open !== undefined && open.title !== title) {
      yield open;
      open = undefined;
    }
    open ??= { title, counters: [] };
    open.counters.push([whole.slice(title.length), whole, value]);
  }
  if (open !== undefined) yield open;
}

function* sctpSection(rows: Iterable<Counter>): Generator<Section> {
  const found = [...rows].map(({ prefix, name, value }): [string, string, Value] => {
    const whole = name.startsWith('Sctp') ? name : terminal(prefix) + name;
    return [whole.replace(/^Sctp/, ''), whole, value];
  });
  if (found.length > 0) yield { title: 'Sctp', counters: found };
}

/** Which histogram the lines stand in, `<` or `>`. net-tools leaves one only at a sentence outside or a section left out: IcmpMsg is indented as the histogram before it. */
interface State {
  histogram: '' | '<' | '>';
}

function* sectionLines(section: Section, { tables }: Request, state: State): Generator<string> {
  const option = SECTION.get(section.title);
  if (option !== undefined && !tables.has(option)) {
    state.histogram = '';
    return;
  }
  const sentences = SENTENCES[section.title] ?? {};
  yield `${terminal(section.title)}:\n`;
  for (const [name, shown, value] of section.counters) {
    const sentence = Object.hasOwn(sentences, name) ? sentences[name] : undefined;
    const zero = value === 0 || value === null;
    const indent = (): string => ' '.repeat(state.histogram === '' ? 4 : 8);
    if (sentence === undefined) {
      if (!zero) yield `${indent()}${terminal(shown)}: ${terminal(value)}\n`;
      continue;
    }
    const sign = sentence.charAt(0);
    if (sign === '-') continue;
    const into = sign === '<' || sign === '>' ? sign : '';
    if (into !== '' && into !== state.histogram) yield `${indent()}ICMP ${into === '<' ? 'input' : 'output'} histogram:\n`;
    state.histogram = into;
    if (sign === '!' || !zero) yield `${indent()}${sentence.slice(1).replace('#', value === null ? '?' : terminal(value))}\n`;
  }
}

export function statisticsRecords(context: ToolContext): Rows {
  const { where, values } = scopeOf(context);
  const sql = `SELECT file, prefix, name, value, net_ns, source_id, line FROM counters
    WHERE ${where} AND pass = 'A' AND file IN ('snmp', 'netstat', 'snmp6', 'sctp_snmp') ORDER BY source_id, line, rowid`;
  return context.db.rows(sql, ...values);
}
