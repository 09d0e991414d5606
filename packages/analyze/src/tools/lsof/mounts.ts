import type { Value } from '../../render/value.ts';
import type { Evidence } from './evidence.ts';
import type { FileSystems } from './file-rows.ts';

export interface Mount {
  readonly mntId: number | null;
  readonly dev: string | null;
  readonly mountPoint: Value;
  readonly fstype: Value;
  readonly source: Value;
}

const OWN = `SELECT mnt_id AS mntId, dev, mount_point AS mountPoint, fstype, source FROM mounts
  WHERE capture_id = ? AND mnt_ns IS (SELECT own_mnt_ns FROM captures WHERE capture_id = ?) ORDER BY line`;
const TYPES = 'SELECT DISTINCT mnt_id AS mntId, dev, fstype FROM mounts WHERE capture_id = ?';

/** Mounts of the capture's own mount namespace, and the type of every file system seen in any. */
export class Mounts implements FileSystems {
  readonly own: readonly Mount[];
  readonly #byDev: Map<string, string> = new Map();
  readonly #byId: Map<number, string> = new Map();

  constructor(evidence: Evidence) {
    this.own = evidence.db.all<Mount>(OWN, evidence.captureId, evidence.captureId);
    for (const m of evidence.db.all<Pick<Mount, 'mntId' | 'dev' | 'fstype'>>(TYPES, evidence.captureId)) {
      if (typeof m.fstype !== 'string') continue;
      if (m.dev !== null) this.#byDev.set(m.dev, m.fstype);
      if (m.mntId !== null) this.#byId.set(m.mntId, m.fstype);
    }
  }

  type(dev: string): string | null {
    return this.#byDev.get(dev) ?? null;
  }

  typeOfMount(mntId: number): string | null {
    return this.#byId.get(mntId) ?? null;
  }

  /** The mount a path lies on, by the longest mount point above it; of several on one point the last one covers the others. */
  under(path: string): Mount | null {
    let best: Mount | null = null;
    for (const m of this.own) {
      if (typeof m.mountPoint !== 'string' || !within(path, m.mountPoint)) continue;
      if (best === null || m.mountPoint.length >= String(best.mountPoint).length) best = m;
    }
    return best;
  }
}

/** `path` is `directory` or below it. */
export function within(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}
