/** A call that failed, as data. `errno` is symbolic (`EACCES`), or the decimal number where Node knows no name. */
export class Failure {
  readonly errno: string;
  constructor(errno: string) {
    this.errno = errno;
  }
}

/** The one door where an errno becomes data: runs a system call and gives its value or its Failure. What is not an errno is a bug and flies on. */
export function attempt<T>(call: () => T): T | Failure {
  try {
    return call();
  } catch (error) {
    return failureOf(error);
  }
}

/** The errno an error object of Node carries; rethrows what carries none. */
function failureOf(error: unknown): Failure {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'errno' in error) return new Failure(error.code);
  throw error;
}
