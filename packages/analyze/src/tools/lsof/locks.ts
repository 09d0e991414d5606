import type { Evidence } from './evidence.ts';

interface LockRow {
  readonly pid: number;
  readonly dev: string;
  readonly inode: string;
  readonly access: string | null;
  readonly whole: number;
}

const LOCKS = `SELECT pid, dev, CAST(inode AS TEXT) AS inode, access, start = 0 AND "end" IS NULL AS whole
  FROM locks WHERE capture_id = ? AND coalesce(waiting, 0) = 0 AND pid > 0 ORDER BY line`;

/**
 * Lock characters by holder and file: `R W` for a whole file, `r w` for a part. When a process holds several on one file the last line
 * of /proc/locks wins. Locks of open file descriptions have no pid there and are no process' own.
 */
export class Locks {
  readonly #byFile: Map<string, string> = new Map();

  constructor(evidence: Evidence) {
    for (const row of evidence.db.all<LockRow>(LOCKS, evidence.captureId)) {
      const letter = row.access?.[0];
      if (letter !== 'R' && letter !== 'W') continue;
      this.#byFile.set(key(row.pid, row.dev, row.inode), row.whole === 1 ? letter : letter.toLowerCase());
    }
  }

  of(pid: number, dev: string | null, inode: string | null): string | null {
    if (this.#byFile.size === 0 || dev === null || inode === null) return null;
    return this.#byFile.get(key(pid, dev, inode)) ?? null;
  }
}

function key(pid: number, dev: string, inode: string): string {
  return `${pid} ${dev} ${inode}`;
}
