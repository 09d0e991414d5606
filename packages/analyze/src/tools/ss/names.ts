import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import { type Names, namesOf } from '../names.ts';

/** What ss looks up besides what every tool does. */
export interface CapturedNames extends Names {
  processName(pid: number): Value | undefined;
  /** Ports that ss leaves numeric: ip_local_port_range of the host; undefined when not captured. */
  readonly ephemeral: readonly [number, number] | undefined;
  readonly ticksPerSecond: number | null;
}

export function capturedNames(db: CaseDb, captureId: number): CapturedNames {
  return {
    ...namesOf(db, captureId),
    processName: (pid) =>
      db.get<{ name: Value }>("SELECT NULLIF(name, '') AS name FROM processes WHERE capture_id = ? AND pid = ?", captureId, pid)?.name ??
      undefined,
    ephemeral: ephemeralPorts(db, captureId),
    ticksPerSecond: db.get<{ n: number | null }>('SELECT ticks_per_second AS n FROM captures WHERE capture_id = ?', captureId)?.n ?? null,
  };
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
