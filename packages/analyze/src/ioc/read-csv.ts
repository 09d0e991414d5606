import { meaningByForm } from './by-form.ts';
import { type Column, type Columns, isFormed, namesIndicators, type Plan, planOf, SAMPLE, typeColumn } from './csv-plan.ts';
import { commentsBefore, type Row, rowsOf, separatorOf } from './csv-rows.ts';
import type { Entry, Meaning, Term, Unread } from './indicator.ts';
import { MEANINGS, refang } from './meaning.ts';
import { meaningsOfType } from './read-misp.ts';

/** What stands in a cell that has nothing to say. */
const NOTHING = /^(?:|-|null|none|n\/a|na|nan)$/i;

/** Whether text that is not named .csv or .tsv is such a table: its header names a column of indicators, or a type is in one of its first two cells. */
export function looksLikeCsv(text: string): boolean {
  const start = text.slice(0, 65536);
  const separator = separatorOf(start);
  const [first, second] = sampleOf(start, separator, 2);
  if (first === undefined || first.length < 2) return false;
  if (namesIndicators(first, second) || typeColumn(first) !== null) return true;
  return [...commentsBefore(start, separator)].some((cells) => cells.length === first.length && namesIndicators(cells, undefined));
}

/**
 * A table: RFC 4180 with comma, semicolon or tab. Its columns are known by the words of a header, which may be a comment; those of words that are not known,
 * and all without a header, by what they hold; see docs/IOC.md. `told` hears which are read.
 */
export function* readCsv(text: string, list: string, told: (columns: Columns) => void): Generator<Entry, void> {
  const separator = separatorOf(text);
  const plan = planOf(sampleOf(text, separator, SAMPLE), [...commentsBefore(text, separator)]);
  told(plan.said);
  let skip = plan.skipsFirst;
  for (const row of rowsOf(text, separator)) {
    if (!skip) yield* entriesOf(row, plan, list, separator);
    skip = false;
  }
}

function sampleOf(text: string, separator: string, most: number): (readonly string[])[] {
  const rows: (readonly string[])[] = [];
  for (const { cells } of rowsOf(text, separator)) {
    rows.push(cells);
    if (rows.length === most) break;
  }
  return rows;
}

function* entriesOf({ line, cells }: Row, plan: Plan, list: string, separator: string): Generator<Entry, void> {
  const about =
    plan.about
      .map((i) => (cells[i] ?? '').trim())
      .filter((cell) => cell !== '')
      .join('; ') || null;
  const base = { list, place: line, about };
  const paired = new Set<number>();
  let any = false;
  for (const column of plan.columns) {
    const written = (cells[column.index] ?? '').trim();
    if (written === '' || (typeof column.as !== 'string' && NOTHING.test(written))) continue;
    any = true;
    const type = column.as === 'any' ? typeIn(cells, plan) : column.as === 'formed' ? '' : column.as.type;
    const port = column.port === null ? null : portOf(cells, column.port);
    for (const meaning of meanings(written, type, column)) {
      if ('reason' in meaning) {
        yield { list, place: line, text: written, reason: meaning.reason };
        continue;
      }
      const whole = port === null ? null : withPort(meaning, port);
      if (whole !== null && column.port !== null) paired.add(column.port);
      const { type: kind, alternatives } = whole ?? meaning;
      yield { indicator: { text: refang(written), type: kind, ...base }, alternatives };
    }
  }
  for (const lone of lonePorts(cells, plan, paired)) {
    any = true;
    yield { list, place: line, ...lone };
  }
  if (!any)
    yield {
      list,
      place: line,
      text: cells.join(separator),
      reason: plan.columns.length === 0 ? 'no column of the table is known' : 'has no value',
    };
}

/** Ports of a row that nothing beside them took. */
function* lonePorts(cells: readonly string[], plan: Plan, paired: ReadonlySet<number>): Generator<Pick<Unread, 'text' | 'reason'>, void> {
  for (const { index } of plan.ports) {
    const text = (cells[index] ?? '').trim();
    if (paired.has(index) || NOTHING.test(text)) continue;
    const meaning = MEANINGS.get('port')?.(text);
    const wrong = meaning !== undefined && 'reason' in meaning;
    yield { text, reason: wrong ? `as port: ${meaning.reason}` : 'is a port without an address or host beside it' };
  }
}

function typeIn(cells: readonly string[], { type }: Plan): string {
  return type === null ? '' : (cells[type] ?? '').trim().toLowerCase().replaceAll('_', '-');
}

/** What a cell means by its type, or by its form where that is empty. */
function meanings(written: string, type: string, { as }: Column): readonly Meaning[] {
  const text = refang(written);
  if (text.includes('\ufffd')) return [{ reason: 'is no UTF-8' }];
  if (type === '') {
    if (as === 'formed' && !isFormed(written)) return [{ reason: 'is no address, host name, hash, URL or path; its column has no type' }];
    return [
      /^\d+$/.test(text) && text.length < 32
        ? { reason: 'is a bare number: of ports, say port in the header or type' }
        : meaningByForm(text),
    ];
  }
  const of = MEANINGS.get(type);
  const found = of === undefined ? meaningsOfType(type)?.(text) : [of(text)];
  if (found === undefined) return [{ reason: `the type ${type.slice(0, 40)} is not known` }];
  return found.map((meaning) => ('reason' in meaning ? { reason: `as ${type}: ${meaning.reason}` } : meaning));
}

/** The port of a row as terms; null when there is none. */
function portOf(cells: readonly string[], index: number): readonly Term[] | null {
  const written = (cells[index] ?? '').trim();
  const meaning = NOTHING.test(written) ? undefined : MEANINGS.get('port')?.(written);
  return meaning === undefined || 'reason' in meaning ? null : (meaning.alternatives[0] ?? null);
}

const OF_PLACES = new Set<Term['kind']>(['address', 'block', 'host', 'domain']);

/** An address or host with the port beside it: one end of a connection. Null for what is neither; a port that is there already stays. */
function withPort(meaning: Extract<Meaning, { type: string }>, port: readonly Term[]): Extract<Meaning, { type: string }> | null {
  const places = meaning.alternatives.filter((terms) => terms.some((term) => OF_PLACES.has(term.kind)));
  if (places.length === 0) return null;
  if (places.some((terms) => terms.some((term) => term.kind === 'port'))) return meaning;
  const kind = meaning.type === 'host or name' ? 'host' : meaning.type;
  const end = (term: Term): Term => (term.kind === 'protocol' ? term : { ...term, end: 'dst' });
  return { type: `${kind} and port`, alternatives: places.map((terms) => [...terms, ...port].map(end)) };
}
