import { TABLE_CAP } from '../artefacts.ts';
import { attempt, Failure } from '../attempt.ts';
import { Outlet } from '../outlet.ts';
import type { Done, HeldSocket, Job, Setup } from '../wire.ts';
import { takeDump } from './dump.ts';
import type { Libc } from './libc.ts';
import { takeDirectory } from './listing.ts';
import { moduleNames, protocolRows } from './loaded.ts';
import { enterNetns, withinNetns } from './netns.ts';
import { DUMPS } from './sock-diag.ts';
import { SocketAsker } from './sockets.ts';
import { compareTables } from './tables.ts';

const DUMP_MS = 20_000;
const LISTING_CAP = 64 * 1024 * 1024;

/** The reading child that calls the C library: nothing else runs in it, so that a crash or a hang in there costs nothing but these answers. */
export class KernelReader {
  readonly #setup: Setup;
  readonly #libc: Libc | null;
  readonly #outlet: Outlet;
  readonly #protocols: ReadonlySet<string> | null;

  constructor(setup: Setup, libc: Libc | null) {
    this.#setup = setup;
    this.#libc = libc;
    this.#outlet = new Outlet(1, BigInt(setup.origin));
    this.#protocols = protocolRows(setup.proc);
  }

  run(job: Job, more: boolean): void {
    this.#outlet.begin(job);
    this.#outlet.done(this.#do(job), more);
  }

  #do(job: Job): Omit<Done, 't'> {
    const libc = this.#libc;
    if (job.job === 'libc') return { libc: libc?.name ?? null, files: libc?.files ?? [] };
    if (libc === null) return {};
    if (job.job === 'netlink') this.#netlink(libc, job);
    if (job.job === 'sockets') return this.#sockets(libc, job);
    if (job.job === 'kcmp') {
      const take = () => compareTables(libc, this.#setup.proc, job.groups, () => this.#outlet.tick());
      this.#outlet.source('listing/kcmp-files', true, {}, take);
    }
    if (job.job === 'getdents') {
      const take = () => takeDirectory(libc, this.#setup.proc, LISTING_CAP, () => this.#outlet.tick());
      this.#outlet.source('listing/getdents', true, {}, take);
    }
    return {};
  }

  #sockets(libc: Libc, job: Job & { job: 'sockets' }): Omit<Done, 't'> {
    const entered = attempt(() => process.chdir(`${this.#setup.proc}/${job.pid}`));
    const done = entered instanceof Failure ? {} : new SocketAsker(libc, this.#outlet).visit(job);
    if (entered instanceof Failure && job.options) {
      this.#outlet.miss(`proc/${job.pid}/${job.dir}sockopt.pack`, {}, { errno: entered.errno, note: 'vanished' });
    }
    process.chdir('/');
    return done;
  }

  #netlink(libc: Libc, job: Job & { job: 'netlink' }): void {
    const { netns, paths, through } = job;
    if (paths === null && through === undefined) {
      this.#dumps(libc, netns);
      return;
    }
    const path = `netlink/${netns}`;
    if (this.#outlet.avoid.has(path)) return;
    this.#outlet.announce(path);
    const work = (): void => this.#dumps(libc, netns);
    const failed = through === undefined ? withinNetns(libc, netns, paths ?? [], work) : this.#throughSocket(libc, through, work);
    this.#outlet.settled();
    if (failed !== null) for (const { name } of DUMPS) this.#outlet.miss(`${path}/${name}`, { netns }, { errno: failed.errno });
  }

  #throughSocket(libc: Libc, socket: HeldSocket, work: () => void): Failure | null {
    const entered = attempt(() => process.chdir(`${this.#setup.proc}/${socket.pid}`));
    const fd = entered instanceof Failure ? entered : new SocketAsker(libc, this.#outlet).namespaceOf(socket);
    process.chdir('/');
    return fd instanceof Failure ? fd : enterNetns(libc, fd, work);
  }

  /** All dumps of the namespace this thread is in. */
  #dumps(libc: Libc, netns: string): void {
    for (const dump of DUMPS) {
      const path = `netlink/${netns}/${dump.name}`;
      if (this.#protocols !== null && !dump.protocols.some((row) => this.#protocols?.has(row))) {
        // The kernel would answer so too, after it had looked for a module to load.
        this.#outlet.miss(path, { netns }, { errno: 'ENOENT', note: 'not-tried' });
        continue;
      }
      const before = moduleNames(this.#setup.proc);
      const extra: { note?: string } = {};
      const take = () => {
        const taken = takeDump(libc, dump, TABLE_CAP, DUMP_MS, () => this.#outlet.tick());
        if (before !== null && moduleNames(this.#setup.proc) !== before) extra.note = 'module-loaded';
        return taken;
      };
      this.#outlet.source(path, true, { netns }, take, extra);
    }
  }
}
