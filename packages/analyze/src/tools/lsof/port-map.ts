import type { Value } from '../../render/value.ts';
import { escaped } from './cells.ts';
import type { Evidence } from './evidence.ts';

/** Names of RPC programs by `PROTO PORT`, from version 2 of the captured portmapper's answer; the first registration of a port counts. */
export function portMap({ db, captureId }: Evidence): ReadonlyMap<string, string> {
  const rows = db.all<{ program: number; protocol: number; port: number; name: Value }>(
    `SELECT r.program, r.protocol, r.port,
            (SELECT p.name FROM rpc_programs p WHERE p.capture_id = r.capture_id AND p.number = r.program ORDER BY p.line LIMIT 1) AS name
       FROM rpc_registrations r
      WHERE r.capture_id = ? AND r.dump_version = 2 AND r.protocol IN (6, 17) AND r.port IS NOT NULL ORDER BY r.source_id DESC, r.line DESC`,
    captureId,
  );
  return new Map(rows.map((r) => [`${r.protocol === 6 ? 'tcp' : 'udp'} ${r.port}`, r.name === null ? String(r.program) : escaped(r.name)]));
}
