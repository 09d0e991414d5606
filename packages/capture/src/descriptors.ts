import { readdirSync } from 'node:fs';
import { escapeBytes } from './archive/escape.ts';
import { formatListLine, type ListStat, type Taken as ListTaken } from './archive/list.ts';
import { LIST_CAP } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { type MountTable, mayStat } from './mounts.ts';
import { takeStat } from './stat.ts';
import { type Taken, takeLink, takeSmall } from './take.ts';

/** Text gathered piece by piece, kept as bytes in blocks, cut at a cap on a whole piece. */
export class Pieces {
  readonly #blocks: Buffer[] = [];
  readonly #cap: number;
  #text = '';
  #size = 0;
  #cut = false;

  constructor(cap: number) {
    this.#cap = cap;
  }

  /** `text` is latin1. */
  add(text: string): void {
    if (this.#cut || this.#size + text.length > this.#cap) {
      this.#cut = true;
      return;
    }
    this.#text += text;
    this.#size += text.length;
    if (this.#text.length > 1 << 18) this.#spill();
  }

  #spill(): void {
    this.#blocks.push(Buffer.from(this.#text, 'latin1'));
    this.#text = '';
  }

  taken(): Taken {
    this.#spill();
    const body = this.#blocks.length === 1 ? (this.#blocks[0] as Buffer) : Buffer.concat(this.#blocks);
    return this.#cut ? { body, limit: 'bytes' } : { body };
  }
}

/** One frame of a pack, as text (docs/ARCHIVE-FORMAT.md §3.2). */
export function frameText(name: string, content: string | Failure): string {
  const escaped = escapeBytes(name, false);
  return content instanceof Failure ? `== ${escaped} !${content.errno}\n` : `== ${escaped} ${content.length}\n${content}\n`;
}

/** What the descriptors of a process or thread are judged by. */
export interface FdContext {
  readonly table: MountTable | null;
  readonly own: MountTable | null;
  readonly stat: boolean;
  /** Told each errno inside the lists. */
  readonly error: (errno: string) => void;
  /** Told each network namespace a descriptor holds. */
  readonly pinned: (netns: string) => void;
  readonly tick: () => void;
}

export interface Descriptors {
  readonly list: Taken;
  readonly info: Taken;
  /** Link text by descriptor, for comparison with threads; a failed link is its errno. */
  readonly links: ReadonlyMap<string, string>;
}

/** Reads `fd/` and `fdinfo/` of a directory like `` or `task/TID/` below the current one. */
export function takeDescriptors(dir: string, context: FdContext): Descriptors | Failure {
  const names = attempt(() => readdirSync(`${dir}fd`));
  if (names instanceof Failure) return names;
  const list = new Pieces(LIST_CAP);
  const info = new Pieces(LIST_CAP);
  const links = new Map<string, string>();
  let n = 0;
  for (const name of names) {
    const target = takeLink(`${dir}fd/${name}`);
    const fdinfo = takeSmall(`${dir}fdinfo/${name}`, LIST_CAP);
    list.add(fdLine(`${dir}fd/${name}`, name, target, fdinfo, context));
    info.add(frameText(name, fdinfo));
    links.set(name, target instanceof Failure ? `!${target.errno}` : target);
    if (fdinfo instanceof Failure) context.error(fdinfo.errno);
    if (++n % 1024 === 0) context.tick();
  }
  return { list: list.taken(), info: info.taken(), links };
}

function fdLine(path: string, name: string, target: string | Failure, fdinfo: string | Failure, context: FdContext): string {
  let lmode: ListTaken<number> = null;
  let mntId: number | null = null;
  if (!(fdinfo instanceof Failure)) {
    const flags = /^flags:\t0*(\d+)/m.exec(fdinfo)?.[1];
    if (flags !== undefined) lmode = linkMode(Number.parseInt(flags, 8));
    const mount = /^mnt_id:\t(\d+)/m.exec(fdinfo)?.[1];
    if (mount !== undefined) mntId = Number(mount);
  }
  let stat: ListTaken<ListStat> = null;
  if (target instanceof Failure) context.error(target.errno);
  else {
    // Without fdinfo nothing is known of the mount; only what the kernel made up itself may be asked then.
    const table = fdinfo instanceof Failure ? null : context.table;
    if (context.stat && mayStat(target, mntId, table, context.own)) {
      stat = takeStat(path);
      if (stat instanceof Failure) context.error(stat.errno);
    }
    if (target.startsWith('net:[')) context.pinned(target.slice(5, -1));
  }
  return formatListLine({ name, lmode, lmodeDerived: lmode !== null, stat, statByName: false, target });
}

const O_PATH = 0o10000000;

/** Permission bits of the link as the kernel sets them from the open mode (fs/proc/fd.c tid_fd_update_inode, fs/open.c OPEN_FMODE). */
function linkMode(flags: number): number {
  if (flags & O_PATH) return 0;
  const mode = ((flags & 3) + 1) & 3;
  return (mode & 1 ? 0o500 : 0) | (mode & 2 ? 0o300 : 0);
}
