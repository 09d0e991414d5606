import type { Value } from '../../render/value.ts';
import { textOf } from './process-rows.ts';

export interface MountRow {
  readonly mnt_ns: number | null;
  readonly pid: number | null;
  readonly root_dir: Value;
  readonly mnt_id: number;
  readonly parent_id: number;
  readonly dev: string | null;
  readonly root: Value;
  readonly mount_point: Value;
  readonly fstype: Value;
  readonly source_id: number;
  readonly line: number;
}

/** One mountinfo. Mount points as latin1 or text: they are compared with each other and with paths of the same reading. */
export class MountTable {
  readonly #byId = new Map<number, MountRow>();
  /** Mounts by parent and mount point. */
  readonly #children = new Map<number, Map<string, MountRow>>();
  #top: MountRow | null = null;

  constructor(rows: readonly MountRow[]) {
    for (const row of rows) this.#byId.set(row.mnt_id, row);
    for (const row of rows) {
      if (!this.#byId.has(row.parent_id) || row.parent_id === row.mnt_id) {
        if (textOf(row.mount_point) === '/') this.#top ??= row;
        continue;
      }
      const children = this.#children.get(row.parent_id) ?? new Map<string, MountRow>();
      this.#children.set(row.parent_id, children.set(textOf(row.mount_point), row));
    }
  }

  get(id: number): MountRow | undefined {
    return this.#byId.get(id);
  }

  /** The mount a path leads to, as the kernel walks: what is mounted last on a place is entered, what lies below is not seen. */
  leadsTo(path: string): MountRow | null {
    let at = this.#top;
    if (at === null) return null;
    at = this.#enter(at, '/');
    for (let slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
      at = this.#enter(at, slash < 0 ? path : path.slice(0, slash));
      if (slash < 0) return at;
    }
  }

  #enter(from: MountRow, place: string): MountRow {
    let at = from;
    const passed = new Set<number>();
    for (let next = this.#children.get(at.mnt_id)?.get(place); next !== undefined && !passed.has(next.mnt_id); ) {
      passed.add(next.mnt_id);
      at = next;
      next = this.#children.get(at.mnt_id)?.get(place);
    }
    return at;
  }
}
