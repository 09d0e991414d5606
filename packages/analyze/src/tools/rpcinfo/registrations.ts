import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import { namesOf } from '../names.ts';

export interface Registration {
  readonly dump_version: number;
  readonly program: number;
  readonly version: number;
  readonly protocol: number | null;
  readonly port: number | null;
  readonly netid: Value;
  readonly address: Value;
  readonly owner: Value;
  /** First name of the program in the captured /etc/rpc. */
  readonly name: Value;
  readonly source_id: number;
  readonly line: number;
}

/** The answer of the highest of these versions that the portmapper gave; empty when none was captured. */
export function registrations(db: CaseDb, captureId: number, versions: readonly number[]): Registration[] {
  const marks = versions.map(() => '?').join(', ');
  const rows = db.all<Omit<Registration, 'name'>>(
    `SELECT * FROM rpc_registrations
      WHERE capture_id = ? AND dump_version = (SELECT max(dump_version) FROM rpc_registrations WHERE capture_id = ? AND dump_version IN (${marks}))
      ORDER BY source_id, line`,
    captureId,
    captureId,
    ...versions,
  );
  const names = namesOf(db, captureId);
  return rows.map((r) => ({ ...r, name: names.rpcProgram(r.program) ?? null }));
}

/** Why there is no answer: what the capture recorded of asking; undefined when it did not ask. */
export function askedInVain(db: CaseDb, captureId: number): string | undefined {
  const row = db.get<{ errno: string | null; note: string | null }>(
    "SELECT errno, note FROM sources WHERE capture_id = ? AND path LIKE 'reply/rpcbind/%' ORDER BY source_id LIMIT 1",
    captureId,
  );
  return row === undefined ? undefined : (row.errno ?? row.note ?? 'no answer');
}

/** Listening ports whose service name is the name of an RPC program: what the portmapper would likely have told. */
export function likely(db: CaseDb, captureId: number): { readonly name: Value; readonly proto: string; readonly port: number }[] {
  return db.all(
    `SELECT DISTINCT p.name, s.proto, s.local_port AS port
       FROM sockets_inet s
       JOIN services v ON v.capture_id = s.capture_id AND v.port = s.local_port AND v.protocol = rtrim(s.proto, '6')
       JOIN rpc_programs p ON p.capture_id = s.capture_id
        AND (p.name = v.name OR instr(' ' || p.aliases || ' ', ' ' || v.name || ' ') > 0)
      WHERE s.capture_id = ? AND s.pass = 'A' AND s.proto IN ('tcp', 'tcp6', 'udp', 'udp6') AND (s.state = 'LISTEN' OR s.proto LIKE 'udp%')
      ORDER BY s.local_port, s.proto`,
    captureId,
  );
}
