import type { Parser, Placed } from './lines.ts';
import { decimalOf, wideOf } from './number.ts';
import { byLine, columns, Doubts, type Refused } from './rows.ts';

/** One direction of a connection. */
interface ConntrackTuple {
  readonly src: string | null;
  readonly dst: string | null;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly packets: bigint | null;
  readonly bytes: bigint | null;
}

/** One line of nf_conntrack (net/netfilter/nf_conntrack_standalone.c ct_seq_show), or of ip_conntrack of 2.6 to 3.x. */
export interface Conntrack extends Placed {
  /** Null in the old form. */
  readonly family: string | null;
  readonly protocol: string;
  readonly protocolNumber: number | null;
  /** Seconds; null when offloaded. */
  readonly timeout: number | null;
  readonly state: string | null;
  readonly original: ConntrackTuple;
  readonly reply: ConntrackTuple;
  /** UNREPLIED ASSURED OFFLOAD HW_OFFLOAD …, one blank between them. */
  readonly flags: string;
  readonly mark: number | null;
  readonly text: Buffer;
}

const FORM: Refused = { code: 'line-form', message: 'the line is not a connection' };

/**
 * `[family number] protocol number [timeout] [STATE] src= … [packets= bytes=] [[UNREPLIED]] src= … [ASSURED] mark= … use=`.
 * What comes as `name=value` after the second `dst=` belongs to the reply until `mark=`; names without a column stay in the text.
 */
export const parseConntrack: Parser<Conntrack> = byLine<Conntrack>((sink) => (line) => {
  const c = columns(line);
  const old = /^\d+$/.test(c[1] ?? '') && !/^ipv[46]$/.test(c[0] ?? '');
  const family = old ? null : (c[0] ?? '');
  const at = old ? 0 : 2;
  const protocol = c[at];
  const first = c.findIndex((w) => w.startsWith('src='));
  const second = c.findIndex((w, i) => i > first && w.startsWith('src='));
  if (protocol === undefined || first < at + 2 || second < 0 || (family !== null && !/^[a-z][a-z0-9]{0,15}$/.test(family))) return FORM;
  const doubts = new Doubts();
  const before = c.slice(at + 2, first);
  const timeout = /^\d/.test(before[0] ?? '') ? doubts.of('timeout', decimalOf(before[0])) : null;
  const state = before.find((w) => /^[A-Z][A-Z0-9_]*$/.test(w)) ?? null;
  const mark = c.findLast((w) => w.startsWith('mark='));
  sink.record({
    line: line.number,
    family,
    protocol,
    protocolNumber: doubts.of('protocol', decimalOf(c[at + 1])),
    timeout,
    state,
    original: tuple(c.slice(first, second), doubts),
    reply: tuple(c.slice(second), doubts),
    flags: c
      .filter((w) => /^\[[A-Z_]+\]$/.test(w))
      .map((w) => w.slice(1, -1))
      .join(' '),
    mark: mark === undefined ? null : doubts.of('mark', decimalOf(mark.slice(5))),
    text: Buffer.from(line.body.subarray(line.start, line.end)),
  });
  doubts.tell(sink, line.number);
  return 'row';
});

function tuple(words: readonly string[], doubts: Doubts): ConntrackTuple {
  const found = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    const name = word.slice(0, equals);
    if (equals > 0 && !found.has(name)) found.set(name, word.slice(equals + 1));
  }
  const read = <T>(name: string, of: (text: string | undefined) => T | null): T | null =>
    found.has(name) ? doubts.of(name, of(found.get(name))) : null;
  return {
    src: found.get('src') ?? null,
    dst: found.get('dst') ?? null,
    sport: read('sport', decimalOf),
    dport: read('dport', decimalOf),
    packets: read('packets', wideOf),
    bytes: read('bytes', wideOf),
  };
}
