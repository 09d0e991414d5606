import { type BigIntStats, fstatSync, lstatSync, type Stats, statSync } from 'node:fs';
import { formatListStat, type ListStat } from './archive/list.ts';
import { attempt, Failure } from './attempt.ts';

/** stat(2) through whatever the path leads to, as the lists want it. Call it only where mounts.ts says that it cannot hang. */
export function takeStat(path: string | Buffer): ListStat | Failure {
  const st = attempt(() => statSync(path));
  if (st instanceof Failure) return st;
  return exact(st) ? listStat(st) : widened(attempt(() => statSync(path, { bigint: true })));
}

/** The same as the third field of a list, put together without the steps between: there is one for each descriptor. */
export function takeStatText(path: string): string | Failure {
  const st = attempt(() => statSync(path));
  if (st instanceof Failure) return st;
  if (exact(st)) return `${ownerText(st)}${st.ino},${devText(st.rdev)},${st.size}`;
  const wide = widened(attempt(() => statSync(path, { bigint: true })));
  return wide instanceof Failure ? wide : formatListStat(wide);
}

/** Modes and devices are few on a host, and dear to spell. */
const owners = new Map<number, { readonly st: Stats; readonly text: string }>();
const devices = new Map<number, string>();
const KNOWN = 1000;

/** The fields before the inode: of most descriptors they are those of the last one of its mode. */
function ownerText(st: Stats): string {
  const last = owners.get(st.mode);
  if (last && last.st.dev === st.dev && last.st.uid === st.uid && last.st.gid === st.gid && last.st.nlink === st.nlink) return last.text;
  const text = `${st.mode.toString(8)},${st.nlink},${st.uid},${st.gid},${devText(st.dev)},`;
  if (last || owners.size < KNOWN) owners.set(st.mode, { st, text });
  return text;
}

function devText(dev: number): string {
  const known = devices.get(dev);
  if (known !== undefined) return known;
  const text = splitDev(dev).join(':');
  if (devices.size < KNOWN) devices.set(dev, text);
  return text;
}

/** The same of the path itself, not following a link at its end. */
export function takeLstat(path: string | Buffer): ListStat | Failure {
  const st = attempt(() => lstatSync(path));
  if (st instanceof Failure) return st;
  return exact(st) ? listStat(st) : widened(attempt(() => lstatSync(path, { bigint: true })));
}

/** The same of an open descriptor. */
export function takeFdStat(fd: number): ListStat | Failure {
  const st = attempt(() => fstatSync(fd));
  if (st instanceof Failure) return st;
  return exact(st) ? listStat(st) : widened(attempt(() => fstatSync(fd, { bigint: true })));
}

// Asking for bigints costs a third more a call; numbers do except for inodes and sizes above 2^53.
function exact(st: Stats): boolean {
  return st.ino <= Number.MAX_SAFE_INTEGER && st.size <= Number.MAX_SAFE_INTEGER && st.dev <= Number.MAX_SAFE_INTEGER;
}

function widened(st: BigIntStats | Failure): ListStat | Failure {
  return st instanceof Failure ? st : listStat(st);
}

function listStat(st: Stats | BigIntStats): ListStat {
  return {
    mode: Number(st.mode),
    nlink: BigInt(st.nlink),
    uid: Number(st.uid),
    gid: Number(st.gid),
    dev: splitDev(st.dev),
    ino: BigInt(st.ino),
    rdev: splitDev(st.rdev),
    size: BigInt(st.size),
  };
}

/** Major and minor of a dev_t as glibc packs it (gnu_dev_major, gnu_dev_minor). */
export function splitDev(dev: number | bigint): readonly [number, number] {
  if (typeof dev === 'number' && dev < 0x1_0000_0000) return [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)];
  const d = BigInt(dev);
  return [Number(((d >> 8n) & 0xfffn) | ((d >> 32n) & 0xffff_f000n)), Number((d & 0xffn) | ((d >> 12n) & 0xffff_ff00n))];
}
