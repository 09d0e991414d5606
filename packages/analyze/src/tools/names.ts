import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';

/**
 * Names of one capture and what they name, from its own files and never from the workstation; undefined (or an empty list) where they have none.
 * Where a file names a thing twice its first line wins, as in getpwuid(3) and its kin.
 */
export interface Names {
  /** Login of a user. */
  user(uid: number): Value | undefined;
  uidOf(login: string): number | undefined;
  gidOf(group: string): number | undefined;
  /** `protocol` as in /etc/services. */
  service(port: number, protocol: string): Value | undefined;
  /** Ports of a service by its name or an alias. */
  servicePorts(name: string, protocol: string): readonly number[];
  /** By protocol number, for raw sockets. */
  protocol(number: number): Value | undefined;
  /** The first name of the line of /etc/hosts that bears this address. */
  host(address: string): Value | undefined;
  /** Addresses of a host by its name or an alias, in the order of /etc/hosts, as they stand there. */
  addresses(host: string): readonly string[];
  /** Interface of a network namespace, by its number in there. */
  interfaceName(ifindex: number, netNs: number | null): Value | undefined;
  /** Name of an RPC program, from /etc/rpc. */
  rpcProgram(number: number): Value | undefined;
}

const USERS = 'SELECT uid AS key, name FROM users WHERE capture_id = ? ORDER BY source_id, line';
const SERVICES = "SELECT port || '/' || CAST(protocol AS TEXT) AS key, name FROM services WHERE capture_id = ? ORDER BY source_id, line";
const PROTOCOLS = 'SELECT number AS key, name FROM protocols WHERE capture_id = ? ORDER BY source_id, line';
const HOSTS = 'SELECT CAST(address AS TEXT) AS key, name FROM hosts WHERE capture_id = ? AND name_index = 0 ORDER BY source_id, line';
const RPC_PROGRAMS = 'SELECT number AS key, name FROM rpc_programs WHERE capture_id = ? ORDER BY source_id, line';
/** Every file that gives an interface both its name and its number. */
const INTERFACES = `SELECT coalesce(net_ns, '') || ':' || ifindex AS key, name FROM (
  SELECT 1 AS file, capture_id, net_ns, ifindex, name, source_id, line FROM interfaces
  UNION ALL SELECT 2, capture_id, net_ns, ifindex, interface, source_id, line FROM interface_addresses
  UNION ALL SELECT 3, capture_id, net_ns, ifindex, interface, source_id, line FROM multicast)
  WHERE capture_id = ? AND ifindex IS NOT NULL AND name IS NOT NULL ORDER BY file, source_id, line`;

const UID = 'SELECT uid AS found FROM users WHERE capture_id = ? AND name = ? ORDER BY source_id, line';
const GID = 'SELECT gid AS found FROM groups WHERE capture_id = ? AND name = ? ORDER BY source_id, line';
const PORTS = `SELECT port AS found FROM services WHERE capture_id = ? AND protocol = ?
  AND (name = ? OR instr(' ' || CAST(aliases AS TEXT) || ' ', ' ' || ? || ' ') > 0) ORDER BY source_id, line`;
const ADDRESSES = 'SELECT CAST(address AS TEXT) AS found FROM hosts WHERE capture_id = ? AND name = ? ORDER BY source_id, line';

/** Each file is read when it is first asked for. */
export function namesOf(db: CaseDb, captureId: number): Names {
  const read = (sql: string): ((key: string | number) => Value | undefined) => {
    let map: Map<string, Value> | undefined;
    return (key) => {
      map ??= firsts(db.iterate<{ key: Value; name: Value }>(sql, captureId));
      return map.get(String(key));
    };
  };
  const all = <T>(sql: string, ...values: readonly string[]): T[] =>
    db.all<{ found: T | null }>(sql, captureId, ...values).flatMap(({ found }) => (found === null ? [] : [found]));
  const [services, interfaces] = [read(SERVICES), read(INTERFACES)];
  return {
    user: read(USERS),
    uidOf: (login) => all<number>(UID, login)[0],
    gidOf: (group) => all<number>(GID, group)[0],
    service: (port, protocol) => services(`${port}/${protocol}`),
    servicePorts: (name, protocol) => all<number>(PORTS, protocol, name, name),
    protocol: read(PROTOCOLS),
    host: read(HOSTS),
    addresses: (host) => all<string>(ADDRESSES, host),
    interfaceName: (ifindex, netNs) => interfaces(`${netNs ?? ''}:${ifindex}`),
    rpcProgram: read(RPC_PROGRAMS),
  };
}

function firsts(rows: Iterable<{ key: Value; name: Value }>): Map<string, Value> {
  const map = new Map<string, Value>();
  for (const { key, name } of rows) if (key !== null && !map.has(String(key))) map.set(String(key), name);
  return map;
}
