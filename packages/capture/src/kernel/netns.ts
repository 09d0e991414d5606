import { closeSync, constants, openSync, readlinkSync, statSync } from 'node:fs';
import { attempt, Failure } from '../attempt.ts';
import type { Libc } from './libc.ts';

const CLONE_NEWNET = 0x40000000;
/** A descriptor that only names the file: opening it acts on nothing (Node has no name for the flag). */
const O_PATH = 0o10000000;

/**
 * Opens the network namespace with this inode by a path that led to it. What the path means by now is looked at before anything is opened for reading: a
 * descriptor may have become a device, a mount may be gone.
 */
function openNetns(path: string, netns: string): number | Failure {
  const named = attempt(() => openSync(Buffer.from(path, 'latin1'), O_PATH));
  if (named instanceof Failure) return named;
  const own = `/proc/self/fd/${named}`;
  const opened = attempt(() => (isNetns(own, path, netns) ? openSync(own, constants.O_RDONLY) : new Failure('ENOENT')));
  attempt(() => closeSync(named));
  return opened;
}

/** By its name where the kernel made it up; a mounted one bears the path of the mount, and is known by device and inode (fs/nsfs.c). Throws errnos. */
function isNetns(own: string, path: string, netns: string): boolean {
  const text = readlinkSync(own, 'latin1');
  if (text !== path) return text === `net:[${netns}]`;
  const [there, here] = [statSync(own), statSync('/proc/self/ns/net')];
  return there.dev === here.dev && String(there.ino) === netns;
}

/** Runs `work` with this thread in the namespace, through the first of the paths that still leads there. Throws when there is no way back. */
export function withinNetns(libc: Libc, netns: string, paths: readonly string[], work: () => void): Failure | null {
  let last = new Failure('ENOENT');
  for (const path of paths) {
    const fd = openNetns(path, netns);
    const failed = fd instanceof Failure ? fd : enterNetns(libc, fd, work);
    if (failed === null) return null;
    last = failed;
  }
  return last;
}

/** The same through an open descriptor of the namespace, which is closed. */
export function enterNetns(libc: Libc, fd: number, work: () => void): Failure | null {
  const home = attempt(() => openSync('/proc/self/ns/net', constants.O_RDONLY));
  const failed = home instanceof Failure ? home : libc.setns(fd, CLONE_NEWNET);
  attempt(() => closeSync(fd));
  if (home instanceof Failure) return home;
  if (failed === null) {
    work();
    const lost = libc.setns(home, CLONE_NEWNET);
    // In a namespace that is not ours nothing more may be read: this child ends here, and the watchdog starts another.
    if (lost !== null) throw new Error(`no way back to the own network namespace: ${lost.errno}`);
  }
  attempt(() => closeSync(home));
  return failed;
}
