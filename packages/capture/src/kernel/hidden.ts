import { hash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { FILE_CAP } from '../artefacts.ts';
import { attempt, Failure } from '../attempt.ts';
import type { Intake } from '../intake.ts';
import type { ReaderPool } from '../pool.ts';
import { takeSmall } from '../take.ts';
import type { Done } from '../wire.ts';
import { nameLines } from './listing.ts';
import { answers, type Suspect, type Swept } from './probe.ts';

/** The listings of `/proc`, and the probe for processes that none of them names, as the parent sees them. */
export class Hidden {
  readonly #proc: string;
  readonly #intake: Intake;
  readonly #pool: ReaderPool;
  /** Milliseconds; 0: no probe. */
  readonly #ms: number;
  /** Every process number that any listing named. */
  readonly listed: Set<number> = new Set();
  /** What the operator must know at once. */
  readonly cautions: string[] = [];
  #swept: Swept | null = null;
  #confirmed: readonly Suspect[] = [];

  constructor(proc: string, intake: Intake, pool: ReaderPool, ms: number) {
    this.#proc = proc;
    this.#intake = intake;
    this.#pool = pool;
    this.#ms = ms;
    if (ms > 0) intake.plan('listing/probe');
  }

  /** `/proc` listed three times in a row, the second time by system call where one can be made; gives every process number. */
  async listings(raw: () => Promise<readonly string[]>): Promise<number[]> {
    const first = await this.#list('listing/readdir-1');
    const direct = processNumbers(await raw());
    const last = await this.#list('listing/readdir-2');
    const named = new Set([...first, ...last]);
    // What began after the first and ended before the last was not hidden.
    const left = direct.filter((pid) => !named.has(pid) && answers(this.#proc, pid));
    if (left.length > 0) this.cautions.push(`${processes(left)} left out where the C library lists /proc (listing/getdents)`);
    for (const pid of direct) this.listed.add(pid);
    return [...this.listed].sort((a, b) => a - b);
  }

  /** What a child found. */
  found(done: Done): void {
    if (done.swept !== undefined) this.#swept = done.swept;
    if (done.confirmed !== undefined) this.#confirmed = done.confirmed;
  }

  /** One listing by the library's readdir, as an entry; gives the process numbers. */
  async #list(path: string): Promise<number[]> {
    const start = this.#intake.now();
    const names = attempt(() => readdirSync(this.#proc, 'latin1'));
    const end = this.#intake.now();
    if (names instanceof Failure) {
      this.#intake.lost(path, { errno: names.errno });
      return [];
    }
    const body = nameLines(names);
    await this.#intake.source({ t: 'body', path, start, end, sha256: hash('sha256', body, 'hex') }, body);
    const pids = processNumbers(names);
    for (const pid of pids) this.listed.add(pid);
    return pids;
  }

  /** Looks for processes that no listing names, twice before it says so: the numbers of those it found. */
  async probe(): Promise<number[]> {
    if (this.#ms === 0) return [];
    const last = this.#last();
    const start = this.#intake.now();
    this.#swept = null;
    this.#confirmed = [];
    await this.#pool.run([{ job: 'sweep', listed: [...this.listed], last, ms: this.#ms }]);
    const swept = this.#swept as Swept | null;
    if (swept === null) return [];
    const again = await this.#list('listing/readdir-3');
    if (swept.suspects.length > 0) await this.#pool.run([{ job: 'confirm', suspects: swept.suspects, listed: again }]);
    const pids = this.#confirmed.map(({ pid }) => pid);
    if (pids.length > 0) this.cautions.push(`${processes(pids)} in no listing, and there (listing/probe)`);
    const body = Buffer.from(`${pids.map((pid) => `${pid}\n`).join('')}# 1 ${swept.reached}\n`, 'latin1');
    const cut = swept.reached < last ? { note: 'probe-cut' } : {};
    const end = this.#intake.now();
    await this.#intake.source({ t: 'body', path: 'listing/probe', start, end, sha256: hash('sha256', body, 'hex'), ...cut }, body);
    return pids;
  }

  /**
   * The last number worth trying. The kernel gives numbers in rising order and starts again above pid_max (kernel/pid.c alloc_pid), so above the last one given
   * there is nothing, unless one that is listed shows that it started again.
   */
  #last(): number {
    const given = Number(/ (\d+)\n?$/.exec(this.#text('loadavg'))?.[1] ?? 0);
    let largest = 0;
    for (const pid of this.listed) largest = Math.max(largest, pid);
    const max = Number(/^\d+/.exec(this.#text('sys/kernel/pid_max'))?.[0] ?? 0);
    return largest > given ? Math.max(largest, max) : given;
  }

  #text(name: string): string {
    const text = takeSmall(`${this.#proc}/${name}`, FILE_CAP);
    return text instanceof Failure ? '' : text;
  }
}

function processNumbers(names: readonly string[]): number[] {
  return names.filter((name) => /^[1-9]\d*$/.test(name)).map(Number);
}

const SHOWN = 5;

function processes(pids: readonly number[]): string {
  const more = pids.length > SHOWN ? ` and ${pids.length - SHOWN} more` : '';
  return `${pids.length === 1 ? 'process' : 'processes'} ${pids.slice(0, SHOWN).join(', ')}${more}`;
}
