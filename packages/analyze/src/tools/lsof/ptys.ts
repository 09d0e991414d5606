import { infoValue } from './anon-names.ts';
import type { End } from './endpoints.ts';
import type { Evidence } from './evidence.ts';
import type { Holder, OpenFile } from './open-file.ts';

const ROWS = `SELECT f.pid, f.fd, f.access, p.name, f.detail, f.st_rdev AS rdev, f.st_dev AS dev, p.mnt_ns AS mntNs
  FROM fds AS f LEFT JOIN processes AS p ON p.capture_id = f.capture_id AND p.pid = f.pid
  WHERE f.capture_id = ? AND f.tid = 0 AND f.kind = 'file' AND (f.st_rdev = '5:2' OR f.target LIKE '/dev/pts/%') ORDER BY f.pid, f.fd`;
const MOUNTS =
  "SELECT mnt_ns AS mntNs, dev, mount_point AS mountPoint FROM mounts WHERE capture_id = ? AND fstype = 'devpts' ORDER BY line";

interface Row extends End {
  readonly detail: string | null;
  readonly rdev: string | null;
  readonly dev: string | null;
  readonly mntNs: number | null;
}

interface Side {
  readonly end: End;
  readonly master: boolean;
  /** Device of the devpts file system, each of which counts its ptys by itself; null when it is not known. */
  readonly instance: string | null;
}

/** Number of the device that opens the master of a pty (Documentation/admin-guide/devices.txt). */
export const PTMX = '5:2';

/** Number of a pty by the device number of its slave, whose majors are 136 to 143; null for another device. */
function slaveIndex(rdev: string | null): string | null {
  const [major = 0, minor = 0] = (rdev ?? '').split(':').map(Number);
  return major >= 136 && major <= 143 ? String((major - 136) * 256 + minor) : null;
}

/** Who holds the two sides of ptys. `strict`: by number alone, as the live tool, which pairs ptys of different containers. */
export class Ptys {
  readonly #byIndex: Map<string, Side[]> = new Map();
  readonly #instances: Map<string, string | null> = new Map();
  readonly #strict: boolean;

  constructor(evidence: Evidence, strict: boolean) {
    this.#strict = strict;
    const { db, captureId } = evidence;
    const systems = new Set<string>();
    const usual = new Map<number | null, string>();
    for (const m of db.all<{ mntNs: number | null; dev: string | null; mountPoint: unknown }>(MOUNTS, captureId)) {
      if (m.dev === null) continue;
      systems.add(m.dev);
      if (m.mountPoint === '/dev/pts') usual.set(m.mntNs, m.dev);
    }
    for (const row of db.iterate<Row>(ROWS, captureId)) {
      const master = row.rdev === PTMX;
      const info = master && row.detail !== null ? (JSON.parse(row.detail) as [string, string][]) : [];
      const index = master ? infoValue(info, 'tty-index') : slaveIndex(row.rdev);
      if (index === null) continue;
      // A master opened as /dev/ptmx belongs to the devpts beside it (fs/devpts/inode.c devpts_acquire).
      const instance = row.dev !== null && systems.has(row.dev) ? row.dev : master ? (usual.get(row.mntNs) ?? null) : null;
      const { pid, fd, access, name } = row;
      const side = { end: { pid, fd, access, name }, master, instance };
      const sides = this.#byIndex.get(index);
      if (sides === undefined) this.#byIndex.set(index, [side]);
      else sides.push(side);
      this.#instances.set(`${pid}:${fd}`, instance);
    }
  }

  /** Holders of the other side. */
  others(holder: Holder, file: OpenFile): readonly End[] {
    const own = holder.tid === null ? (this.#instances.get(`${holder.pid}:${file.fd}`) ?? null) : null;
    const master = file.rdev === PTMX;
    const index = master ? infoValue(file.info, 'tty-index') : slaveIndex(file.rdev);
    if (index === null) return [];
    const same = (instance: string | null): boolean => this.#strict || own === null || instance === null || instance === own;
    const sides = this.#byIndex.get(index) ?? [];
    return sides.filter((s) => s.master !== master && same(s.instance)).map((s) => s.end);
  }
}
