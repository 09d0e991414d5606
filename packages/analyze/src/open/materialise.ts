import {
  type ArchiveProblem,
  type ListLine,
  type PackFrame,
  parseList,
  parsePack,
  type SnapshotEntry,
  splitPass,
} from '@coldstat/capture/archive';
import { sentence } from '../errno.ts';
import { UserError } from '../user-error.ts';
import { makeDirectory, makeFile, makeLink, removeFile, type Tried } from './attempt.ts';

/** Longest text of a link that Linux takes, in bytes (PATH_MAX without its NUL). */
const MAX_TARGET = 4095;
const MAX_NAME = 255;
/** Directories within each other that are made for one file. */
const MAX_DEPTH = 64;
const CGROUPS = 'sys/fs/cgroup';
const CHILDREN = 'proc/children';
/** Errors that are not the evidence's fault: going on would only repeat them. */
const OURS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM', 'EMFILE']);

/**
 * Writes the bodies of a snapshot as the tree they were read from, below a directory that was empty: a plain file for a body and for a frame of
 * a pack, a link for a line of `fd.list` and `links.list`. Everything is made new, and only in directories this object made itself, so that
 * nothing lands elsewhere, whatever the names and links of the evidence.
 */
export class Materialiser {
  readonly problems: ArchiveProblem[] = [];
  files = 0;
  links = 0;
  private readonly root: string;
  private readonly pass: 'A' | 'B';
  private readonly made = new Map<string, 'directory' | 'file' | 'link'>();

  /** `root` is latin1 and exists, empty. With pass B, what was read a second time stands in the place of the first. */
  constructor(root: string, pass: 'A' | 'B') {
    this.root = root;
    this.pass = pass;
  }

  entry(entry: SnapshotEntry): void {
    const { pass, path } = splitPass(entry.name);
    if (pass === 'B' && this.pass === 'A') return;
    const list = /^(proc\/\d+(?:\/task\/\d+)?)\/(fd|links)\.list$/.exec(path);
    if (list) this.list(entry, list[2] === 'fd' ? `${list[1]}/fd` : (list[1] as string));
    else if (path.endsWith('.pack')) this.pack(entry, packDirectory(path));
    else this.file(entry.name, path, entry.body, pass === 'B');
  }

  /** A file that is no entry of the evidence but was made of some. */
  own(path: string, body: Uint8Array): void {
    this.file(path, path, body, false);
  }

  private list(entry: SnapshotEntry, directory: string): void {
    const { lines, errors } = parseList(entry.body);
    for (const { line, message } of errors) this.report(entry.name, `line ${line}: ${message}`);
    if (lines.length === 0) this.directory(entry.name, directory);
    for (const line of lines) this.line(entry.name, directory, line);
  }

  private line(entry: string, directory: string, line: ListLine): void {
    const { name, target } = line;
    if (typeof target !== 'string') return;
    const path = this.below(entry, directory, name, directory.endsWith('/fd') ? 1 : 2);
    if (path === null) return;
    if (target === '' || target.includes('\0')) this.report(entry, `${name}: no link can have this text`);
    else if (target.length > MAX_TARGET) this.report(entry, `${name}: its text has ${target.length} bytes, a link takes ${MAX_TARGET}`);
    else if (this.create(entry, path, 'link', makeLink(`${this.root}/${path}`, target))) this.links++;
  }

  private pack(entry: SnapshotEntry, directory: string): void {
    const { frames, error } = parsePack(entry.body);
    if (error) this.report(entry.name, `offset ${error.offset}: ${error.message}`);
    const replace = splitPass(entry.name).pass === 'B';
    for (const { frame } of frames) this.frame(entry.name, directory, frame, replace);
  }

  private frame(entry: string, directory: string, frame: PackFrame, replace: boolean): void {
    // What else a task.pack holds, such as `TID/fd`, is a remark on the thread and not a file.
    if ('errno' in frame || (entry.endsWith('/task.pack') && !/^\d+\/(?:stat|status|comm)$/.test(frame.name))) return;
    const path = this.framePath(entry, directory, frame.name);
    if (path !== null) this.put(entry, path, frame.body, replace);
  }

  private framePath(entry: string, directory: string, name: string): string | null {
    // Frames of control groups are called by the path of their directory, those of children by process and thread.
    const group = /^\/(?!\.{1,2}\/)([^/\0]{1,255})\/(.+)$/s.exec(name);
    if (directory === CGROUPS && group !== null) return this.below(entry, group[1] ?? '', `${group[2]}/cgroup.procs`, MAX_DEPTH);
    const thread = directory === CHILDREN ? /^(\d+)\/(\d+)$/.exec(name) : null;
    if (thread !== null) return this.below(entry, 'proc', `${thread[1]}/task/${thread[2]}/children`, 4);
    return this.below(entry, directory, name, 8);
  }

  private file(entry: string, path: string, body: Uint8Array, replace: boolean): void {
    const cut = path.lastIndexOf('/');
    if (cut > 0 && !this.directory(entry, path.slice(0, cut))) return;
    this.put(entry, path, body, replace);
  }

  private put(entry: string, path: string, body: Uint8Array, replace: boolean): void {
    if (replace && this.made.get(path) === 'file' && 'value' in removeFile(`${this.root}/${path}`)) this.made.delete(path);
    if (this.create(entry, path, 'file', makeFile(`${this.root}/${path}`, body))) this.files++;
  }

  /** A path below `directory` by a name from the evidence, its directories made; null when the name is not fit for one. */
  private below(entry: string, directory: string, name: string, depth: number): string | null {
    const segments = name.split('/');
    const fit = (s: string): boolean => s !== '' && s !== '.' && s !== '..' && s.length <= MAX_NAME && !s.includes('\0');
    if (name === '.') return null;
    if (segments.length > depth || !segments.every(fit)) {
      this.report(entry, `${name}: not a name within its directory`);
      return null;
    }
    const parent = [directory, ...segments.slice(0, -1)].join('/');
    return this.directory(entry, parent) ? `${directory}/${name}` : null;
  }

  /** Makes a directory and those above it, except where this object made them. */
  private directory(entry: string, path: string): boolean {
    const known = this.made.get(path);
    if (known === 'directory') return true;
    const cut = path.lastIndexOf('/');
    if (cut > 0 && !this.directory(entry, path.slice(0, cut))) return false;
    return this.create(entry, path, 'directory', makeDirectory(`${this.root}/${path}`));
  }

  private create(entry: string, path: string, kind: 'directory' | 'file' | 'link', tried: Tried<void>): boolean {
    if ('errno' in tried) {
      if (OURS.has(tried.errno)) {
        const name = Buffer.from(`${this.root}/${path}`, 'latin1').toString('utf8');
        throw new UserError(
          `cannot write ${name}: ${sentence(tried.errno, 'write')}`,
          'what was written before stays: remove it before the next try',
        );
      }
      const before = this.made.get(path);
      this.report(entry, before === undefined ? `${path}: ${tried.errno}` : `${path}: a ${before} stands there already`);
      return false;
    }
    this.made.set(path, kind);
    return true;
  }

  private report(entry: string, message: string): void {
    this.problems.push({ code: 'list-form', message, entry });
  }
}

/** `proc/1/fdinfo.pack` → `proc/1/fdinfo`; the frames of `proc/stat.pack` (`PID/stat`) and `proc/sys.pack` are named from where they stand. */
function packDirectory(path: string): string {
  return path === 'proc/stat.pack' ? 'proc' : path.slice(0, -'.pack'.length);
}
