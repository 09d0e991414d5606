import type { Failure } from '../attempt.ts';

/**
 * The calls of the C library that no function of Node makes. A failed call is its errno as data. Buffers given for an answer are filled in place;
 * names of files are latin1.
 */
export interface Libc {
  /** What makes the calls: `node:ffi` or `koffi`. */
  readonly name: string;
  /** Files outside /proc that were opened to have it. */
  readonly files: readonly string[];
  socket(domain: number, type: number, protocol: number): number | Failure;
  close(fd: number): void;
  /** Bytes sent. */
  send(fd: number, message: Buffer): number | Failure;
  /** Bytes of the datagram, even when more than fit (MSG_TRUNC), and the port id of a netlink sender. */
  receive(fd: number, into: Buffer): { readonly bytes: number; readonly port: number } | Failure;
  setsockopt(fd: number, level: number, name: number, value: Buffer): Failure | null;
  /** The value, a copy. */
  getsockopt(fd: number, level: number, name: number, room: Buffer): Buffer | Failure;
  /** The address, a copy: of this end, or of the other. */
  getname(fd: number, end: 'local' | 'peer', room: Buffer): Buffer | Failure;
  /** A request that takes no argument; gives its result. */
  ioctl(fd: number, request: number): number | Failure;
  setns(fd: number, kind: number): Failure | null;
  /** The value, a copy. */
  getxattr(path: string, name: string, room: Buffer): Buffer | Failure;
  pidfdOpen(pid: number, flags: number): number | Failure;
  /** A duplicate of descriptor `fd` of the process behind `pidfd`. */
  pidfdGetfd(pidfd: number, fd: number): number | Failure;
  /** kcmp(2) with KCMP_FILES on two processes or threads: 0 for one descriptor table, 1 or 2 by an order of the kernel's. */
  compareFiles(pid: number, other: number): number | Failure;
  /** Bytes of whole `struct linux_dirent64`; 0 at the end. */
  getdents(fd: number, into: Buffer): number | Failure;
}
