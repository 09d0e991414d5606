import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { isOfTheSystem, sentence } from './errno.ts';
import { UserError } from './user-error.ts';

/**
 * Files that the operator named: what the system says against one is the operator's business and becomes a sentence with the name as it was
 * typed (`shown`). What is made here is whole, or not there.
 */

/** A file of the operator, whole. Throws UserError. */
export function readNamed(path: string, shown: string): Buffer {
  return naming('read', shown, () => readFileSync(path));
}

/** For what is read elsewhere: there is a file, and it can be read. Throws UserError. */
export function fileNamed(path: string, shown: string): void {
  naming('read', shown, () => {
    if (statSync(path).isDirectory()) throw new UserError(`cannot read ${shown}: it is a directory`);
    accessSync(path, constants.R_OK);
  });
}

/** A new file. It is gone again when it cannot be written whole. Throws UserError, also where something is there already. */
export function createNamed(path: string, shown: string, body: string | Uint8Array): void {
  naming('write', shown, () => {
    const fd = openSync(path, 'wx');
    let whole = false;
    try {
      writeAll(fd, body);
      whole = true;
    } finally {
      closeSync(fd);
      if (!whole) rmSync(path, { force: true });
    }
  });
}

/** Opens a new file for its owner alone and closes it when `write` has filled it; when that fails it is gone again. Throws UserError. */
export async function createdBy<T>(path: string, shown: string, write: (fd: number) => Promise<T>): Promise<T> {
  const fd = naming('write', shown, () => openSync(path, 'wx', 0o600));
  let whole = false;
  try {
    const result = await write(fd).then((value) => value, explained('write', shown));
    whole = true;
    return result;
  } finally {
    closeSync(fd);
    if (!whole) rmSync(path, { force: true });
  }
}

/**
 * Writes a file beside its place and moves it there when it is whole: what stood there stays until then. A device or a pipe is written to as it
 * is. `mode` is for a file that was not there. Throws UserError.
 */
export function replaceNamed(path: string, shown: string, lines: Iterable<string>, mode: number = 0o600): void {
  replacedBy(path, shown, (file) => {
    const fd = openSync(file, 'w', statSync(path, { throwIfNoEntry: false })?.mode ?? mode);
    writeLines(fd, lines);
    return true;
  });
}

/** The same for what writes by itself: `write` gets the name beside it and says whether there is a file now; without one the old goes. */
export function replacedBy(path: string, shown: string, write: (file: string) => boolean): void {
  naming('write', shown, () => {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw new UserError(`cannot write ${shown}: it is a directory`);
    if (there !== undefined && !there.isFile()) return void write(path);
    // Not the link, but what it leads to.
    const place = there === undefined ? path : realpathSync(path);
    const part = `${place}.part`;
    let moved = false;
    try {
      if (write(part)) renameSync(part, place);
      else rmSync(place, { force: true });
      moved = true;
    } finally {
      if (!moved) rmSync(part, { force: true });
    }
  });
}

/** A directory with those above it, if need be. Throws UserError. */
export function directoryNamed(path: string, shown: string): void {
  naming('write', shown, () => {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false)
      throw new UserError(`cannot write ${shown}: it is no directory`);
    mkdirSync(path, { recursive: true });
  });
}

function writeLines(fd: number, lines: Iterable<string>): void {
  try {
    let chunk = '';
    for (const line of lines) {
      chunk += line;
      if (chunk.length < 1 << 16) continue;
      writeAll(fd, chunk);
      chunk = '';
    }
    writeAll(fd, chunk);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, body: string | Uint8Array): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** Does something at once to a file of the operator. Throws UserError. */
export function naming<T>(doing: 'read' | 'write', shown: string, act: () => T): T {
  try {
    return act();
  } catch (e) {
    return explained(doing, shown)(e);
  }
}

/** For what is read or written in pieces: hands on what is wrong with the file as a sentence that names it, and all else as it is. */
export function explained(doing: 'read' | 'write', shown: string): (e: unknown) => never {
  return (e) => {
    if (!isOfTheSystem(e)) throw e;
    throw new UserError(
      `cannot ${doing} ${shown}: ${sentence(e.code, doing)}`,
      e.code === 'EEXIST' ? 'it is never written over: name another file' : undefined,
    );
  };
}
