import { terminal } from '../../render/cell.ts';
import type { Rows, Value } from '../../render/value.ts';
import { namesOf } from '../names.ts';
import { rowsOf, scopeOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';
import { hostCell } from './address.ts';
import type { Request } from './options.ts';
import { FIRST_PASS } from './tables.ts';

export interface Group {
  readonly source: string;
  readonly net_ns: number | null;
  readonly source_id: number | null;
  readonly line: number | null;
  readonly interface: Value;
  readonly users: number | null;
  readonly group_address: string | null;
}

export function* groupLines(context: ToolContext, request: Request): Generator<string> {
  yield 'IPv6/IPv4 Group Memberships\nInterface       RefCnt Group\n--------------- ------ ---------------------\n';
  const names = namesOf(context.db, context.captureId);
  for (const g of groupRows(context, request)) {
    const name = terminal(g.interface).padEnd(15);
    yield `${name} ${String(g.users ?? '?').padEnd(6)} ${hostCell(g.group_address, names, request)}\n`;
  }
}

const COLUMNS = 'source, interface, users, group_address, net_ns, source_id, line';

export function* groupRows(context: ToolContext, request: Request): Generator<Group> {
  for (const file of [request.inet ? 'igmp' : null, request.inet6 ? 'igmp6' : null]) {
    if (file !== null) yield* rowsOf<Group>(context, COLUMNS, 'multicast', `AND source = ? ${FIRST_PASS}`, file);
  }
}

export function groupRecords(context: ToolContext): Rows {
  const { where, values } = scopeOf(context);
  const sql = `SELECT source, ifindex, interface, group_address, users, version, timer, net_ns, source_id, line
    FROM multicast WHERE ${where} AND source IN ('igmp', 'igmp6') ${FIRST_PASS} ORDER BY source_id, line`;
  return context.db.rows(sql, ...values);
}
