import type { CaseDb } from '../../db/query.ts';
import type { Rows } from '../../render/value.ts';
import type { NetnsChoice } from '../tool.ts';

type Count = number | null;

/** The figures of `ss -s`: totals from sockstat, sockstat6 and snmp of pass A. Null where the capture has no such counter. */
interface Totals {
  readonly sockets: Count;
  /** `all` counts also those that no table shows: closed ones and time-wait. */
  readonly tcp: Readonly<Record<'all' | 'estab' | 'closed' | 'orphaned' | 'timewait', Count>>;
  readonly transports: readonly (readonly [name: string, v4: Count, v6: Count])[];
}

function totals(db: CaseDb, captureId: number, netns: NetnsChoice): Totals {
  const value = counters(db, captureId, netns);
  const get = (name: string): Count => value.get(name) ?? null;
  const [tcp4, tcp6] = [get('TCP inuse'), get('TCP6 inuse')];
  const timewait = get('TCP tw');
  const all = sum(get('TCP alloc'), timewait);
  const inUse = sum(tcp4, tcp6);
  const closed = all === null || inUse === null ? null : all - inUse;
  return {
    sockets: get('sockets used'),
    tcp: { all, estab: get('Tcp CurrEstab'), closed, orphaned: get('TCP orphan'), timewait },
    transports: [
      ['RAW', get('RAW inuse'), get('RAW6 inuse')],
      ['UDP', get('UDP inuse'), get('UDP6 inuse')],
      ['TCP', tcp4, tcp6],
      ['INET', sum(get('RAW inuse'), get('UDP inuse'), tcp4), sum(get('RAW6 inuse'), get('UDP6 inuse'), tcp6)],
      ['FRAG', get('FRAG inuse'), get('FRAG6 inuse')],
    ],
  };
}

/** Unknown when a part is. */
function sum(...parts: readonly Count[]): Count {
  let total = 0;
  for (const part of parts) {
    if (part === null) return null;
    total += part;
  }
  return total;
}

/** `ss -s` as the live tool prints it; what is unknown as `?`. */
export function* summary(db: CaseDb, captureId: number, netns: NetnsChoice): Generator<string> {
  const { sockets, tcp, transports } = totals(db, captureId, netns);
  const text = (n: Count): string => (n === null ? '?' : String(n));
  yield `Total: ${text(sockets)}\n`;
  yield `TCP:   ${text(tcp.all)} (estab ${text(tcp.estab)}, closed ${text(tcp.closed)}, orphaned ${text(tcp.orphaned)}, timewait ${text(tcp.timewait)})\n\n`;
  yield 'Transport Total     IP        IPv6\n';
  for (const [name, v4, v6] of transports) yield `${name}\t  ${[sum(v4, v6), v4, v6].map((n) => text(n).padEnd(9)).join(' ')}\n`;
  yield '\n';
}

/** The same as rows: the figures of TCP as `tcp-all` and so on, then those of the table below them. */
export function summaryRows(db: CaseDb, captureId: number, netns: NetnsChoice): Rows {
  const { sockets, tcp, transports } = totals(db, captureId, netns);
  return {
    columns: ['what', 'total', 'ip', 'ipv6'],
    rows: [
      ['sockets', sockets, null, null],
      ...Object.entries(tcp).map(([name, n]) => [`tcp-${name}`, n, null, null]),
      ...transports.map(([name, v4, v6]) => [name, sum(v4, v6), v4, v6]),
    ],
  };
}

function counters(db: CaseDb, captureId: number, netns: NetnsChoice): Map<string, number> {
  const own = netns === 'own' || netns === 'all';
  const rows = db.all<{ prefix: string | null; name: string; value: number }>(
    `SELECT prefix, name, CASE WHEN count(value) > 0 THEN total(value) END AS value FROM counters k
      WHERE capture_id = ? AND pass = 'A' AND file IN ('sockstat', 'sockstat6', 'snmp')
        AND net_ns IS ${own ? '(SELECT own_net_ns FROM captures c WHERE c.capture_id = k.capture_id)' : '?'}
      GROUP BY prefix, name`,
    captureId,
    ...(own ? [] : [netns as number]),
  );
  return new Map(rows.map((r) => [`${r.prefix ?? ''} ${r.name}`.trim(), r.value]));
}
