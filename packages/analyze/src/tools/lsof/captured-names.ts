import type { Value } from '../../render/value.ts';
import { type Names, namesOf } from '../names.ts';
import type { Evidence } from './evidence.ts';
import type { NameSource } from './inet-grammar.ts';

/** Users, services and hosts of the captured files, both ways; nothing of the workstation is ever asked. */
export class CapturedNames implements NameSource {
  readonly #evidence: Evidence;
  readonly #names: Names;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    this.#names = namesOf(evidence.db, evidence.captureId);
  }

  login(uid: number): Value {
    return this.#names.user(uid) ?? null;
  }

  uidOf(login: string): number | null {
    const sql = 'SELECT uid FROM users WHERE capture_id = ? AND name = ? ORDER BY line LIMIT 1';
    return this.#evidence.db.get<{ uid: number | null }>(sql, this.#evidence.captureId, login)?.uid ?? null;
  }

  service(port: number, protocol: 'tcp' | 'udp'): Value {
    return this.#names.service(port, protocol) ?? null;
  }

  servicePorts(name: string, protocol: 'tcp' | 'udp' | 'udplite'): readonly number[] {
    const sql = `SELECT port FROM services WHERE capture_id = ? AND protocol = ?
      AND (name = ? OR instr(' ' || CAST(aliases AS TEXT) || ' ', ' ' || ? || ' ') > 0) ORDER BY line`;
    return this.#evidence.db.all<{ port: number }>(sql, this.#evidence.captureId, protocol, name, name).map((r) => r.port);
  }

  host(address: string): Value {
    return this.#names.host(address) ?? null;
  }

  /** IPv6 first, as the live tool asks. */
  addresses(name: string): readonly string[] {
    const sql = `SELECT CAST(address AS TEXT) AS address FROM hosts WHERE capture_id = ? AND name = ? ORDER BY instr(address, ':') = 0, line`;
    return this.#evidence.db.all<{ address: string }>(sql, this.#evidence.captureId, name).map((r) => r.address);
  }
}
