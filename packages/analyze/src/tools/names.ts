import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';

/** Names of one capture, from its own files and never from the workstation; undefined where they have none. The first line of a file wins. */
export interface Names {
  user(uid: number): Value | undefined;
  service(port: number, protocol: string): Value | undefined;
  /** By protocol number, for raw sockets. */
  protocol(number: number): Value | undefined;
  /** The first name of the line of /etc/hosts that bears this address. */
  host(address: string): Value | undefined;
}

/** Each file is read when it is first asked for. */
export function namesOf(db: CaseDb, captureId: number): Names {
  const read = (sql: string): (() => ReadonlyMap<string, Value>) => {
    let map: Map<string, Value> | undefined;
    return () => {
      map ??= firsts(db.iterate<{ key: Value; name: Value }>(sql, captureId));
      return map;
    };
  };
  const users = read('SELECT uid AS key, name FROM users WHERE capture_id = ? ORDER BY source_id, line');
  const services = read(
    "SELECT port || '/' || CAST(protocol AS TEXT) AS key, name FROM services WHERE capture_id = ? ORDER BY source_id, line",
  );
  const protocols = read('SELECT number AS key, name FROM protocols WHERE capture_id = ? ORDER BY source_id, line');
  const hosts = read(
    'SELECT CAST(address AS TEXT) AS key, name FROM hosts WHERE capture_id = ? AND name_index = 0 ORDER BY source_id, line',
  );
  return {
    user: (uid) => users().get(String(uid)),
    service: (port, protocol) => services().get(`${port}/${protocol}`),
    protocol: (number) => protocols().get(String(number)),
    host: (address) => hosts().get(address),
  };
}

function firsts(rows: Iterable<{ key: Value; name: Value }>): Map<string, Value> {
  const map = new Map<string, Value>();
  for (const { key, name } of rows) if (key !== null && !map.has(String(key))) map.set(String(key), name);
  return map;
}
