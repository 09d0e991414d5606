import { terminal } from '../../render/cell.ts';
import type { Rows, Value } from '../../render/value.ts';
import { namesOf } from '../names.ts';
import { rowsOf, scopeOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';
import { hostCell } from './address.ts';
import type { Request } from './options.ts';
import { FIRST_PASS } from './tables.ts';

interface Group {
  readonly interface: Value;
  readonly users: number | null;
  readonly group_address: string | null;
}

export function* groupLines(context: ToolContext, request: Request): Generator<string> {
  yield 'IPv6/IPv4 Group Memberships\nInterface       RefCnt Group\n--------------- ------ ---------------------\n';
  const names = namesOf(context.db, context.captureId);
  for (const file of [request.inet ? 'igmp' : null, request.inet6 ? 'igmp6' : null]) {
    if (file === null) continue;
    for (const g of rowsOf<Group>(context, 'interface, users, group_address', 'multicast', `AND source = ? ${FIRST_PASS}`, file)) {
      const name = terminal(g.interface).padEnd(15);
      yield `${name} ${String(g.users ?? '?').padEnd(6)} ${hostCell(g.group_address, names, request)}\n`;
    }
  }
}

export function groupRecords(context: ToolContext): Rows {
  const { where, values } = scopeOf(context);
  const sql = `SELECT source, ifindex, interface, group_address, users, version, timer, net_ns, source_id, line
    FROM multicast WHERE ${where} AND source IN ('igmp', 'igmp6') ${FIRST_PASS} ORDER BY source_id, line`;
  return context.db.rows(sql, ...values);
}
