import type { CaseDb } from '../db/query.ts';
import { jsonValue, terminal } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import { MAPPINGS, type Mapping } from './ecs-mapping.ts';
import { isoMicroseconds } from './time.ts';

const TIMES: ReadonlySet<string> = new Set(['@timestamp', 'process.start']);

/** A tree of fields; leaves are JSON text. */
type Node = Map<string, Node | string>;

/** One JSON document a line, processes and then sockets, of one capture. */
export function* ecsLines(db: CaseDb, captureId: number): Generator<string, void> {
  for (const mapping of MAPPINGS) yield* documents(db, mapping, captureId);
}

function* documents(db: CaseDb, mapping: Mapping, captureId: number): Generator<string, void> {
  const names = Object.keys(mapping.fields);
  const list = names.map((name) => `${mapping.fields[name]} AS "${name}"`).join(', ');
  const sql = `SELECT ${list} FROM ${mapping.from} WHERE c.capture_id = ? ORDER BY ${mapping.order}`;
  for (const row of db.rows(sql, captureId).rows) {
    const root: Node = new Map();
    for (const [name, value] of Object.entries(mapping.fixed)) put(root, name, JSON.stringify(value));
    names.forEach((name, i) => {
      const json = leaf(name, row[i] ?? null, mapping);
      if (json !== null) put(root, name, json);
    });
    yield `${written(root)}\n`;
  }
}

/** JSON text of a value; null to leave the field out. Text goes through the one place that makes it safe, bytes with their escapes. */
function leaf(name: string, value: Value, { lists }: Mapping): string | null {
  if (value === null) return null;
  if (TIMES.has(name)) {
    const time = isoMicroseconds(BigInt(value as number));
    return time === null ? null : JSON.stringify(time);
  }
  if (lists.has(name)) {
    const items = JSON.parse(value as string) as string[];
    return items.length === 0 ? null : `[${items.map((hex) => jsonValue(terminal(Buffer.from(hex, 'hex'), 'utf8'))).join(',')}]`;
  }
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : jsonValue(terminal(value, 'utf8'));
}

function put(root: Node, name: string, json: string): void {
  const steps = name.split('.');
  const last = steps.pop() ?? '';
  let node = root;
  for (const step of steps) {
    const next = node.get(step);
    if (next instanceof Map) node = next;
    else {
      const made: Node = new Map();
      node.set(step, made);
      node = made;
    }
  }
  node.set(last, json);
}

function written(node: Node): string {
  return `{${[...node].map(([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : written(value)}`).join(',')}}`;
}
