import { posix } from 'node:path';
import { isDeleted } from '../../db/deleted.ts';
import type { Value } from '../../render/value.ts';
import type { Evidence } from './evidence.ts';
import { type Mount, type Mounts, within } from './mounts.ts';
import type { OpenFile } from './open-file.ts';
import type { Options, Wanted } from './options.ts';
import type { NameMatch } from './selection.ts';

/**
 * Names on the command line. There is no file system to ask, so a name is found by what was captured: as a mount point or the source of
 * a mount, as the text of a descriptor, link or map (whose device and inode then stand for the file under any name), or as the path of a unix socket.
 */

interface FileName {
  readonly kind: 'file' | 'file-system';
  readonly shown: Value;
  readonly wanted: Wanted<string>;
}

interface Inode {
  readonly path: Value;
  readonly dev: string | null;
  readonly ino: string | null;
  readonly nlink: string | null;
  /** The path is the name itself, so that ` (deleted)` at its end is part of it. */
  readonly whole: number;
}

const between = (column: string, rest: string, table: string): string =>
  `SELECT ${column} AS path, ${rest} FROM ${table} WHERE capture_id = ? AND CAST(${column} AS TEXT) >= ? AND CAST(${column} AS TEXT) < ?`;
const STAT = 'st_dev AS dev, CAST(st_ino AS TEXT) AS ino, CAST(st_nlink AS TEXT) AS nlink';

/** What is named from one text up to another, in the order of bytes. Parameters: capture, from, to; once for each table. */
const PATHS: string = [
  between('target', `${STAT}, 0 AS whole`, 'fds'),
  between('target', `${STAT}, 0`, 'links'),
  between('path', 'dev, CAST(inode AS TEXT) AS ino, CAST(st_nlink AS TEXT) AS nlink, 0', 'mapped_files'),
  between('path', 'NULL, NULL, NULL, 1', 'sockets_unix'),
].join(' UNION ');

export class NameArguments {
  readonly #evidence: Evidence;
  readonly #options: Options;
  readonly #mounts: Mounts;
  readonly #withDeleted: boolean;
  readonly #byInode: Map<string, FileName> = new Map();
  readonly #byPath: Map<string, FileName> = new Map();
  readonly #byDev: Map<string, FileName> = new Map();
  readonly all: Wanted<string>[] = [];
  /** Messages for names that the evidence does not know, as the live tool gives for files that do not exist. */
  readonly unknown: string[] = [];
  /** Command line errors of +d and +D. */
  readonly errors: string[] = [];

  constructor(evidence: Evidence, options: Options, mounts: Mounts, cwd: string | null, withDeleted: boolean) {
    this.#evidence = evidence;
    this.#options = options;
    this.#mounts = mounts;
    this.#withDeleted = withDeleted;
    for (const text of options.names) {
      if (text[0] !== '/' && cwd === null) this.errors.push(`${text} is a relative name: say with --cwd DIR where it begins`);
      else this.#addName(text, posix.resolve(cwd ?? '/', text));
    }
    for (const { path, deep } of options.directories) {
      if (path[0] !== '/' && cwd === null) this.errors.push(`${path} is a relative name: say with --cwd DIR where it begins`);
      else this.#addDirectory(posix.resolve(cwd ?? '/', path), deep);
    }
  }

  get match(): NameMatch | null {
    return this.all.length === 0 ? null : (file) => this.#match(file);
  }

  #match(file: OpenFile): Value {
    const name =
      this.#byPath.get(pathKey(file.name)) ??
      (file.deviceText === null ? this.#byInode.get(`${file.dev} ${file.inode}`) : undefined) ??
      (file.deviceText === null && file.dev !== null && file.role !== 'NOFD' ? this.#byDev.get(file.dev) : undefined);
    if (name === undefined) return null;
    name.wanted.found = true;
    return name.kind === 'file' || file.name === '' ? name.shown : file.name;
  }

  #addName(text: string, path: string): void {
    const mount = this.#options.nameKind === 'file' ? null : this.#mountOf(path);
    if (mount?.dev != null) {
      this.#byDev.set(mount.dev, { kind: 'file-system', shown: path, wanted: this.#wanted(path) });
      return;
    }
    if (this.#options.nameKind === 'file-system') {
      this.errors.push(`not a file system: ${text}`);
      return;
    }
    const inodes = this.#paths(path, `${path}\0`).filter((i) => pathKey(i.path) === path);
    if (inodes.length === 0) this.unknown.push(`status error on ${text}: No such file or directory`);
    else this.#addInodes(inodes, this.#wanted(path), path);
  }

  #mountOf(path: string): Mount | null {
    return this.#mounts.own.findLast((m) => m.mountPoint === path || (m.source === path && path.startsWith('/dev/'))) ?? null;
  }

  /** The live tool walks the tree; here everything seen open below the directory stands for it. */
  #addDirectory(path: string, deep: boolean): void {
    const prefix = path === '/' ? '/' : `${path}/`;
    const own = this.#mounts.under(path);
    const below = [...this.#paths(path, `${path}\0`), ...this.#paths(prefix, `${prefix.slice(0, -1)}0`)].filter((inode) => {
      const p = readable(inode.path);
      // a name may really end so: then the file has a link
      if (!this.#withDeleted && isDeleted(p) && inode.whole === 0 && Number(inode.nlink ?? 0) === 0) return false;
      if (!within(p, path) || (!deep && p.slice(prefix.length).includes('/'))) return false;
      return this.#options.crossFileSystems || this.#mounts.under(p) === own;
    });
    const byPath = new Map<string, Inode[]>();
    for (const inode of below) byPath.set(pathKey(inode.path), [...(byPath.get(pathKey(inode.path)) ?? []), inode]);
    if (byPath.size === 0) this.#wanted(path);
    for (const inodes of byPath.values()) {
      const shown = inodes[0]?.path ?? path;
      this.#addInodes(inodes, this.#wanted(readable(shown)), shown);
    }
  }

  #wanted(path: string): Wanted<string> {
    const wanted = { value: path, text: path, found: false };
    this.all.push(wanted);
    return wanted;
  }

  #addInodes(inodes: readonly Inode[], wanted: Wanted<string>, shown: Value): void {
    const name: FileName = { kind: 'file', shown, wanted };
    this.#byPath.set(pathKey(shown), name);
    for (const { dev, ino } of inodes) if (dev !== null && ino !== null) this.#byInode.set(`${dev} ${ino}`, name);
  }

  /** `from` up to, not including, `to`, in the order of bytes. */
  #paths(from: string, to: string): Inode[] {
    return this.#evidence.db.all<Inode>(PATHS, ...Array.from({ length: 4 }, () => [this.#evidence.captureId, from, to]).flat());
  }
}

/** Paths that are no text are told from texts by a character no path holds. */
function pathKey(path: Value): string {
  return path instanceof Uint8Array ? `\0${Buffer.from(path).toString('latin1')}` : String(path);
}

function readable(path: Value): string {
  return path instanceof Uint8Array ? Buffer.from(path).toString('utf8') : String(path);
}
