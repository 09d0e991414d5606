import { FILE_CAP, LIST_CAP } from '../artefacts.ts';
import { Failure } from '../attempt.ts';
import type { Outlet } from '../outlet.ts';
import { Pieces } from '../pieces.ts';
import { takeLink, takeSmall } from '../take.ts';
import { statFacts } from '../walker.ts';
import type { Done, Job } from '../wire.ts';
import type { Libc } from './libc.ts';
import { u32 } from './native.ts';
import { OPTION_GROUPS, SO_DOMAIN, SO_PROTOCOL, SO_TYPE, SOL_SOCKET, type SocketKind } from './options-list.ts';

const PROTONAME = 'system.sockprotoname';
/** Of one value; the longest, tcp_info, has some 300 bytes. */
const ROOM = 1024;
/** O_EXCL: the number is that of a thread (PIDFD_THREAD, Linux 6.9). */
const PIDFD_THREAD = 0o200;
/** Architectures with the numbers of asm-generic/socket.h. */
const GENERIC = new Set(['x64', 'arm64', 'arm', 'ia32', 'riscv64', 'loong64', 's390x']);

type SocketsJob = Job & { job: 'sockets' };

/** What the kernel tells of sockets of one process or thread through its descriptors. The current directory is that of the process. */
export class SocketAsker {
  readonly #libc: Libc;
  readonly #outlet: Outlet;
  readonly #room: Buffer = Buffer.alloc(ROOM);

  constructor(libc: Libc, outlet: Outlet) {
    this.#libc = libc;
    this.#outlet = outlet;
  }

  visit(job: SocketsJob): Omit<Done, 't'> {
    const names = job.names ? this.#names(job) : [];
    return job.options ? { names, errors: this.#options(job) } : { names };
  }

  /** `system.sockprotoname` of each (net/socket.c sockfs_xattr_get), as latin1. */
  #names({ pid, dir, fds }: SocketsJob): NonNullable<Done['names']> {
    const path = `proc/${pid}/${dir}fd`;
    if (this.#outlet.skips(path)) return [];
    this.#outlet.announce(path);
    const names = fds.flatMap(([fd, inode]): [string, string | { errno: string }][] => {
      // What is no socket any more may be a file of a server that hangs.
      if (takeLink(`${dir}fd/${fd}`) !== `socket:[${inode}]`) return [];
      const name = this.#libc.getxattr(`${dir}fd/${fd}`, PROTONAME, this.#room);
      return [[inode, name instanceof Failure ? { errno: name.errno } : name.toString('latin1')]];
    });
    this.#outlet.settled();
    return names;
  }

  /** `sockopt.pack`; gives the failures to get at a socket, by errno. */
  #options(job: SocketsJob): Record<string, number> {
    const errors: Record<string, number> = {};
    this.#outlet.source(`proc/${job.pid}/${job.dir}sockopt.pack`, true, {}, () => {
      const pidfd = this.#open(job);
      if (pidfd instanceof Failure) return pidfd;
      const pack = new Pieces(LIST_CAP);
      for (const [fd, inode] of job.fds) {
        const failed = this.#one(pack, job.dir, pidfd, fd, inode);
        if (failed !== null) {
          pack.frame(fd, failed);
          errors[failed.errno] = (errors[failed.errno] ?? 0) + 1;
        }
        this.#outlet.tick();
      }
      this.#libc.close(pidfd);
      return pack.taken();
    });
    return errors;
  }

  /** The process or thread, by a descriptor that stays with it. */
  #open({ pid, dir, start }: SocketsJob): number | Failure {
    if (!GENERIC.has(process.arch)) return new Failure('ENOSYS');
    const tid = dir.split('/')[1];
    const pidfd = tid === undefined ? this.#libc.pidfdOpen(pid, 0) : this.#libc.pidfdOpen(Number(tid), PIDFD_THREAD);
    if (pidfd instanceof Failure) return pidfd;
    // Our directory still answers, so the number was not given to another process before it was opened.
    const stat = takeSmall('stat', FILE_CAP);
    const thread = dir === '' ? stat : takeSmall(`${dir}stat`, FILE_CAP);
    if (!(stat instanceof Failure) && !(thread instanceof Failure) && statFacts(stat).start === start) return pidfd;
    this.#libc.close(pidfd);
    return new Failure('ESRCH');
  }

  #one(pack: Pieces, dir: string, pidfd: number, fd: string, inode: string): Failure | null {
    if (takeLink(`${dir}fd/${fd}`) !== `socket:[${inode}]`) return new Failure('EBADF');
    const own = this.#libc.pidfdGetfd(pidfd, Number(fd));
    if (own instanceof Failure) return own;
    const same = takeLink(`/proc/self/fd/${own}`) === `socket:[${inode}]`;
    if (same) this.#ask(pack, fd, own);
    this.#libc.close(own);
    return same ? null : new Failure('EBADF');
  }

  #ask(pack: Pieces, fd: string, own: number): void {
    const room = this.#room;
    const number = (name: number): number => {
      const value = this.#libc.getsockopt(own, SOL_SOCKET, name, room);
      return value instanceof Failure || value.length < 4 ? -1 : u32(value, 0);
    };
    const kind: SocketKind = { domain: number(SO_DOMAIN), type: number(SO_TYPE), protocol: number(SO_PROTOCOL) };
    for (const group of OPTION_GROUPS) {
      if (!group.of(kind)) continue;
      for (const [name, option] of Object.entries(group.options))
        pack.frame(`${fd}/${group.level}/${name}`, this.#libc.getsockopt(own, group.number, option, room));
    }
    pack.frame(`${fd}/sockname`, this.#libc.getname(own, 'local', room));
    pack.frame(`${fd}/peername`, this.#libc.getname(own, 'peer', room));
  }
}
