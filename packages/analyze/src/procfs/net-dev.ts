import type { Parser, Placed } from './lines.ts';
import { bytesOf, wideOf } from './number.ts';
import { byLine, Doubts, type Refused } from './rows.ts';

/** Counters of one interface in /proc/net/dev (net/core/net-procfs.c dev_seq_printf_stats), in the order of the columns. */
export interface DeviceCounters extends Placed {
  readonly name: Buffer;
  /** rx bytes packets errs drop fifo frame compressed multicast, tx bytes packets errs drop fifo colls carrier compressed. */
  readonly counters: readonly (bigint | null)[];
}

const COUNTERS = 16;
const HEADERS: readonly RegExp[] = [/^Inter-\|/, /^ ?face ?\|/];
const HEADER: Refused = { code: 'header-form', message: 'the first two lines are not the header of this table' };
const FORM: Refused = { code: 'line-form', message: 'the line has no colon after the name of an interface' };
const FEW: Refused = { code: 'line-columns', message: 'the row has fewer than 16 counters' };
const TWICE: Refused = { code: 'line-duplicate', message: 'the interface stands further up already' };

/**
 * Two header lines, then `%6s:` and 16 counters. A name ends at the last colon (2.6 allows colons in names), the first counter may be
 * glued to it (`eth0:123`, 2.6.24). An interface that is given twice (torn read) is a problem: its first row counts.
 */
export const parseDev: Parser<DeviceCounters> = byLine<DeviceCounters>((sink) => {
  const names = new Set<string>();
  return ({ body, start, end, number }) => {
    const text = body.toString('latin1', start, end);
    const header = HEADERS[number - 1];
    if (header !== undefined) return header.test(text) ? 'header' : HEADER;
    const colon = text.lastIndexOf(':');
    const name = text.slice(0, Math.max(colon, 0)).replace(/^ +/, '');
    if (name === '') return FORM;
    const found = text
      .slice(colon + 1)
      .split(' ')
      .filter((c) => c !== '');
    if (found.length < COUNTERS) return FEW;
    if (names.has(name)) return TWICE;
    names.add(name);
    const doubts = new Doubts();
    const counters = found.slice(0, COUNTERS).map((c, i) => doubts.of(`counter ${i + 1}`, wideOf(c)));
    sink.record({ line: number, name: bytesOf(name), counters });
    doubts.tell(sink, number);
    const more = found.length - COUNTERS;
    if (more > 0) sink.problem({ code: 'line-columns', line: number, lines: 0, message: `${more} columns more than the kernel prints` });
    return 'row';
  };
});
