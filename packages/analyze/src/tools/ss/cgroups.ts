import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import { ToolMistake } from '../mistake.ts';
import { big } from './dumped.ts';
import type { Predicate } from './match.ts';

/** Control groups of one capture: their paths by the number that sockets bear, and the other way round. Read when they are first asked for. */
export class Cgroups {
  readonly #db: CaseDb;
  readonly #captureId: number;
  #paths: Map<string, Value> | undefined;
  #ids: Map<string, bigint> | undefined;

  constructor(db: CaseDb, captureId: number) {
    this.#db = db;
    this.#captureId = captureId;
  }

  #read(): void {
    const sql = 'SELECT CAST(id AS TEXT) AS id, mount, path FROM cgroups WHERE capture_id = ? AND id IS NOT NULL ORDER BY source_id, line';
    const [paths, ids] = [new Map<string, Value>(), new Map<string, bigint>()];
    for (const { id, mount, path } of this.#db.iterate<{ id: string; mount: Value; path: Value }>(sql, this.#captureId)) {
      if (!paths.has(id)) paths.set(id, path);
      const [at, below] = [latin1(mount), latin1(path)];
      for (const name of [below, below === '/' ? at : at + below]) if (!ids.has(name)) ids.set(name, BigInt(id));
    }
    this.#paths = paths;
    this.#ids = ids;
  }

  /** Below the mount; undefined when it was not there, or not captured. */
  path(id: bigint): Value | undefined {
    if (this.#paths === undefined) this.#read();
    // The root is the first directory of its file system.
    return this.#paths?.get(String(id)) ?? (id === 1n ? '/' : undefined);
  }

  /** `cgroup PATH`: sockets of this very group. The path is one of the host, or below the mount. Throws ToolMistake. */
  matching(path: string): Predicate {
    if (this.#ids === undefined) this.#read();
    if (this.#ids?.size === 0)
      throw new ToolMistake('ss: "cgroup" cannot be answered: this capture holds no numbers of control groups (sys/fs/cgroup.list)', 2);
    const wanted = Buffer.from(path).toString('latin1');
    const id = this.#ids?.get(wanted.length > 1 ? wanted.replace(/\/+$/, '') : wanted);
    if (id === undefined) throw new ToolMistake(`Failed to get cgroup2 ID: No such file or directory\nCannot parse cgroup ${path}.`, 1);
    return (s) => big(s.diag?.row, 'cgroup_id') === id;
  }
}

function latin1(value: Value): string {
  return typeof value === 'string' ? Buffer.from(value).toString('latin1') : Buffer.from(value as Uint8Array).toString('latin1');
}
