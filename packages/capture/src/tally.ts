import type { LogRecord } from './archive/record.ts';
import type { Done, Walked } from './wire.ts';

/** Errnos that say "there is no such thing" and not "you may not": a protocol that is not compiled in, a process that ended, a thing kernel threads lack. */
const ABSENT = new Set(['ENOENT', 'ESRCH', 'ENOTDIR', 'EINVAL', 'ENXIO', 'ENODEV', 'EOPNOTSUPP', 'EBADF']);

/** Counts for the manifest and the summary. */
export class Tally {
  /** What this process had cost when the capture began: it may have made others before. */
  readonly #before = process.resourceUsage();
  readonly #first: boolean;
  processes = 0;
  threads = 0;
  descriptors = 0;
  namespaces = 1;
  /** Sources that could not be read although they are there, and those cut by time, size or the watchdog: they make the exit code 1. */
  refused = 0;
  errors = 0;
  truncated = 0;
  blocked = 0;
  /** Cost of each child by its pid, as it told last. */
  readonly usage: Map<number, NonNullable<Done['usage']>> = new Map();
  /** How often, by errno or reason; links and small files inside lists and packs included. */
  readonly unseen: Map<string, number> = new Map();

  /** `first`: no capture was made before, so that the start of the program is a part of its cost. */
  constructor(first: boolean) {
    this.#first = first;
  }

  record(r: Pick<LogRecord, 'path' | 'errno' | 'truncated' | 'limit' | 'blocked' | 'note'>): void {
    if (r.errno !== undefined) this.errors++;
    if (r.errno !== undefined && !ABSENT.has(r.errno)) this.#refuse(r.errno, 1);
    if (r.truncated) {
      this.truncated++;
      this.#refuse(r.limit === 'time' ? 'cut by time' : 'cut by size', 1);
    }
    if (r.blocked) {
      this.blocked++;
      this.#refuse('blocked', 1);
    }
    if (r.note === 'reader-died' || r.note === 'no-ffi' || r.note === 'other-pids' || (r.note === 'not-tried' && r.errno === undefined))
      this.#refuse(r.note, 1);
  }

  walked(w: Walked): void {
    this.processes++;
    this.threads += w.threads;
    this.descriptors += w.descriptors;
    this.within(w.errors);
  }

  /** Failures inside lists and packs, by errno. */
  within(errors: Readonly<Record<string, number>>): void {
    for (const [errno, n] of Object.entries(errors)) if (!ABSENT.has(errno)) this.#refuse(errno, n);
  }

  /** Processes of others are there, and nothing shows them: there is no source that could say so. */
  hidden(): void {
    this.#refuse('hidepid', 1);
  }

  #refuse(why: string, n: number): void {
    this.refused += n;
    this.unseen.set(why, (this.unseen.get(why) ?? 0) + n);
  }

  /** CPU time of the parent and all children; the largest memory of the parent, and of any child. */
  cost(): Record<string, number> {
    const own = process.resourceUsage();
    const before = this.#first ? { userCPUTime: 0, systemCPUTime: 0 } : this.#before;
    const children = [...this.usage.values()];
    return {
      user_us: children.reduce((sum, u) => sum + u.user, own.userCPUTime - before.userCPUTime),
      system_us: children.reduce((sum, u) => sum + u.system, own.systemCPUTime - before.systemCPUTime),
      max_rss_kib: own.maxRSS,
      reader_max_rss_kib: Math.max(0, ...children.map((u) => u.rss)),
    };
  }

  counts(): Record<string, number> {
    const { processes, threads, descriptors, namespaces, errors, truncated, blocked } = this;
    return { processes, threads, descriptors, namespaces, errors, truncated, blocked };
  }
}
