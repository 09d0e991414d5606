import type { Parser, Placed } from './lines.ts';
import { byLine, type Refused } from './rows.ts';
import { withoutComment, words } from './words.ts';

/** One name of a line of /etc/hosts (hosts(5)). The first name of a line stands for the line, the others have `lines: 0`. */
export interface HostName extends Placed {
  readonly address: Buffer;
  readonly name: Buffer;
  /** 0 for the first name of the line. */
  readonly index: number;
}

/** No address is longer: eight groups of an IPv6 address with an IPv4 tail and a scope. What is would be repeated with each of its names. */
const MAX_ADDRESS = 64;
const LONG: Refused = { code: 'line-form', message: 'the address is longer than any' };
const ALONE: Refused = { code: 'line-form', message: 'the address has no name' };

/** `address name aliases # comment`; comments and empty lines count as header. */
export const parseHosts: Parser<HostName> = byLine<HostName>(
  (sink) => (line) => {
    const [address, ...names] = words(withoutComment(line));
    if (address === undefined) return 'header';
    if (names.length === 0) return ALONE;
    if (address.length > MAX_ADDRESS) return LONG;
    names.forEach((name, index) => {
      const record: HostName = { line: line.number, address, name, index };
      sink.record(index === 0 ? record : { ...record, lines: 0 });
    });
    return 'row';
  },
  { open: true },
);
