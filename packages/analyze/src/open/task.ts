import { formatFrame, formatListLine, type ListLine, type PackFrame } from '@coldstat/capture/archive';
import { inOrder } from './order.ts';

/** Lines or frames of one body: four times as many descriptors as a kernel lets a process have (fs.nr_open). */
const MAX_PARTS = 1 << 22;

/** Lines or frames that become one body, up to a size. */
class Gathered {
  /** Latin1: millions of short strings are cheaper than as many buffers. */
  private readonly parts: { readonly name: string; readonly text: string }[] = [];
  private readonly max: number;
  private size = 0;
  truncated = false;

  constructor(max: number) {
    this.max = max;
  }

  add(name: string, text: string): void {
    if (this.size + text.length > this.max || this.parts.length >= MAX_PARTS) this.truncated = true;
    if (this.truncated) return;
    this.parts.push({ name, text });
    this.size += text.length;
  }

  /** In the order of names, because a tar has them in any. */
  get body(): Buffer {
    const body = Buffer.allocUnsafe(this.size);
    let at = 0;
    for (const { text } of this.parts.sort((a, b) => inOrder(a.name, b.name))) at += body.write(text, at, 'latin1');
    return body;
  }
}

export interface GatheredBody {
  readonly name: string;
  readonly body: Buffer;
  readonly truncated: boolean;
}

/**
 * The links and small files of one process with its threads, on their way into `.list` and `.pack` bodies
 * (docs/ARCHIVE-FORMAT.md §3). A thread whose descriptors are the leader's only says so.
 */
export class Task {
  readonly pid: string;
  private readonly max: number;
  private readonly bodies = new Map<string, Gathered>();
  /** Text of the namespace links, by `owner/ns/kind`. */
  private readonly namespaces = new Map<string, string>();

  constructor(pid: string, max: number) {
    this.pid = pid;
    this.max = max;
  }

  line(owner: string, list: string, line: ListLine): void {
    if (list === 'links' && typeof line.target === 'string') this.namespaces.set(`${owner}/${line.name}`, line.target);
    this.gathered(`${owner}/${list}.list`).add(line.name, formatListLine(line));
  }

  frame(owner: string, pack: string, frame: PackFrame): void {
    this.gathered(`${owner}/${pack}.pack`).add(frame.name, formatFrame(frame).toString('latin1'));
  }

  /** A directory that is there and holds nothing: an empty list says so. */
  empty(name: string): void {
    this.gathered(name);
  }

  /** Inode of a namespace of the process or thread, decimal text. */
  namespace(owner: string, kind: string): string | null {
    return /^[a-z_]+:\[(\d{1,20})\]$/.exec(this.namespaces.get(`${owner}/ns/${kind}`) ?? '')?.[1] ?? null;
  }

  *finish(): Generator<GatheredBody> {
    const leader = `proc/${this.pid}`;
    for (const owner of this.threads()) this.compare(leader, owner);
    for (const [name, gathered] of this.bodies) yield { name, body: gathered.body, truncated: gathered.truncated };
  }

  private threads(): Set<string> {
    const owners = new Set<string>();
    for (const name of this.bodies.keys()) {
      const m = /^proc\/\d+\/task\/\d+(?=\/)/.exec(name);
      if (m) owners.add(m[0]);
    }
    return owners;
  }

  /** Drops from a thread what only repeats the leader. */
  private compare(leader: string, owner: string): void {
    const tid = owner.slice(owner.lastIndexOf('/') + 1);
    const same = (file: string): boolean => {
      const [a, b] = [this.bodies.get(`${leader}/${file}`), this.bodies.get(`${owner}/${file}`)];
      return a !== undefined && b !== undefined && !a.truncated && a.body.equals(b.body);
    };
    const repeats = (what: string, ...files: readonly string[]): void => {
      for (const file of files) this.bodies.delete(`${owner}/${file}`);
      if (tid !== this.pid) this.frame(leader, 'task', { name: `${tid}/${what}`, body: Buffer.from('same'), truncated: false });
    };
    if (same('links.list')) repeats('ns', 'links.list');
    if (same('fd.list')) repeats('fd', 'fd.list', 'fdinfo.pack');
  }

  private gathered(name: string): Gathered {
    let gathered = this.bodies.get(name);
    if (gathered === undefined) {
      gathered = new Gathered(this.max);
      this.bodies.set(name, gathered);
    }
    return gathered;
  }
}
