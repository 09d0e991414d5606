import type { Value } from '../../render/value.ts';
import type { Evidence } from './evidence.ts';
import type { NameSource } from './inet-grammar.ts';

/** Users, services and hosts of the captured files; nothing of the workstation is ever asked. Each file is read once, when first needed. */
export class CapturedNames implements NameSource {
  readonly #evidence: Evidence;
  #logins: Map<number, Value> | null = null;
  #services: Map<string, Value> | null = null;
  #hosts: Map<string, Value> | null = null;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  login(uid: number): Value {
    this.#logins ??= this.#map<number>('SELECT uid AS key, name FROM users WHERE capture_id = ? ORDER BY line DESC');
    return this.#logins.get(uid) ?? null;
  }

  uidOf(login: string): number | null {
    const sql = 'SELECT uid FROM users WHERE capture_id = ? AND name = ? ORDER BY line LIMIT 1';
    return this.#evidence.db.get<{ uid: number | null }>(sql, this.#evidence.captureId, login)?.uid ?? null;
  }

  service(port: number, protocol: 'tcp' | 'udp'): Value {
    this.#services ??= this.#map<string>(
      `SELECT port || '/' || CAST(protocol AS TEXT) AS key, name FROM services WHERE capture_id = ? ORDER BY line DESC`,
    );
    return this.#services.get(`${port}/${protocol}`) ?? null;
  }

  servicePorts(name: string, protocol: 'tcp' | 'udp' | 'udplite'): readonly number[] {
    const sql = `SELECT port FROM services WHERE capture_id = ? AND protocol = ?
      AND (name = ? OR instr(' ' || CAST(aliases AS TEXT) || ' ', ' ' || ? || ' ') > 0) ORDER BY line`;
    return this.#evidence.db.all<{ port: number }>(sql, this.#evidence.captureId, protocol, name, name).map((r) => r.port);
  }

  host(address: string): Value {
    this.#hosts ??= this.#map<string>(
      'SELECT CAST(address AS TEXT) AS key, name FROM hosts WHERE capture_id = ? AND name_index = 0 ORDER BY line DESC',
    );
    return this.#hosts.get(address) ?? null;
  }

  /** IPv6 first, as the live tool asks. */
  addresses(name: string): readonly string[] {
    const sql = `SELECT CAST(address AS TEXT) AS address FROM hosts WHERE capture_id = ? AND name = ? ORDER BY instr(address, ':') = 0, line`;
    return this.#evidence.db.all<{ address: string }>(sql, this.#evidence.captureId, name).map((r) => r.address);
  }

  /** Rows come last line first, so that the first line of a file wins. */
  #map<K>(sql: string): Map<K, Value> {
    return new Map(this.#evidence.db.all<{ key: K; name: Value }>(sql, this.#evidence.captureId).map((r) => [r.key, r.name]));
  }
}
