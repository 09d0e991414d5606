import { createHash, hash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { EXE_CAP, HASH_CAP, type OptIn } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { takeQuietly } from './host-files.ts';
import type { MappedFile } from './maps.ts';
import type { Outlet } from './outlet.ts';
import { takeStat } from './stat.ts';
import { O_NOATIME, takeLink } from './take.ts';

/** What became of executables: content of frames by name, for `proc/exe-hash.pack` and `proc/deleted-exe.pack`. */
export interface Executables {
  readonly hashed: [name: string, content: string | { errno: string }][];
  readonly copied: [name: string, content: string | { errno: string }][];
}

/** Memory files lie on no mount; a file of a lazily unmounted directory can bear such a name, which is why this is asked for and watched. */
const MEMFD = /^\/memfd:.* \(deleted\)$/s;
const DELETED = / \(deleted\)$/;

/**
 * `--with exe-hash,deleted-exe` for one process, through its exe link: only where the maps line of the same path gives the device of a local mount
 * (`files` holds what is mapped), or for memory files.
 */
export function takeExecutable(
  outlet: Outlet,
  asked: readonly OptIn[],
  pid: number,
  link: string,
  files: Iterable<MappedFile>,
  local: (dev: string) => boolean,
  seen: Set<string>,
): Executables {
  const out: Executables = { hashed: [], copied: [] };
  const target = takeLink(link);
  if (target instanceof Failure) return out;
  const printed = target.replaceAll('\n', '\\012');
  const safe = MEMFD.test(target) || [...files].some((file) => file.path === printed && local(file.dev));
  const path = `proc/${pid}/exe`;
  if (outlet.skips(path)) return out;
  if (!safe) {
    outlet.miss(path, {}, { note: 'not-local' });
    return out;
  }
  outlet.announce(path);
  if (asked.includes('exe-hash')) hashOnce(outlet, link, seen, out);
  if (asked.includes('deleted-exe') && DELETED.test(target)) copy(outlet, link, pid, out);
  outlet.settled();
  return out;
}

function hashOnce(outlet: Outlet, link: string, seen: Set<string>, out: Executables): void {
  const st = takeStat(link);
  if (st instanceof Failure) return;
  const name = `${st.dev.join(':')}:${st.ino}`;
  if (seen.has(name)) return;
  seen.add(name);
  const content = sha256Of(link, () => outlet.tick());
  out.hashed.push([name, content]);
}

/** `SHA256 BYTES`, of at most HASH_CAP bytes. */
function sha256Of(path: string, tick: () => void): string | Failure {
  let fd = attempt(() => openSync(path, constants.O_RDONLY | O_NOATIME));
  if (fd instanceof Failure && fd.errno === 'EPERM') fd = attempt(() => openSync(path, constants.O_RDONLY));
  if (fd instanceof Failure) return fd;
  const open = fd;
  const sum = createHash('sha256');
  const block = Buffer.allocUnsafe(1 << 20);
  let total = 0;
  let failed: Failure | null = null;
  while (total < HASH_CAP) {
    const n = attempt(() => readSync(open, block, 0, block.length, null));
    if (n instanceof Failure) failed = n;
    if (n instanceof Failure || n === 0) break;
    sum.update(block.subarray(0, n));
    total += n;
    tick();
  }
  attempt(() => closeSync(open));
  return failed ?? `${sum.digest('hex')} ${total}${total >= HASH_CAP ? ' truncated' : ''}\n`;
}

/** The body goes to `blob/` under its own hash; which process it was of stands in the pack. */
function copy(outlet: Outlet, link: string, pid: number, out: Executables): void {
  const start = outlet.now();
  const taken = takeQuietly(link, EXE_CAP);
  if (taken instanceof Failure) {
    out.copied.push([String(pid), taken]);
    return;
  }
  const sha256 = hash('sha256', taken.body, 'hex');
  outlet.deliver(`blob/${sha256}`, { pid }, start, taken, sha256, { once: `blob ${sha256}` });
  out.copied.push([String(pid), `${sha256} ${taken.body.length}${taken.limit ? ' truncated' : ''}\n`]);
}
