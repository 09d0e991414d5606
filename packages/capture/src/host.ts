import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { endianness, machine } from 'node:os';
import type { Clock, Header, TextOrHex } from './archive/header.ts';
import { attempt, Failure } from './attempt.ts';
import { takeFile, takeLink } from './take.ts';

const CAP = 1024 * 1024;
const MS = 2000;

/** Nanoseconds of CLOCK_MONOTONIC, which all processes of the host share. */
export function monotonic(): bigint {
  return process.hrtime.bigint();
}

/** The clocks of the host at this moment. */
export function readClock(proc: string): Clock {
  const ticking = monotonic();
  const now = BigInt(Date.now()) * 1_000_000n;
  const uptime = /^(\d+)\.(\d\d)/.exec(readText(`${proc}/uptime`) ?? '');
  return {
    realtime_ns: String(now),
    monotonic_ns: String(ticking),
    boottime_ns: uptime ? String(BigInt(`${uptime[1]}${uptime[2]}`) * 10_000_000n) : null,
    timezone: timezone(),
  };
}

/** TZ, else where /etc/localtime points below zoneinfo: the link's text, so that no file is opened. */
function timezone(): string | null {
  const tz = process.env['TZ'];
  if (tz !== undefined && tz !== '') return tz;
  const link = attempt(() => readlinkSync('/etc/localtime', 'latin1'));
  return link instanceof Failure ? null : (/zoneinfo\/(.+)$/.exec(link)?.[1] ?? null);
}

/** Processes that the proc mount shows now, ascending. */
export function listProcesses(proc: string): number[] | Failure {
  const names = attempt(() => readdirSync(proc));
  if (names instanceof Failure) return names;
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.sort((a, b) => a - b);
}

/** Text of a small file as latin1, null when it cannot be read. */
function readText(path: string): string | null {
  const taken = takeFile(path, CAP, MS);
  return taken instanceof Failure ? null : taken.body.toString('latin1');
}

/** Text where the bytes are UTF-8, else the bytes in hex. */
function textOrHex(latin1: string): TextOrHex {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : { hex: bytes.toString('hex') };
}

function sysctl(proc: string, name: string): TextOrHex | null {
  const text = readText(`${proc}/sys/kernel/${name}`);
  return text === null ? null : textOrHex(text.replace(/\n$/, ''));
}

export function readHost(proc: string): Header['host'] {
  const sysname = sysctl(proc, 'ostype');
  return {
    nodename: sysctl(proc, 'hostname'),
    sysname: typeof sysname === 'string' ? sysname : null,
    release: sysctl(proc, 'osrelease'),
    version: sysctl(proc, 'version'),
    machine: machine(),
    domainname: sysctl(proc, 'domainname'),
  };
}

export function readKernel(proc: string): Header['kernel'] {
  const elf = takeFile('/proc/self/exe', 64, MS);
  const ident = elf instanceof Failure ? Buffer.alloc(0) : elf.body;
  const bits = ident.length > 5 && ident.readUInt32BE(0) === 0x7f454c46 ? (ident[4] === 2 ? 64 : 32) : null;
  const aux = auxv(bits ?? 64);
  const btime = /^btime (\d+)$/m.exec(readText(`${proc}/stat`) ?? '')?.[1];
  return {
    boot_id: readText(`${proc}/sys/kernel/random/boot_id`)?.trim() ?? null,
    byte_order: endianness() === 'LE' ? 'little' : 'big',
    // A 32-bit program on a 64-bit kernel sees 64-bit pointers printed.
    word_bits: /64|s390x|alpha/.test(machine()) ? 64 : bits,
    page_size: aux.get(AT_PAGESZ) ?? null,
    ticks_per_second: aux.get(AT_CLKTCK) ?? null,
    btime: btime === undefined ? null : Number(btime),
  };
}

const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

/** The auxiliary vector: pairs of words in host order (fs/binfmt_elf.c create_elf_tables). */
function auxv(bits: 32 | 64): Map<number, number> {
  const out = new Map<number, number>();
  const taken = takeFile('/proc/self/auxv', 65536, MS);
  if (taken instanceof Failure) return out;
  const { body } = taken;
  const little = endianness() === 'LE';
  const word = (at: number): number => {
    if (bits === 32) return little ? body.readUInt32LE(at) : body.readUInt32BE(at);
    return Number(little ? body.readBigUInt64LE(at) : body.readBigUInt64BE(at));
  };
  for (let at = 0; at + bits / 4 <= body.length; at += bits / 4) out.set(word(at), word(at + bits / 8));
  return out;
}

/** Random, so that two captures, or two series, are never taken for one. */
export function newId(): string {
  return randomUUID();
}

/** Environment that can change what this program sees or does. */
const TELLING = /^(LD_|NODE_|OPENSSL_|SSL_CERT_|UV_|MALLOC_|GCONV_PATH|TZ$|LANG$|LC_ALL$)/;
const KINDS = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'];

/** The capture's own presence: who it is, and what could make it lie. */
export function readSelf(proc: string): Header['self'] {
  const status = readText(`${proc}/self/status`) ?? readText('/proc/self/status') ?? '';
  const field = (name: string): string | null => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? null;
  // The number by which this mount of proc knows us, which with --proc may be another one.
  const self = takeLink(`${proc}/self`);
  const namespaces: Record<string, string> = {};
  for (const kind of KINDS) {
    const link = takeLink(`/proc/self/ns/${kind}`);
    const inode = link instanceof Failure ? undefined : /\[(\d+)\]/.exec(link)?.[1];
    if (inode !== undefined) namespaces[kind] = inode;
  }
  const preload = readText('/etc/ld.so.preload');
  return {
    pid: numberOf(self instanceof Failure ? null : self) ?? process.pid,
    ppid: process.ppid,
    euid: process.geteuid?.() ?? null,
    egid: process.getegid?.() ?? null,
    cap_eff: field('CapEff'),
    namespaces,
    proc_root: proc,
    preload: process.env['LD_PRELOAD'] ?? null,
    preload_file: preload === null ? null : textOrHex(preload),
    environment: Object.entries(process.env)
      .filter(([name]) => TELLING.test(name))
      .map(([name, value]) => `${name}=${value}`),
    libraries: libraries(),
    tracer_pid: numberOf(field('TracerPid')),
    seccomp: numberOf(field('Seccomp')),
    hidepid: hidepid(proc),
    others_hidden: othersHidden(proc),
  };
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/** Files mapped into this program. */
function libraries(): TextOrHex[] {
  const paths = (readText('/proc/self/maps') ?? '').split('\n').map((line) => /^\S+ \S+ \S+ \S+ [1-9]\d* +(\/.*)$/.exec(line)?.[1]);
  return [...new Set(paths.filter((path) => path !== undefined))].map(textOrHex);
}

/**
 * Whether hidepid keeps processes of others from us: one of each pid namespace has the number 1, and is not there for us. Rights and the group of
 * the mount's gid option lift the veil (has_pid_permissions, fs/proc/base.c).
 */
function othersHidden(proc: string): boolean {
  return hidepid(proc) !== null && !existsSync(`${proc}/1`);
}

/** The hidepid option of the proc mount, as the kernel prints it; null when there is none. Of several mounts at the place the last covers the others. */
function hidepid(proc: string): string | null {
  const point = proc === '' ? '/' : proc;
  let found: string | null = null;
  for (const line of (readText('/proc/self/mountinfo') ?? '').split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    if (left.split(' ')[4] === point) found = right.startsWith('proc ') ? (/hidepid=([a-z0-9]+)/.exec(right)?.[1] ?? null) : null;
  }
  return found;
}
