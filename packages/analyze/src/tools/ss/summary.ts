import type { CaseDb } from '../../db/query.ts';
import type { NetnsChoice } from '../tool.ts';

/** `ss -s`: totals from sockstat, sockstat6 and snmp of pass A. Null where the capture has no such counter: printed as `?`. */
export function* summary(db: CaseDb, captureId: number, netns: NetnsChoice): Generator<string> {
  const value = counters(db, captureId, netns);
  const get = (name: string): number | null => value.get(name) ?? null;
  const sum = (...parts: readonly (number | null)[]): number | null => {
    let total = 0;
    for (const part of parts) {
      if (part === null) return null;
      total += part;
    }
    return total;
  };
  const text = (n: number | null): string => (n === null ? '?' : String(n));
  const [tcp4, tcp6] = [get('TCP inuse'), get('TCP6 inuse')];
  const tw = get('TCP tw');
  const all = sum(get('TCP alloc'), tw);
  const inUse = sum(tcp4, tcp6);
  const closed = all === null || inUse === null ? null : all - inUse;
  yield `Total: ${text(get('sockets used'))}\n`;
  yield `TCP:   ${text(all)} (estab ${text(get('Tcp CurrEstab'))}, closed ${text(closed)}, orphaned ${text(get('TCP orphan'))}, timewait ${text(tw)})\n\n`;
  yield 'Transport Total     IP        IPv6\n';
  const rows: readonly (readonly [string, number | null, number | null])[] = [
    ['RAW', get('RAW inuse'), get('RAW6 inuse')],
    ['UDP', get('UDP inuse'), get('UDP6 inuse')],
    ['TCP', tcp4, tcp6],
    ['INET', sum(get('RAW inuse'), get('UDP inuse'), tcp4), sum(get('RAW6 inuse'), get('UDP6 inuse'), tcp6)],
    ['FRAG', get('FRAG inuse'), get('FRAG6 inuse')],
  ];
  for (const [name, v4, v6] of rows) {
    yield `${name}\t  ${[sum(v4, v6), v4, v6].map((n) => text(n).padEnd(9)).join(' ')}\n`;
  }
  yield '\n';
}

function counters(db: CaseDb, captureId: number, netns: NetnsChoice): Map<string, number> {
  const own = netns === 'own' || netns === 'all';
  const rows = db.all<{ prefix: string | null; name: string; value: number }>(
    `SELECT prefix, name, sum(value) AS value FROM counters k
      WHERE capture_id = ? AND pass = 'A' AND file IN ('sockstat', 'sockstat6', 'snmp')
        AND net_ns IS ${own ? '(SELECT own_net_ns FROM captures c WHERE c.capture_id = k.capture_id)' : '?'}
      GROUP BY prefix, name`,
    captureId,
    ...(own ? [] : [netns as number]),
  );
  return new Map(rows.map((r) => [`${r.prefix ?? ''} ${r.name}`.trim(), r.value]));
}
