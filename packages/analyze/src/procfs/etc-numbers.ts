import type { Parser, Placed } from './lines.ts';
import { decimalOf } from './number.ts';
import { byLine, type Refused } from './rows.ts';
import { withoutComment, words } from './words.ts';

/** One line of /etc/protocols (protocols(5)) or /etc/rpc (rpc(5)): `name number aliases # comment`. */
export interface NumberName extends Placed {
  readonly name: Buffer;
  readonly number: number;
  readonly aliases: readonly Buffer[];
}

const FORM: Refused = { code: 'line-form', message: 'the line is not `name number aliases`' };

/** Comments and empty lines count as header. */
export const parseNumberNames: Parser<NumberName> = byLine<NumberName>(
  (sink) => (line) => {
    const [name, number, ...aliases] = words(withoutComment(line));
    if (name === undefined) return 'header';
    const n = number !== undefined && number.length <= 20 ? decimalOf(number.toString('latin1')) : null;
    if (n === null) return FORM;
    sink.record({ line: line.number, name, number: n, aliases });
    return 'row';
  },
  { open: true },
);
