import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import type { SsNames } from './address.ts';
import type { FilterNames } from './match.ts';

export interface CapturedNames extends SsNames, FilterNames {
  readonly ticksPerSecond: number | null;
}

/** Everything ss looks up by name, from the captured files of one capture, each read when it is first asked for. */
export function capturedNames(db: CaseDb, captureId: number): CapturedNames {
  const services = lazy(() =>
    pairs(db, "SELECT protocol || ':' || port, name FROM services WHERE capture_id = ? ORDER BY line DESC", captureId),
  );
  const ports = lazy(() =>
    pairs(db, "SELECT name, port FROM services WHERE capture_id = ? AND protocol IN ('tcp', 'udp') ORDER BY line DESC", captureId),
  );
  const protocols = lazy(() => pairs(db, 'SELECT number, name FROM protocols WHERE capture_id = ? ORDER BY line DESC', captureId));
  const hosts = lazy(() =>
    pairs(db, 'SELECT address, name FROM hosts WHERE capture_id = ? AND name_index = 0 ORDER BY line DESC', captureId),
  );
  const processes = lazy(() => pairs(db, 'SELECT pid, name FROM processes WHERE capture_id = ?', captureId));
  const interfaces = lazy(() =>
    pairs(
      db,
      `SELECT coalesce(net_ns, '') || ':' || ifindex, interface FROM (
         SELECT net_ns, ifindex, name AS interface FROM interfaces WHERE capture_id = ? AND ifindex IS NOT NULL
         UNION SELECT net_ns, ifindex, interface FROM interface_addresses WHERE capture_id = ? AND ifindex IS NOT NULL AND interface IS NOT NULL
         UNION SELECT net_ns, ifindex, interface FROM multicast WHERE capture_id = ? AND ifindex IS NOT NULL AND interface IS NOT NULL)`,
      captureId,
      captureId,
      captureId,
    ),
  );
  return {
    service: (port, protocol) => text(services().get(`${protocol}:${port}`)),
    protocol: (number) => text(protocols().get(String(number))),
    host: (address) => text(hosts().get(address)),
    interfaceName: (index, netNs) => text(interfaces().get(`${netNs ?? ''}:${index}`)),
    processName: (pid) => text(processes().get(String(pid))),
    servicePort: (name) => {
      const port = ports().get(name);
      return typeof port === 'number' ? port : undefined;
    },
    hostAddresses: (name) =>
      db
        .all<{ address: string }>('SELECT address FROM hosts WHERE capture_id = ? AND name = ? ORDER BY line', captureId, name)
        .map((r) => r.address),
    ephemeral: ephemeralPorts(db, captureId),
    ticksPerSecond: db.get<{ n: number | null }>('SELECT ticks_per_second AS n FROM captures WHERE capture_id = ?', captureId)?.n ?? null,
  };
}

/** Later rows are the first lines of the file, so that the first name of a number wins, as getservbyport does. */
function pairs(db: CaseDb, sql: string, ...params: readonly number[]): Map<string, Value> {
  const map = new Map<string, Value>();
  for (const row of db.iterate<Record<string, Value>>(sql, ...params)) {
    const [key, value] = Object.values(row);
    if (key !== null && key !== undefined) map.set(String(key), value ?? null);
  }
  return map;
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Names are evidence: bytes that are no text are left to the caller's number. */
function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** net.ipv4.ip_local_port_range of the host. */
function ephemeralPorts(db: CaseDb, captureId: number): readonly [number, number] | undefined {
  const row = db.get<{ value: Value }>(
    "SELECT value FROM facts WHERE capture_id = ? AND name LIKE '%sys/net/ipv4/ip_local_port_range%' LIMIT 1",
    captureId,
  );
  const m = /^(\d+)\s+(\d+)/.exec(typeof row?.value === 'string' ? row.value : '');
  return m === null ? undefined : [Number(m[1]), Number(m[2])];
}
