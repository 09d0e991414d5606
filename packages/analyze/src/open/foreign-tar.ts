import type { ArchiveBytes, ArchiveProblemCode, Limits, Snapshot, SnapshotItem, SnapshotSummary } from '@coldstat/capture/archive';
import { type FoundFile, type FoundLink, Mirror } from './mirror.ts';
import { HOST_FILES, placeOf } from './place.ts';
import { TarEntries, type TarEntry } from './tar-entries.ts';

/** Leading directories looked through for the mirrored root. */
const MAX_PREFIX = 8;
/** Below a process, or a network table: nothing else bears such names. */
const TELLING = /^proc\/(?:[1-9]\d*\/|net\/|self\/net\/)/;

interface Root {
  /** Cut from the beginning of each path … */
  readonly prefix: string;
  /** … and put there instead: `proc/` when the tar was made within /proc. */
  readonly instead: string;
}

/** The mirrored root, when this path shows it: the shortest beginning behind which stands a name that we know. */
function rootOf(path: string): Root | null {
  for (const instead of ['', 'proc/']) {
    for (let at = 0, n = 0; n <= MAX_PREFIX; n++) {
      const rest = instead + path.slice(at);
      if (TELLING.test(rest) && placeOf(rest) !== null) return { prefix: path.slice(0, at), instead };
      const slash = path.indexOf('/', at);
      if (slash < 0) break;
      at = slash + 1;
    }
  }
  return null;
}

/** What may be wanted of the entries before the root is known. */
const ANYWHERE: RegExp = new RegExp(
  `(?:^|/)(?:${HOST_FILES.map((f) => f.replaceAll('.', '\\.').replace('proc/', '(?:proc/)?')).join('|')}|self|sys/[a-z0-9_/-]+|sys/class/net/[^/]+(?:/[a-z]+)?)$`,
);
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 16 << 20;

interface Entry extends TarEntry {
  readonly path: string;
}

interface Waiting {
  readonly entry: Entry;
  readonly body: Buffer | null;
}

/**
 * A tar made by another program that holds a mirror of `/` or `/proc`, maybe below leading directories. null when it holds none:
 * then everything was read in vain.
 */
export async function readForeignTar(bytes: ArchiveBytes, limits: Limits): Promise<Snapshot | null> {
  const reader = new ForeignTar(bytes, limits);
  if (!(await reader.findRoot())) return null;
  return { kind: 'tar', items: () => reader.items(), digest: () => bytes.digest, summary: () => reader.summary() };
}

class ForeignTar {
  private readonly bytes: ArchiveBytes;
  private readonly limits: Limits;
  private readonly entries: TarEntries;
  private readonly mirror: Mirror;
  private readonly problems = new Map<ArchiveProblemCode, number>();
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private anchor: Entry | null = null;
  private count = 0;
  private root: Root = { prefix: '', instead: '' };

  constructor(bytes: ArchiveBytes, limits: Limits) {
    this.bytes = bytes;
    this.limits = limits;
    this.entries = new TarEntries(bytes);
    this.mirror = new Mirror(limits.entryBytes);
  }

  summary(): SnapshotSummary {
    return { state: 'foreign', altered: false, entries: this.mirror.entries, bytes: this.mirror.bytes, problems: this.problems };
  }

  /** Reads up to the first path that shows where the mirrored root is, and keeps the little before it that may be wanted. */
  async findRoot(): Promise<boolean> {
    for (let entry = await this.next(); entry !== null; entry = await this.next()) {
      const root = rootOf(entry.path);
      if (root !== null) {
        this.root = root;
        this.anchor = entry;
        return true;
      }
      if (ANYWHERE.test(entry.path) && this.waiting.length < MAX_WAITING && this.waitingBytes + entry.size <= MAX_WAITING_BYTES) {
        this.waitingBytes += entry.size;
        this.waiting.push({ entry, body: entry.kind === 'file' ? await this.entries.body(entry) : null });
      }
    }
    return false;
  }

  async *items(): AsyncGenerator<SnapshotItem> {
    for await (const item of this.walk()) {
      if (item.type === 'problem') this.problems.set(item.problem.code, (this.problems.get(item.problem.code) ?? 0) + 1);
      yield item;
    }
  }

  private async *walk(): AsyncGenerator<SnapshotItem> {
    for (const { entry, body } of this.waiting) yield* this.found(entry, body);
    this.waiting = [];
    for (let entry = this.anchor; entry !== null; entry = await this.next()) {
      if (this.count > this.limits.entries) {
        yield this.mirror.problem({ code: 'archive-limit', message: `more than ${this.limits.entries} entries`, offset: entry.offset });
        break;
      }
      const path = this.pathOf(entry);
      if (path === null) continue;
      if (entry.kind !== 'file') yield* this.found(entry, null);
      else if (placeOf(path) === null) continue;
      else if (entry.size > this.limits.entryBytes) {
        const message = `${entry.size} bytes, the limit is ${this.limits.entryBytes}`;
        yield this.mirror.problem({ code: 'entry-limit', message, entry: entry.name, offset: entry.offset });
      } else {
        const body = await this.entries.body(entry);
        if (body === null) break;
        yield* this.found(entry, body);
      }
    }
    yield* this.mirror.end();
    yield* this.close();
  }

  private async *close(): AsyncGenerator<SnapshotItem> {
    const offset = this.bytes.queue.offset;
    await this.bytes.finish();
    const { failure, limit, trailing } = this.bytes;
    const { stop } = this.entries;
    if (limit !== null) yield this.mirror.problem({ code: 'archive-limit', message: limit, offset });
    else if (failure !== null) {
      yield this.mirror.problem({ code: failure.cut ? 'archive-incomplete' : 'archive-damaged', message: failure.message, offset });
    } else if (stop !== null) yield this.mirror.problem(stop);
    if (trailing > 0) {
      yield this.mirror.problem({ code: 'archive-trailing', message: `${trailing} bytes stand behind the end of the compressed stream` });
    }
  }

  private *found(entry: Entry, body: Buffer | null): Generator<SnapshotItem> {
    const path = this.pathOf(entry);
    if (path === null) return;
    if (path === 'proc/self' && entry.kind === 'link' && /^[1-9]\d{0,9}$/.test(entry.link)) this.mirror.setSelf(entry.link);
    if (entry.kind === 'link') yield* this.mirror.link(path, linkOf(entry, path));
    else if (body !== null) yield* this.mirror.file(path, { body, offset: entry.offset } satisfies FoundFile);
    else if (entry.kind === 'other') yield* this.mirror.odd(path);
    else if (entry.kind === 'directory' && /^proc\/\d+(?:\/task\/\d+)?\/(?:fd|fdinfo)$/.test(path)) yield* this.mirror.empty(path);
  }

  /** Relative to the mirrored root; null when it lies elsewhere. */
  private pathOf(entry: Entry): string | null {
    const { prefix, instead } = this.root;
    return entry.path.startsWith(prefix) ? instead + entry.path.slice(prefix.length) : null;
  }

  private async next(): Promise<Entry | null> {
    for (;;) {
      const entry = await this.entries.next();
      if (entry === null) return null;
      this.count++;
      const segments = entry.name.split('/').filter((s) => s !== '' && s !== '.');
      if (!segments.includes('..')) return { ...entry, path: segments.join('/') };
    }
  }
}

/** tar made straight from /proc keeps the mode of a descriptor's link; a link made on disk has 0777, and some programs write 0. */
function linkOf(entry: Entry, path: string): FoundLink {
  const real = /\/fd\/[^/]+$/.test(path) && [0o300, 0o500, 0o700].includes(entry.mode);
  return { target: entry.link, mode: real ? entry.mode : null };
}
