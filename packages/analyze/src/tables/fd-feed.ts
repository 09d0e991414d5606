import { isUtf8 } from 'node:buffer';
import { escapeBytes } from '@coldstat/capture/archive';
import { type Fdinfo, type FdinfoLine, parseFdinfo, readFdinfo, usualFdinfo } from '../procfs/fdinfo.ts';
import { exactOf } from '../procfs/number.ts';
import type { Value } from '../render/value.ts';
import { u64Value } from './bytes.ts';
import { type DescriptorLink, descriptorLink, usualLink } from './descriptor-link.ts';
import type { Feed, FeedEntry, Load } from './feed.ts';
import { DELETED } from './link-feeds.ts';
import { namespaceLink } from './namespace-feed.ts';
import { readList, readPack, runFrame } from './pack-feed.ts';
import { processState } from './process-state.ts';

/** O_CLOEXEC and O_PATH in the words of fdinfo (include/uapi/asm-generic/fcntl.h). */
const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
const SLASH = 0x2f;

interface Kind {
  readonly kind: string | null;
  readonly inode: number | bigint | null;
}

const UNKNOWN: Kind = { kind: null, inode: null };
const FILE: Kind = { kind: 'file', inode: null };
const MEMFD: Kind = { kind: 'memfd', inode: null };
const ANON: Kind = { kind: 'anon_inode', inode: null };
const OTHER: Kind = { kind: 'other', inode: null };

/** What the text of a link says; a name beginning with `/` is a file whatever follows. */
function kindOf(target: string): Kind {
  if (target.charCodeAt(0) === SLASH) return target.startsWith('/memfd:') && target.endsWith(DELETED) ? MEMFD : FILE;
  if (target.startsWith('anon_inode:')) return ANON;
  const kind = target.startsWith('socket:[') ? 'socket' : target.startsWith('pipe:[') ? 'pipe' : null;
  const digits = kind === null || !target.endsWith(']') ? '' : target.slice(kind.length + 2, -1);
  if (/^\d{1,20}$/.test(digits)) return { kind, inode: exactOf(digits) };
  const namespace = namespaceLink(target);
  return namespace === undefined ? OTHER : { kind: 'namespace', inode: namespace.inode };
}

const OF_MODE: readonly (string | null)[] = [null, 'w', 'r', 'u'];
const OF_FLAGS: readonly (string | null)[] = ['r', 'w', 'u', null];

/** r, w, u; null for neither (O_PATH) or unknown. The link's mode says it, else the flags. */
function access(mode: number | null, flags: number | null): string | null {
  if (mode !== null) return OF_MODE[(mode >> 7) & 3] ?? null;
  if (flags === null || flags & O_PATH) return null;
  return OF_FLAGS[flags & 3] ?? null;
}

interface Info {
  readonly info: Fdinfo | null;
  readonly errno: string | null;
  readonly sourceId: number;
  readonly line: number;
}

/** The row of fds from what the link and fdinfo told; either may be missing. */
function fdRow({ pid, tid }: Table, fd: number, link: DescriptorLink | null, linkSource: number | null, info: Info | null): Value[] {
  const target = link?.target ?? null;
  const { kind, inode } = target === null ? UNKNOWN : kindOf(target);
  const mode = link?.mode ?? null;
  const stat = link?.stat ?? null;
  const f = info?.info ?? null;
  const flags = f?.flags ?? null;
  const known = f?.ino ?? inode;
  return [
    pid,
    tid,
    fd,
    kind,
    link?.text ?? null,
    link?.targetErrno ?? null,
    target === null ? null : target.endsWith(DELETED) ? 1 : 0,
    kind === 'socket' && inode !== null ? u64Value(inode) : null,
    stat?.ino ?? (known === null ? null : u64Value(known)),
    mode,
    access(mode, flags),
    flags,
    flags === null ? null : (flags & O_CLOEXEC) !== 0 ? 1 : 0,
    f === null || f.pos === null ? null : u64Value(f.pos),
    f?.mntId ?? null,
    f === null || f.ino === null ? null : u64Value(f.ino),
    info?.errno ?? null,
    stat?.mode ?? null,
    stat?.nlink ?? null,
    stat?.uid ?? null,
    stat?.gid ?? null,
    stat?.dev ?? null,
    stat?.ino ?? null,
    stat?.rdev ?? null,
    stat?.size ?? null,
    stat?.errno ?? null,
    link === null || stat === null ? null : link.statByName ? 1 : 0,
    f?.scmFds ?? null,
    f === null || f.detail.length === 0 ? null : JSON.stringify(f.detail.map(([k, v]) => [readable(k), readable(v)])),
    info?.sourceId ?? null,
    info?.line ?? null,
    linkSource ?? info?.sourceId ?? null,
    link?.line ?? info?.line ?? null,
  ];
}

/** JSON holds text only: bytes that are not UTF-8 are spelled as in the archive format. */
function readable(latin1: string): string {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : escapeBytes(latin1, true);
}

/** One descriptor table. */
interface Table {
  readonly pid: number;
  /** 0 for that of the process. */
  readonly tid: number;
}

/** Links and fdinfo of one descriptor table, of which only one came so far. */
interface Half extends Table {
  readonly links: Map<number, DescriptorLink> | null;
  readonly infos: Map<number, Info> | null;
  readonly sourceId: number;
}

/** fd.list and fdinfo.pack of one table come one after the other, in either order; the first waits for the second. */
class Descriptors {
  readonly #halves = new Map<string, Half>();

  add(load: Load, half: Half): void {
    const key = `${half.pid} ${half.tid}`;
    const other = this.#halves.get(key);
    if (other === undefined) {
      this.#halves.set(key, half);
      return;
    }
    this.#halves.delete(key);
    if (half.links !== null) write(load, half, half, other);
    else write(load, half, other, half);
  }

  finish(load: Load): void {
    for (const half of this.#halves.values()) write(load, half, half.links === null ? null : half, half.infos === null ? null : half);
  }
}

function write(load: Load, table: Table, links: Half | null, infos: Half | null): void {
  const add = load.into('fds');
  for (const [fd, link] of links?.links ?? []) add(fdRow(table, fd, link, links?.sourceId ?? null, infos?.infos?.get(fd) ?? null));
  // Opened between the two readings: fdinfo alone tells of it.
  for (const [fd, info] of infos?.infos ?? []) if (!links?.links?.has(fd)) add(fdRow(table, fd, null, null, info));
}

function descriptors(load: Load): Descriptors {
  return load.shared(
    'descriptors',
    () => new Descriptors(),
    (state) => state.finish(load),
  );
}

function number(name: string): number | null {
  return /^\d{1,10}$/.test(name) ? Number(name) : null;
}

const list: Feed = {
  parser: 'fd-list',
  match: /^proc\/\d{1,10}\/(?:task\/\d{1,10}\/)?fd\.list$/,
  read(entry, load) {
    const links = new Map<number, DescriptorLink>();
    const state = processState(load);
    const pid = entry.pid ?? 0;
    if (entry.tid === null) state.process(pid);
    else state.thread(pid, entry.tid)['own_files'] = 1;
    const keep = (fd: number, link: DescriptorLink): boolean => {
      if (links.has(fd)) return false;
      links.set(fd, link);
      return true;
    };
    const counts = readList(
      entry,
      load,
      (link) => {
        const fd = number(link.name);
        return fd !== null && keep(fd, descriptorLink(link, link.line));
      },
      (start, end, line) => {
        const found = usualLink(entry.body, start, end, line);
        return found === null ? null : keep(found.fd, found.link);
      },
    );
    descriptors(load).add(load, { pid, tid: entry.tid ?? 0, links, infos: null, sourceId: entry.sourceId });
    return counts;
  },
  absent(source, load) {
    if (source.tid === null) processState(load).absent(source.pid ?? 0, { fd_errno: source.reason });
  },
};

function anyFdinfo(body: Buffer, head: number, entry: FeedEntry, load: Load): Fdinfo {
  const lines: FdinfoLine[] = [];
  runFrame(parseFdinfo, body, head, entry, load, (l) => lines.push(l));
  return readFdinfo(lines);
}

const pack: Feed = {
  parser: 'fdinfo-pack',
  match: /^proc\/\d{1,10}\/(?:task\/\d{1,10}\/)?fdinfo\.pack$/,
  read(entry, load) {
    const infos = new Map<number, Info>();
    const counts = readPack(entry, load, (frame, line) => {
      const fd = number(frame.name);
      if (fd === null || infos.has(fd)) return false;
      const place = { sourceId: entry.sourceId, line };
      if ('errno' in frame) infos.set(fd, { info: null, errno: frame.errno, ...place });
      else infos.set(fd, { info: usualFdinfo(frame.body) ?? anyFdinfo(frame.body, line, entry, load), errno: null, ...place });
      return true;
    });
    descriptors(load).add(load, { pid: entry.pid ?? 0, tid: entry.tid ?? 0, links: null, infos, sourceId: entry.sourceId });
    return counts;
  },
};

export const fdFeeds: readonly Feed[] = [list, pack];
