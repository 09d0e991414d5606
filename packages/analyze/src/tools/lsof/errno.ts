/** strerror(3) of glibc for the errors that reading /proc gives. */
const TEXT: ReadonlyMap<string, string> = new Map([
  ['EPERM', 'Operation not permitted'],
  ['ENOENT', 'No such file or directory'],
  ['ESRCH', 'No such process'],
  ['EINTR', 'Interrupted system call'],
  ['EIO', 'Input/output error'],
  ['ENXIO', 'No such device or address'],
  ['EBADF', 'Bad file descriptor'],
  ['ENOMEM', 'Cannot allocate memory'],
  ['EACCES', 'Permission denied'],
  ['EBUSY', 'Device or resource busy'],
  ['ENODEV', 'No such device'],
  ['ENOTDIR', 'Not a directory'],
  ['EINVAL', 'Invalid argument'],
  ['EMFILE', 'Too many open files'],
  ['ENAMETOOLONG', 'File name too long'],
  ['ELOOP', 'Too many levels of symbolic links'],
  ['EOVERFLOW', 'Value too large for defined data type'],
  ['ETIMEDOUT', 'Connection timed out'],
  ['ESTALE', 'Stale file handle'],
  ['ENOTCONN', 'Transport endpoint is not connected'],
]);

/** The sentence for a symbolic errno of the capture; the symbol itself where there is none. */
export function errnoText(errno: string): string {
  return TEXT.get(errno) ?? errno;
}
