import type { Value } from '../../render/value.ts';
import { textOf } from './process-rows.ts';

const MAX_DIRECTORIES = 10_000;

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
  /** Where directories lead to that were asked about lately: open files share few. */
  readonly #directories = new Map<string, MountRow>();

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
    if (this.#top === null) return null;
    return this.#enter(this.#directory(this.#top, path.slice(0, Math.max(0, path.lastIndexOf('/')))), path);
  }

  /** `directory` is empty for the root. */
  #directory(top: MountRow, directory: string): MountRow {
    const known = this.#directories.get(directory);
    if (known !== undefined) return known;
    let at = this.#enter(top, '/');
    for (let slash = directory.indexOf('/', 1); directory !== ''; slash = directory.indexOf('/', slash + 1)) {
      at = this.#enter(at, slash < 0 ? directory : directory.slice(0, slash));
      if (slash < 0) break;
    }
    if (this.#directories.size < MAX_DIRECTORIES) this.#directories.set(directory, at);
    return at;
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
