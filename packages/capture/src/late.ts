import { ARTEFACTS, FILE_CAP } from './artefacts.ts';
import { Failure } from './attempt.ts';
import { type Executables, takeExecutable } from './executables.ts';
import { type MappedFile, mappedFiles, mappedLine } from './maps.ts';
import { takeFile, takeLink, takeSmall } from './take.ts';
import { FILE_MS, mountTable, statFacts, type Walker } from './walker.ts';
import type { Done, Job, Setup } from './wire.ts';

/** What a child remembers over the second visit to all processes: each mapped file and executable is looked at once. */
export class Late {
  readonly #walker: Walker;
  readonly #setup: Setup;
  readonly #mapped = new Set<string>();
  readonly #hashed = new Set<string>();

  constructor(walker: Walker, setup: Setup) {
    this.#walker = walker;
    this.#setup = setup;
  }

  /** What waits for the memory-map lock, of the process in whose directory we are, if it is still the one that was walked. */
  visit(job: Job & { job: 'late' }): Omit<Done, 't'> {
    const { outlet } = this.#walker;
    const stat = takeSmall('stat', FILE_CAP);
    if (stat instanceof Failure || statFacts(stat).start !== job.start) {
      this.gone(job, stat instanceof Failure ? stat.errno : undefined);
      return {};
    }
    let files: ReadonlyMap<string, MappedFile> = new Map();
    for (const a of ARTEFACTS) {
      if (a.phase !== 'late' || (a.optIn && !this.#setup.with.includes(a.optIn))) continue;
      outlet.source(`proc/${job.pid}/${job.seat}${a.path}`, false, {}, () => {
        const taken = takeFile(job.seat + a.path, a.cap, FILE_MS);
        if (a.path === 'maps' && !(taken instanceof Failure)) files = mappedFiles(taken.body.toString('latin1'));
        return taken;
      });
    }
    const local = this.#localDevices(job);
    return { mapped: this.#mappedLines(files, local, job), ...this.#executables(files, local, job) };
  }

  gone(job: Job & { job: 'late' }, errno: string | undefined): void {
    this.#walker.outlet.miss(`proc/${job.pid}/${job.seat}maps`, {}, { ...(errno !== undefined && { errno }), note: 'vanished' });
  }

  #localDevices(job: Job & { job: 'late' }): (dev: string) => boolean {
    const mnt = takeLink(`${job.seat}ns/mnt`);
    const root = takeLink(`${job.seat}root`);
    const inode = mnt instanceof Failure ? undefined : mnt.slice(5, -1);
    const table = mountTable(this.#walker, job.pid, job.seat, inode, root);
    return (dev) => table?.localDevice(dev) === true || this.#walker.own?.localDevice(dev) === true;
  }

  #mappedLines(files: ReadonlyMap<string, MappedFile>, local: (dev: string) => boolean, job: Job & { job: 'late' }): [string, string][] {
    const { outlet, own } = this.#walker;
    const path = `proc/${job.pid}/${job.seat}map_files`;
    const fresh = [...files.values()].filter((file) => !this.#mapped.has(file.name));
    if (fresh.length === 0 || outlet.skips(path)) return [];
    outlet.announce(path);
    const lines = fresh.map((file): [string, string] => {
      const { line, gone } = mappedLine(file, `${job.seat}map_files/`, local(file.dev), own, job.local);
      if (!gone) this.#mapped.add(file.name);
      return [file.name, line];
    });
    outlet.settled();
    return lines;
  }

  #executables(
    files: ReadonlyMap<string, MappedFile>,
    local: (dev: string) => boolean,
    job: Job & { job: 'late' },
  ): Executables | Record<string, never> {
    if (!this.#setup.with.includes('exe-hash') && !this.#setup.with.includes('deleted-exe')) return {};
    return takeExecutable(this.#walker.outlet, this.#setup.with, job.pid, `${job.seat}exe`, files.values(), local, this.#hashed);
  }
}
