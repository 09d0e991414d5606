import type { Parser, Placed, Sink } from './lines.ts';
import { wideOf } from './number.ts';
import { byLine, columns, Doubts, type Line, type Refused } from './rows.ts';

/**
 * One counter. A line holds many: the first of a line has no `lines` and so stands for it, the others have `lines: 0`,
 * which keeps the law of conservation.
 */
export interface Counter extends Placed {
  /** Null where the file has none (snmp6). */
  readonly prefix: string | null;
  readonly name: string;
  readonly value: bigint | null;
}

const NAMES_ALONE: Refused = { code: 'line-form', message: 'no line of values of the same prefix follows these names' };
const FORM: Refused = { code: 'line-form', message: 'the line is not in the form of a counter' };

/**
 * snmp and netstat (net/ipv4/proc.c): a line `Prefix: names`, then one `Prefix: values`. The names count as header of their values.
 * Columns are matched by name; a prefix may come again (IcmpMsg, 16 a line).
 */
export const parseCounterPairs: Parser<Counter> = (body, env, sink) => {
  let header = 0;
  let names: { readonly line: number; readonly prefix: string; readonly columns: readonly string[] } | null = null;
  const alone = () => {
    if (names !== null) sink.problem({ ...NAMES_ALONE, line: names.line, lines: 1 });
    names = null;
  };
  const counts = byLine<Counter>((ordered) => (line) => {
    const [prefix = '', ...found] = columns(line);
    if (!/^[A-Za-z0-9_]{1,32}:$/.test(prefix)) {
      alone();
      return FORM;
    }
    const bare = prefix.slice(0, -1);
    if (names === null || names.prefix !== bare) {
      alone();
      names = { line: line.number, prefix: bare, columns: found };
      return 'row'; // which of header and problem it is shows with the next line
    }
    header++;
    const { columns: of } = names;
    names = null;
    return values(ordered, line.number, bare, of, found);
  })(body, env, sink);
  alone();
  return { lines: counts.lines, header: counts.header + header };
};

/** Gives a counter for each name; what of names and values is left over is a remark. */
function values(sink: Sink<Counter>, line: number, prefix: string, names: readonly string[], found: readonly string[]): 'row' | 'header' {
  const n = Math.min(names.length, found.length);
  const doubts = new Doubts();
  for (let i = 0; i < n; i++) {
    const name = names[i] as string;
    const record: Counter = { line, prefix, name, value: doubts.of(name, wideOf(found[i])) };
    sink.record(i === 0 ? record : { ...record, lines: 0 });
  }
  doubts.tell(sink, line);
  if (names.length !== found.length) {
    sink.problem({ code: 'line-columns', line, lines: 0, message: `${names.length} names but ${found.length} values` });
  }
  return n > 0 ? 'row' : 'header';
}

/** snmp6 (net/ipv6/proc.c) and sctp/snmp (net/sctp/proc.c): `name<blanks>\tvalue`. */
export const parseCounterLines: Parser<Counter> = byLine<Counter>((sink) => (line) => {
  const m = /^([A-Za-z0-9_]{1,64}) *\t(-?\d{1,20})$/.exec(text(line));
  if (!m) return FORM;
  const doubts = new Doubts();
  sink.record({ line: line.number, prefix: null, name: m[1] as string, value: doubts.of('value', wideOf(m[2])) });
  doubts.tell(sink, line.number);
  return 'row';
});

/** sockstat and sockstat6 (net/ipv4/proc.c sockstat_seq_show): `Prefix: name value name value …`. */
export const parseSockstat: Parser<Counter> = byLine<Counter>((sink) => (line) => {
  const [prefix = '', ...rest] = columns(line);
  if (!/^[A-Za-z0-9_]{1,32}:$/.test(prefix) || rest.length < 2 || rest.length % 2 !== 0) return FORM;
  const names = rest.filter((_, i) => i % 2 === 0);
  const found = rest.filter((_, i) => i % 2 === 1);
  return values(sink, line.number, prefix.slice(0, -1), names, found);
});

function text({ body, start, end }: Line): string {
  return body.toString('latin1', start, Math.min(end, start + 256));
}
