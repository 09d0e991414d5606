import type { Parser, Placed } from './lines.ts';
import { byLine, type Refused } from './rows.ts';
import { withoutComment, words } from './words.ts';

/** One line of /etc/services (services(5)): `name port/protocol aliases # comment`. */
export interface Service extends Placed {
  readonly name: Buffer;
  readonly port: number;
  readonly protocol: Buffer;
  readonly aliases: readonly Buffer[];
}

const FORM: Refused = { code: 'line-form', message: 'the line is not `name port/protocol aliases`' };

/** Comments and empty lines count as header: they are no rows and nothing is wrong with them. */
export const parseServices: Parser<Service> = byLine<Service>(
  (sink) => (line) => {
    const found = words(withoutComment(line));
    const [name, place, ...aliases] = found;
    if (name === undefined) return 'header';
    const m = place === undefined ? null : /^(\d{1,5})[/,](.+)$/s.exec(place.toString('latin1'));
    const port = m ? Number(m[1]) : 65_536;
    if (place === undefined || m === null || port > 65_535) return FORM;
    sink.record({ line: line.number, name, port, protocol: place.subarray((m[1] as string).length + 1), aliases });
    return 'row';
  },
  { open: true },
);
