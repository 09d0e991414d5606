import { isUtf8 } from 'node:buffer';
import { escapeBytes, type ListLine } from '@coldstat/capture/archive';
import { type Fdinfo, type FdinfoLine, parseFdinfo, readFdinfo, usualFdinfo } from '../procfs/fdinfo.ts';
import type { Value } from '../render/value.ts';
import { u64Value } from './bytes.ts';
import type { Feed, FeedEntry, Load } from './feed.ts';
import { DELETED, statValues, targetValues } from './link-feeds.ts';
import { namespaceLink } from './namespace-feed.ts';
import { readList, readPack, runFrame } from './pack-feed.ts';
import { processState } from './process-state.ts';

/** O_CLOEXEC and O_PATH in the words of fdinfo (include/uapi/asm-generic/fcntl.h). */
const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;

/** What the text of a link says; a name beginning with `/` is a file whatever follows. */
function kindOf(target: string): { readonly kind: string; readonly inode: bigint | null } {
  if (target.startsWith('/')) return { kind: target.startsWith('/memfd:') && target.endsWith(DELETED) ? 'memfd' : 'file', inode: null };
  const m = /^(socket|pipe):\[(\d{1,20})\]$/.exec(target);
  if (m !== null) return { kind: m[1] ?? '', inode: BigInt(m[2] ?? '0') };
  if (target.startsWith('anon_inode:')) return { kind: 'anon_inode', inode: null };
  const namespace = namespaceLink(target);
  return namespace === undefined ? { kind: 'other', inode: null } : { kind: 'namespace', inode: BigInt(namespace.inode) };
}

/** r, w, u; null for neither (O_PATH) or unknown. The link's mode says it, else the flags. */
function access(mode: number | null, flags: number | null): string | null {
  if (mode !== null) return [null, 'w', 'r', 'u'][(mode >> 7) & 3] ?? null;
  if (flags === null || flags & O_PATH) return null;
  return ['r', 'w', 'u', null][flags & 3] ?? null;
}

interface Info {
  readonly info: Fdinfo | null;
  readonly errno: string | null;
  readonly sourceId: number;
  readonly line: number;
}

type Link = ListLine & { readonly line: number };

/** The row of fds from what the link and fdinfo told; either may be missing. */
function fdRow(owner: readonly Value[], fd: number, link: Link | null, linkSource: number | null, info: Info | null): Value[] {
  const [text, targetErrno] = targetValues(link?.target ?? null);
  const target = typeof link?.target === 'string' ? link.target : null;
  const { kind, inode } = target === null ? { kind: null, inode: null } : kindOf(target);
  const mode = typeof link?.lmode === 'number' ? link.lmode : null;
  const stat = link?.stat ?? null;
  const told = stat !== null && !('errno' in stat) ? stat.ino : null;
  const f = info?.info ?? null;
  const ino = told ?? f?.ino ?? inode;
  return [
    ...owner,
    fd,
    kind,
    text,
    targetErrno,
    target === null ? null : Number(target.endsWith(DELETED)),
    kind === 'socket' && inode !== null ? u64Value(inode) : null,
    ino === null ? null : u64Value(ino),
    mode,
    access(mode, f?.flags ?? null),
    f?.flags ?? null,
    f?.flags == null ? null : Number((f.flags & O_CLOEXEC) !== 0),
    f?.pos == null ? null : u64Value(f.pos),
    f?.mntId ?? null,
    f?.ino == null ? null : u64Value(f.ino),
    info?.errno ?? null,
    ...statValues(stat),
    link === null || stat === null ? null : Number(link.statByName),
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
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : escapeBytes(latin1, true);
}

/** Links and fdinfo of one descriptor table, of which only one came so far. */
interface Half {
  readonly links: Map<number, Link> | null;
  readonly infos: Map<number, Info> | null;
  readonly sourceId: number;
}

/** fd.list and fdinfo.pack of one table come one after the other, in either order; the first waits for the second. */
class Descriptors {
  readonly #halves = new Map<string, Half>();

  add(entry: FeedEntry, load: Load, half: Half): void {
    const key = `${entry.pid} ${entry.tid ?? 0}`;
    const other = this.#halves.get(key);
    if (other === undefined) {
      this.#halves.set(key, half);
      return;
    }
    this.#halves.delete(key);
    if (half.links !== null) write(load, key, half, other);
    else write(load, key, other, half);
  }

  finish(load: Load): void {
    for (const [key, half] of this.#halves) write(load, key, half.links === null ? null : half, half.infos === null ? null : half);
  }
}

function write(load: Load, key: string, links: Half | null, infos: Half | null): void {
  const add = load.into('fds');
  const owner = key.split(' ').map(Number);
  for (const [fd, link] of links?.links ?? []) add(fdRow(owner, fd, link, links?.sourceId ?? null, infos?.infos?.get(fd) ?? null));
  // Opened between the two readings: fdinfo alone tells of it.
  for (const [fd, info] of infos?.infos ?? []) if (!links?.links?.has(fd)) add(fdRow(owner, fd, null, null, info));
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
    const links = new Map<number, Link>();
    const state = processState(load);
    const pid = entry.pid ?? 0;
    if (entry.tid === null) state.process(pid);
    else state.thread(pid, entry.tid)['own_files'] = 1;
    const counts = readList(entry, load, (link) => {
      const fd = number(link.name);
      if (fd === null || links.has(fd)) return false;
      links.set(fd, link);
      return true;
    });
    descriptors(load).add(entry, load, { links, infos: null, sourceId: entry.sourceId });
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
    descriptors(load).add(entry, load, { links: null, infos, sourceId: entry.sourceId });
    return counts;
  },
};

export const fdFeeds: readonly Feed[] = [list, pack];
