import { FILE_CAP, LIST_CAP } from '../artefacts.ts';
import { Failure } from '../attempt.ts';
import type { Outlet } from '../outlet.ts';
import { Pieces } from '../pieces.ts';
import { takeLink, takeSmall } from '../take.ts';
import { statFacts } from '../walker.ts';
import type { Done, HeldSocket, Job } from '../wire.ts';
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

/** What leads to descriptors: the process, and the directory of the thread that has them. */
type Holder = Pick<HeldSocket, 'pid' | 'dir' | 'start'>;

/** Opens the network namespace of a socket (net/socket.c sock_ioctl); needs CAP_NET_ADMIN there. */
const SIOCGSKNS = 0x894c;

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
    return job.options ? { names, ...this.#options(job) } : { names };
  }

  /** `system.sockprotoname` of each (net/socket.c sockfs_xattr_get), as latin1. */
  #names({ pid, dir, fds }: SocketsJob): NonNullable<Done['names']> {
    const path = `proc/${pid}/${dir}fd`;
    if (this.#outlet.skips(path)) return [];
    this.#outlet.announce(path);
    const names = fds.flatMap(([fd, inode]): [string, string | { errno: string }][] => {
      this.#outlet.tick();
      // What is no socket any more may be a file of a server that hangs.
      if (takeLink(`${dir}fd/${fd}`) !== `socket:[${inode}]`) return [];
      const name = this.#libc.getxattr(`${dir}fd/${fd}`, PROTONAME, this.#room);
      return [[inode, name instanceof Failure ? { errno: name.errno } : name.toString('latin1')]];
    });
    this.#outlet.settled();
    return names;
  }

  /** `sockopt.pack`; gives the failures to get at a socket, by errno, and the network namespaces that were met. */
  #options(job: SocketsJob): Pick<Done, 'errors' | 'spaces'> {
    const errors: Record<string, number> = {};
    const spaces = new Map<string, HeldSocket>();
    const { pid, dir, start } = job;
    this.#outlet.source(`proc/${job.pid}/${job.dir}sockopt.pack`, true, {}, () => {
      const pidfd = this.#open(job);
      if (pidfd instanceof Failure) return pidfd;
      const pack = new Pieces(LIST_CAP);
      for (const [fd, inode] of job.fds) {
        const failed = this.#duplicated(dir, pidfd, fd, inode, (own) => {
          const netns = this.#ask(pack, fd, own);
          if (netns !== null && !spaces.has(netns)) spaces.set(netns, { pid, dir, start, fd, inode });
        });
        if (failed !== null) {
          pack.frame(fd, failed);
          errors[failed.errno] = (errors[failed.errno] ?? 0) + 1;
        }
        this.#outlet.tick();
      }
      this.#libc.close(pidfd);
      return pack.taken();
    });
    return { errors, spaces: [...spaces] };
  }

  /** The process or thread, by a descriptor that stays with it. */
  #open({ pid, dir, start }: Holder): number | Failure {
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

  /** A descriptor of the network namespace that a socket belongs to. The current directory is that of its process. */
  namespaceOf(socket: HeldSocket): number | Failure {
    const pidfd = this.#open(socket);
    if (pidfd instanceof Failure) return pidfd;
    let netns: number | Failure = new Failure('EBADF');
    const failed = this.#duplicated(socket.dir, pidfd, socket.fd, socket.inode, (own) => {
      netns = this.#libc.ioctl(own, SIOCGSKNS);
    });
    this.#libc.close(pidfd);
    return failed ?? netns;
  }

  /** Runs `work` with a duplicate of the descriptor, if it still is this socket. */
  #duplicated(dir: string, pidfd: number, fd: string, inode: string, work: (own: number) => void): Failure | null {
    if (takeLink(`${dir}fd/${fd}`) !== `socket:[${inode}]`) return new Failure('EBADF');
    const own = this.#libc.pidfdGetfd(pidfd, Number(fd));
    if (own instanceof Failure) return own;
    const same = takeLink(`/proc/self/fd/${own}`) === `socket:[${inode}]`;
    if (same) work(own);
    this.#libc.close(own);
    return same ? null : new Failure('EBADF');
  }

  /** Everything that this socket is asked; gives the inode of its network namespace. */
  #ask(pack: Pieces, fd: string, own: number): string | null {
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
    const netns = this.#libc.ioctl(own, SIOCGSKNS);
    const link = netns instanceof Failure ? netns : takeLink(`/proc/self/fd/${netns}`);
    if (!(netns instanceof Failure)) this.#libc.close(netns);
    pack.frame(`${fd}/ioctl/SIOCGSKNS`, link instanceof Failure ? link : Buffer.from(link, 'latin1'));
    return link instanceof Failure ? null : link.slice('net:['.length, -1);
  }
}
