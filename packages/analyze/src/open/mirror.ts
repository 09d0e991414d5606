import { createHash } from 'node:crypto';
import { type ArchiveProblem, type LogRecord, NameSet, type SnapshotItem } from '@coldstat/capture/archive';
import { type Place, placeOf, placeOfDirectory } from './place.ts';
import { Task } from './task.ts';

type Items = Generator<SnapshotItem>;
type Namespaced = Extract<Place, { kind: 'namespaced' }>;

export interface FoundFile {
  readonly body: Buffer;
  readonly truncated?: boolean;
  readonly errno?: string | null;
  /** Of the body in a tar. */
  readonly offset?: number;
}

export interface FoundLink {
  readonly target: string | { readonly errno: string };
  /** Permission bits where they are the kernel's own. */
  readonly mode: number | null;
}

interface Held extends FoundFile {
  readonly name: string;
}

/**
 * Turns the files and links of a tree that mirrors `/` into the bodies an archive would have (docs/ARCHIVE-FORMAT.md §2), in whatever order
 * they come. Paths are latin1, relative to the mirrored root. Small things are gathered process by process; tables of network namespaces
 * wait until the end, because only then it is known whose namespace `proc/net` was.
 */
export class Mirror {
  private readonly max: number;
  private readonly seen = new NameSet();
  private readonly host: Task;
  private readonly own: Held[] = [];
  /** Tables of the first process of each namespace; the key '' is a namespace nobody names. */
  private readonly tables = new Map<string, { readonly owner: string; readonly files: Held[] }>();
  private readonly mounts = new Set<string>();
  private task: Task | null = null;
  private pending: { readonly place: Namespaced; readonly file: FoundFile }[] = [];
  /** Namespace of whoever made the tree, and, failing that, of the first process. */
  private selfNet: string | null = null;
  private initNet: string | null = null;
  private self: string | null = null;
  private heldBytes = 0;
  private index = 0;
  private seq = 0;
  entries = 0;
  bytes = 0;

  constructor(max: number) {
    this.max = max;
    this.host = new Task('', max);
  }

  /** proc/self said who made the tree. */
  setSelf(pid: string): void {
    this.self = pid;
  }

  *file(path: string, found: FoundFile): Items {
    const place = placeOf(path);
    if (place === null) return;
    yield* this.enter(path);
    if (!(yield* this.first(path))) return;
    if (place.kind === 'body') yield* this.body(place.name, found);
    else if (place.kind === 'frame') this.taskOf(place.owner).frame(place.owner, place.pack, frameOf(place.name, found));
    else if (place.kind === 'line') yield this.note(path, 'not-a-link');
    else if (place.kind === 'own-net') yield* this.hold(this.own, { ...found, name: place.name });
    else this.pending.push({ place, file: found });
  }

  *link(path: string, found: FoundLink): Items {
    const place = placeOf(path);
    if (place === null) return;
    yield* this.enter(path);
    if (!(yield* this.first(path))) return;
    if (place.kind !== 'line') {
      yield this.note(path, 'not-a-file');
      return;
    }
    const line = { name: place.name, lmode: found.mode, lmodeDerived: false, stat: null, statByName: false, target: found.target };
    this.taskOf(place.owner).line(place.owner, place.list, line);
  }

  /** A directory of links or small files that is there, even if it should hold nothing. */
  *empty(directory: string): Items {
    yield* this.enter(`${directory}/`);
    this.task?.empty(placeOfDirectory(directory));
  }

  /** A directory that could not be listed. */
  *refusedDirectory(directory: string, errno: string): Items {
    yield this.record({ path: placeOfDirectory(directory), errno });
  }

  /** Something of the names we know that could not be read. */
  *refused(path: string, errno: string): Items {
    const place = placeOf(path);
    if (place?.kind === 'line') yield* this.link(path, { target: { errno }, mode: null });
    else if (place?.kind === 'frame') {
      yield* this.enter(path);
      this.taskOf(place.owner).frame(place.owner, place.pack, { name: place.name, errno });
    } else yield this.record({ path: place?.kind === 'own-net' ? place.name : path, errno });
  }

  /** A device, fifo, socket or other thing where a file or link should be: it was not opened. */
  *odd(path: string): Items {
    const place = placeOf(path);
    if (place === null) return;
    if (yield* this.first(path)) yield this.note(path, 'not-a-file');
  }

  /** Whether a table of this namespace was met, so that a walker can spare itself the others. */
  knows(kind: 'net' | 'mnt', inode: string): boolean {
    return kind === 'mnt' ? this.mounts.has(inode) : this.tables.has(inode);
  }

  problem(problem: ArchiveProblem): SnapshotItem {
    return { type: 'problem', problem };
  }

  *end(): Items {
    yield* this.leave();
    const netns = this.selfNet ?? this.initNet;
    for (const file of this.own) yield* this.body(file.name, file, netns);
    for (const [inode, { owner, files }] of this.tables) {
      if (this.own.length > 0 && (inode === '' || inode === netns)) continue;
      // In a tar proc/net is a link to self/net, so the tables were met under the number of the process.
      const own = owner === `proc/${this.self}`;
      for (const file of files)
        yield* this.body(own ? `proc${file.name.slice(owner.length)}` : file.name, file, inode === '' ? null : inode);
    }
    for (const { name, body, truncated } of this.host.finish()) yield* this.body(name, { body, truncated });
  }

  /** Process directories follow one another: when the next begins, the one before is complete. */
  private *enter(path: string): Items {
    const pid = /^proc\/(\d+)\//.exec(path)?.[1];
    if (pid === undefined || pid === this.task?.pid) return;
    yield* this.leave();
    this.task = new Task(pid, this.max);
  }

  private *leave(): Items {
    const task = this.task;
    if (task === null) return;
    this.task = null;
    const net = task.namespace(`proc/${task.pid}`, 'net');
    if (task.pid === this.self) this.selfNet ??= net;
    if (task.pid === '1') this.initNet ??= net;
    for (const { place, file } of this.pending) yield* this.namespaced(task, place, file);
    this.pending = [];
    for (const { name, body, truncated } of task.finish()) yield* this.body(name, { body, truncated });
  }

  private *namespaced(task: Task, place: Namespaced, file: FoundFile): Items {
    const inode = task.namespace(place.owner, place.ns);
    if (place.ns === 'mnt') {
      const key = inode ?? createHash('sha256').update(file.body).digest('hex');
      if (this.mounts.has(key)) return;
      this.mounts.add(key);
      yield* this.body(place.name, file);
      return;
    }
    const key = inode ?? '';
    const known = this.tables.get(key) ?? { owner: place.owner, files: [] };
    this.tables.set(key, known);
    if (known.owner === place.owner) yield* this.hold(known.files, { ...file, name: place.name });
  }

  private *hold(files: Held[], file: Held): Items {
    this.heldBytes += file.body.length;
    if (this.heldBytes > this.max) {
      yield this.problem({ code: 'entry-limit', message: `network tables hold more than ${this.max} bytes together`, entry: file.name });
    } else files.push(file);
  }

  private taskOf(owner: string): Task {
    return owner.startsWith('proc/') && this.task !== null ? this.task : this.host;
  }

  private *first(path: string): Generator<SnapshotItem, boolean> {
    if (this.seen.add(path)) return true;
    yield this.problem({ code: 'entry-duplicate', message: 'this path stands in the evidence before', entry: path });
    return false;
  }

  private *body(name: string, file: FoundFile, netns: string | null = null): Items {
    const { body } = file;
    const sha256 = createHash('sha256').update(body).digest('hex');
    this.entries++;
    this.bytes += body.length;
    const entry = { name, index: this.index++, offset: file.offset ?? null, body, sha256 };
    yield { type: 'entry', entry: netns === null ? entry : { ...entry, netns } };
    const errno = file.errno ?? null;
    if (!file.truncated && errno === null && netns === null) return;
    yield this.record({
      path: name,
      ...(file.truncated === true && { truncated: true, limit: 'bytes' }),
      ...(errno !== null && { errno }),
      ...(netns !== null && { netns }),
    });
  }

  private note(path: string, note: string): SnapshotItem {
    return this.record({ path, note });
  }

  private record(record: Omit<LogRecord, 'seq' | 'start' | 'end'>): SnapshotItem {
    return { type: 'record', record: { seq: ++this.seq, start: null, end: null, ...record } };
  }
}

function frameOf(name: string, found: FoundFile): { name: string; body: Buffer; truncated: boolean } {
  return { name, body: found.body, truncated: found.truncated === true || (found.errno ?? null) !== null };
}
