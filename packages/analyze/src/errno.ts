/** What the system says of a file, in words. `doing` tells which side of it was asked. */

export interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  /** The file, where the call named one. */
  readonly path?: string;
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'somebody else uses it already',
  EDQUOT: 'the quota on the disk is used up',
  EEXIST: 'it exists already',
  EFBIG: 'the file would be larger than is allowed',
  EIO: 'the disk gave an error',
  EISDIR: 'it is a directory',
  ELOOP: 'too many links',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENODEV: 'there is no such device',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'part of the path is not a directory',
  ENXIO: 'there is nothing at the other end',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ETXTBSY: 'it is a program that runs',
};

/** An error of a system call, as node throws it. */
export function isOfTheSystem(e: unknown): e is SystemError {
  return e instanceof Error && 'syscall' in e && 'code' in e && typeof e.code === 'string' && /^E[A-Z0-9]+$/.test(e.code);
}

/** The reason in words; the bare code where it has none. */
export function sentence(code: string, doing: 'read' | 'write'): string {
  if (code === 'ENOENT') return doing === 'read' ? 'there is no such file' : 'there is no such directory';
  return WORDS[code] ?? code;
}

/** One line for an error that nobody gave a name to. */
export function told({ code, syscall, path }: SystemError): string {
  const writing = ['write', 'mkdir', 'rename', 'unlink', 'fsync', 'ftruncate', 'symlink', 'link'].includes(syscall);
  if (syscall === 'listen') return `cannot listen: ${sentence(code, 'write')}`;
  return `cannot ${writing ? 'write' : 'read'}${path === undefined ? '' : ` ${path}`}: ${sentence(code, writing ? 'write' : 'read')}`;
}
