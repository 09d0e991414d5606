import { closeSync, openSync } from 'node:fs';
import type { ListStat } from './archive/list.ts';
import { FILE_CAP } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { fdFacts, O_PATH } from './descriptors.ts';
import { LOCAL, type MountTable } from './mounts.ts';
import { takeFdStat } from './stat.ts';
import { takeFile } from './take.ts';

const MS = 2000;

/**
 * Beside LOCAL, file systems that do not speak to a server when a link of /proc/PID leads into them. To follow such a link to its end asks nothing but
 * d_weak_revalidate (fs/namei.c complete_walk), which NFS and 9p have, and overlay for those below it. An allow-list, like LOCAL.
 */
const QUIET = new Set('fuse fuseblk autofs sockfs pipefs bdev anon_inodefs rpc_pipefs nfsd resctrl functionfs xenfs'.split(' '));

/** Whether every type that the kernel has registered is known to be quiet. `text` is /proc/filesystems (fs/filesystems.c). */
export function followsQuietly(text: string): boolean {
  const names = text.split('\n').flatMap((line) => line.split('\t')[1] ?? []);
  return names.length > 0 && names.every((name) => LOCAL.has(name) || QUIET.has(name));
}

/**
 * stat through `cwd` and `root` of processes. Their text proves nothing, as that of a lazily unmounted directory looks like a local one; but a descriptor
 * that only names the file (O_PATH) tells its mount, before anything is asked of the file.
 */
export class Through {
  readonly #proc: string;
  readonly #own: MountTable | null;
  #quiet: boolean | null = null;

  constructor(proc: string, own: MountTable | null) {
    this.#proc = proc;
    this.#own = own;
  }

  /** null where it cannot be proved that the answer comes from a local file system of our own mount namespace, or where there is none. */
  stat(link: string): ListStat | null {
    if (this.#own === null || !this.#isQuiet()) return null;
    const fd = attempt(() => openSync(link, O_PATH));
    if (fd instanceof Failure) return null;
    const info = takeFile(`${this.#proc}/self/fdinfo/${fd}`, FILE_CAP, MS);
    const mount = info instanceof Failure ? null : fdFacts(info.body).mntId;
    const st = mount !== null && this.#own.byId(mount)?.local === true ? takeFdStat(fd) : null;
    attempt(() => closeSync(fd));
    return st instanceof Failure ? null : st;
  }

  #isQuiet(): boolean {
    if (this.#quiet !== null) return this.#quiet;
    const types = takeFile(`${this.#proc}/filesystems`, FILE_CAP, MS);
    this.#quiet = !(types instanceof Failure) && followsQuietly(types.body.toString('latin1'));
    return this.#quiet;
  }
}
