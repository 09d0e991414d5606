import type { ArchiveProblemCode, Limits, Snapshot, SnapshotItem, SnapshotSummary } from '@coldstat/capture/archive';
import { isProcfs, linkText, look, namesIn, readRegular } from './attempt.ts';
import { isDirectory, PID, type Tree } from './find-trees.ts';
import { Mirror } from './mirror.ts';
import { HOST_FILES, INTERFACE_FILES, LINKS, NET_TABLES, PROCESS_FILES, SYSCTLS, THREAD_FILES } from './place.ts';

type Items = Generator<SnapshotItem>;

export function readTree(tree: Tree, limits: Limits): Snapshot {
  const walker = new Walker(tree, limits);
  return { kind: 'directory', items: () => walker.items(), digest: () => null, summary: () => walker.summary() };
}

/** Reads the names it knows and no others: trees are hostile, and a mounted /proc holds files that must not be read. */
class Walker {
  private readonly tree: Tree;
  private readonly limits: Limits;
  private readonly mirror: Mirror;
  private readonly live: boolean;
  private readonly problems = new Map<ArchiveProblemCode, number>();
  private steps = 0;
  /** The directory looked at last, and whether it and all above it, below the tree's own, are directories and no links. */
  private parent: { readonly path: string; readonly plain: boolean } = { path: '', plain: true };

  constructor(tree: Tree, limits: Limits) {
    this.tree = tree;
    this.limits = limits;
    this.mirror = new Mirror(limits.entryBytes);
    this.live = isProcfs(tree.proc);
  }

  async *items(): AsyncGenerator<SnapshotItem> {
    for (const item of this.walk()) {
      if (item.type === 'problem') this.problems.set(item.problem.code, (this.problems.get(item.problem.code) ?? 0) + 1);
      yield item;
    }
  }

  summary(): SnapshotSummary {
    return { state: 'foreign', altered: false, entries: this.mirror.entries, bytes: this.mirror.bytes, problems: this.problems };
  }

  private *walk(): Items {
    const { proc, root } = this.tree;
    const self = linkText(`${proc}/self`);
    const pid = 'value' in self && PID.test(self.value) ? self.value : null;
    if (pid !== null) this.mirror.setSelf(pid);
    yield* this.ownNet(pid);
    for (const path of HOST_FILES) {
      if (path.startsWith('proc/')) yield* this.file(path, this.resolveMounts(path, pid));
      else if (root !== null) yield* this.file(path, `${root}/${path}`);
    }
    for (const name of SYSCTLS) yield* this.file(`proc/sys/${name}`, `${proc}/sys/${name}`);
    if (root !== null) yield* this.interfaces(`${root}/sys/class/net`);
    const names = namesIn(proc, this.limits.entries);
    if ('errno' in names) yield* this.mirror.refusedDirectory('proc', names.errno);
    else {
      for (const name of names.value) {
        if (!PID.test(name) || !isDirectory(`${proc}/${name}`)) continue;
        if (this.steps > this.limits.entries) {
          const message = `more than ${this.limits.entries} files; processes from ${name} on were not read`;
          yield this.mirror.problem({ code: 'archive-limit', message });
          break;
        }
        yield* this.process(name);
      }
    }
    yield* this.mirror.end();
  }

  /** proc/net is a link to self/net in a real /proc, and proc/self one to a number; any other link there is not followed. */
  private *ownNet(self: string | null): Items {
    const { proc } = this.tree;
    const link = linkText(`${proc}/net`);
    const target = self === null ? 'self' : self;
    let dir = `${proc}/net`;
    if ('value' in link) {
      if (link.value !== 'self/net') {
        yield* this.mirror.odd('proc/net/tcp');
        return;
      }
      dir = `${proc}/${target}/net`;
    } else if (!isDirectory(dir)) dir = `${proc}/${target}/net`;
    if (!isDirectory(dir.slice(0, -4)) || !isDirectory(dir)) return;
    for (const table of NET_TABLES) {
      // Reading this one makes a living kernel drop entries (nf_conntrack_standalone.c).
      if (this.live && table.endsWith('conntrack')) continue;
      yield* this.file(`proc/net/${table}`, `${dir}/${table}`);
    }
  }

  private resolveMounts(path: string, self: string | null): string {
    const { proc } = this.tree;
    const link = path === 'proc/mounts' && self !== null ? linkText(`${proc}/mounts`) : null;
    const real = link !== null && 'value' in link && link.value === 'self/mounts' && isDirectory(`${proc}/${self}`);
    return real ? `${proc}/${self}/mounts` : `${proc}/${path.slice(5)}`;
  }

  private *interfaces(dir: string): Items {
    if (!this.isWithin(`${dir}/.`)) return;
    const names = namesIn(dir, this.limits.entries);
    if ('errno' in names) return;
    for (const name of names.value) {
      const link = linkText(`${dir}/${name}`);
      if ('value' in link) yield* this.mirror.link(`sys/class/net/${name}`, { target: link.value, mode: null });
      else if (isDirectory(`${dir}/${name}`)) {
        for (const f of INTERFACE_FILES) yield* this.file(`sys/class/net/${name}/${f}`, `${dir}/${name}/${f}`);
      }
    }
  }

  private *process(pid: string): Items {
    const owner = `proc/${pid}`;
    const dir = `${this.tree.proc}/${pid}`;
    yield* this.links(owner, dir);
    for (const f of PROCESS_FILES) if (f !== 'mountinfo' || !this.repeats('mnt', dir)) yield* this.file(`${owner}/${f}`, `${dir}/${f}`);
    yield* this.tables(owner, dir);
    yield* this.descriptors(owner, dir);
    const tids = this.names(`${dir}/task`);
    if ('errno' in tids) {
      if (tids.errno !== 'ENOENT') yield* this.mirror.refusedDirectory(`${owner}/task`, tids.errno);
      return;
    }
    for (const tid of tids.value) {
      if (!PID.test(tid) || tid === pid || !isDirectory(`${dir}/task/${tid}`)) continue;
      const [thread, at] = [`${owner}/task/${tid}`, `${dir}/task/${tid}`];
      for (const f of THREAD_FILES) yield* this.file(`${thread}/${f}`, `${at}/${f}`);
      yield* this.links(thread, at);
      yield* this.descriptors(thread, at);
      yield* this.tables(thread, at);
    }
  }

  private *tables(owner: string, dir: string): Items {
    if (!isDirectory(`${dir}/net`) || this.repeats('net', dir)) return;
    for (const table of NET_TABLES) {
      if (this.live && table.endsWith('conntrack')) continue;
      yield* this.file(`${owner}/net/${table}`, `${dir}/net/${table}`);
    }
  }

  /** Whether the namespace of this process or thread has been told of by another one. */
  private repeats(kind: 'net' | 'mnt', dir: string): boolean {
    const link = linkText(`${dir}/ns/${kind}`);
    const inode = 'value' in link ? /^\w+:\[(\d+)\]$/.exec(link.value)?.[1] : undefined;
    return inode !== undefined && this.mirror.knows(kind, inode);
  }

  private *links(owner: string, dir: string): Items {
    for (const name of LINKS) yield* this.link(`${owner}/${name}`, `${dir}/${name}`);
    const kinds = this.names(`${dir}/ns`);
    if ('value' in kinds) for (const kind of kinds.value) yield* this.link(`${owner}/ns/${kind}`, `${dir}/ns/${kind}`);
  }

  private *descriptors(owner: string, dir: string): Items {
    for (const sub of ['fd', 'fdinfo']) {
      const names = this.names(`${dir}/${sub}`);
      if ('errno' in names) {
        if (names.errno !== 'ENOENT') yield* this.mirror.refusedDirectory(`${owner}/${sub}`, names.errno);
        continue;
      }
      if (names.value.length === 0) yield* this.mirror.empty(`${owner}/${sub}`);
      for (const name of names.value) {
        const [path, at] = [`${owner}/${sub}/${name}`, `${dir}/${sub}/${name}`];
        yield* sub === 'fd' ? this.link(path, at) : this.file(path, at);
      }
    }
  }

  /** Names of a real directory. */
  private names(dir: string): ReturnType<typeof namesIn> {
    const stat = look(dir);
    if ('errno' in stat) return stat;
    if (!stat.value.isDirectory()) return { errno: 'ENOTDIR' };
    const names = namesIn(dir, this.limits.entries);
    if ('value' in names) this.steps += names.value.length;
    return names;
  }

  /** Whether nothing on the way to it is a link: `etc` may be one to the /etc of the workstation. */
  private isWithin(at: string): boolean {
    const path = at.slice(0, at.lastIndexOf('/'));
    if (path === this.tree.root || path === this.tree.proc) return true;
    if (path !== this.parent.path) this.parent = { path, plain: this.isWithin(path) && isDirectory(path) };
    return this.parent.plain;
  }

  private *link(path: string, at: string): Items {
    if (!this.isWithin(at)) return;
    const stat = look(at);
    if ('errno' in stat) {
      if (stat.errno !== 'ENOENT') yield* this.mirror.refused(path, stat.errno);
      return;
    }
    if (stat.value.isFile()) yield* this.mirror.file(path, { body: Buffer.alloc(0) });
    else if (!stat.value.isSymbolicLink()) yield* this.mirror.odd(path);
    else {
      const text = linkText(at);
      const mode = this.live ? stat.value.mode & 0o777 : null;
      yield* this.mirror.link(path, { target: 'errno' in text ? text : text.value, mode });
    }
  }

  private *file(path: string, at: string): Items {
    this.steps++;
    if (!this.isWithin(at)) return;
    const stat = look(at);
    if ('errno' in stat) {
      if (stat.errno !== 'ENOENT' && stat.errno !== 'ENOTDIR') yield* this.mirror.refused(path, stat.errno);
      return;
    }
    if (stat.value.isSymbolicLink()) yield* this.mirror.link(path, { target: '', mode: null });
    else if (!stat.value.isFile()) yield* this.mirror.odd(path);
    else {
      const read = readRegular(at, this.limits.entryBytes);
      if ('errno' in read) yield* this.mirror.refused(path, read.errno);
      else yield* this.mirror.file(path, read.value);
    }
  }
}
