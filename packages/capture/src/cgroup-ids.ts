import { formatListLine } from './archive/list.ts';
import { LIST_CAP } from './artefacts.ts';
import { Failure } from './attempt.ts';
import { Pieces } from './pieces.ts';
import { takeLstat } from './stat.ts';
import type { Taken } from './take.ts';

/**
 * `sys/fs/cgroup.list`: every directory of the second version of control groups, with its stat. Its inode is the number that sockets bear
 * (kernel/cgroup/cgroup.c cgroup_id). One lstat a directory that is looked into anyway; kernfs answers from memory.
 */
export class CgroupIds {
  readonly #list = new Pieces(LIST_CAP);
  #found = false;

  /** A directory of a mount of cgroup2. */
  see(path: string): void {
    this.#found = true;
    const stat = takeLstat(Buffer.from(path, 'latin1'));
    this.#list.add(formatListLine({ name: path, lmode: null, lmodeDerived: false, stat, statByName: false, target: null }));
  }

  /** `walk` is how the walk over the directories ended: what cut or refused it cut this list too. */
  taken(walk: Taken | Failure): Taken | Failure {
    if (!this.#found) return walk instanceof Failure ? walk : new Failure('ENOENT');
    const taken = this.#list.taken();
    const limit = walk instanceof Failure ? undefined : walk.limit;
    return limit === undefined ? taken : { ...taken, limit };
  }
}
