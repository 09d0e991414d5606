import { formatListLine, type ListStat, type Taken as ListTaken } from './archive/list.ts';
import { LIST_CAP, NAMESPACE_KINDS } from './artefacts.ts';
import { Failure } from './attempt.ts';
import { type MountTable, prefixes } from './mounts.ts';
import { Pieces } from './pieces.ts';
import { takeLstat, takeStat } from './stat.ts';
import { type Taken, takeLink } from './take.ts';
import type { Through } from './through.ts';

const DELETED = / \(deleted\)$/;

export interface ProcessLinks {
  readonly list: Taken;
  readonly exe: string | Failure;
  readonly root: string | Failure;
  /** Inode by kind: `{net: '4026531833'}`. */
  readonly namespaces: ReadonlyMap<string, string>;
}

/** Whether things may be asked by their path: the namespace and root of the capture itself, and every mount on the way local. */
export interface ByName {
  readonly own: MountTable | null;
  readonly sameView: (namespaces: ReadonlyMap<string, string>, root: string | Failure) => boolean;
  readonly through: Through;
  readonly error: (errno: string) => void;
}

/** `exe`, `cwd`, `root`, `ns/*` and the directory itself, of a directory like `` or `task/TID/` below the current one. */
export function takeLinks(dir: string, by: ByName): ProcessLinks {
  const texts = ['exe', 'cwd', 'root'].map((name) => [name, takeLink(dir + name)] as const);
  const spaces = NAMESPACE_KINDS.map((kind) => [kind, takeLink(`${dir}ns/${kind}`)] as const);
  const namespaces = new Map<string, string>();
  for (const [kind, text] of spaces) {
    const inode = text instanceof Failure ? undefined : /:\[(\d+)\]$/.exec(text)?.[1];
    if (inode !== undefined) namespaces.set(kind, inode);
  }
  const root = texts[2]?.[1] ?? new Failure('ENOENT');
  const mayName = by.sameView(namespaces, root);
  const out = new Pieces(LIST_CAP);
  out.add(line('.', takeStat(`./${dir}`), false, null));
  for (const [name, target] of texts) {
    // Nobody bears the name of what was deleted. Of an exe the maps tell the file, and as they do: stat may call the device otherwise (btrfs, overlay).
    const through = name !== 'exe' && typeof target === 'string' && DELETED.test(target) ? by.through.stat(dir + name) : null;
    const stat = through ?? (mayName && typeof target === 'string' ? statByName(target, by.own) : null);
    out.add(line(name, stat, through === null && stat !== null, target));
    if (target instanceof Failure && target.errno !== 'ENOENT') by.error(target.errno);
  }
  for (const [kind, target] of spaces) {
    out.add(line(`ns/${kind}`, null, false, target));
    if (target instanceof Failure && target.errno !== 'ENOENT') by.error(target.errno);
  }
  return { list: out.taken(), exe: texts[0]?.[1] ?? new Failure('ENOENT'), root, namespaces };
}

function line(name: string, stat: ListTaken<ListStat>, statByName: boolean, target: ListTaken<string>): string {
  return formatListLine({ name, lmode: null, lmodeDerived: false, stat, statByName, target });
}

/**
 * stat of what now bears this name, or null when asking could leave the local file systems: a mount point on the way that is not local, or a link.
 * (The text may come from a lazily unmounted network directory and mean something else here; links could then lead anywhere.)
 */
export function statByName(path: string, own: MountTable | null): ListStat | Failure | null {
  if (path[0] !== '/' || own === null || !own.localAllTheWay(path)) return null;
  for (const parent of prefixes(path).slice(1).reverse()) {
    if (own.directories.has(parent)) continue;
    const st = takeLstat(Buffer.from(parent, 'latin1'));
    if (st instanceof Failure) return st;
    if (!isDirectory(st)) return null;
    own.directories.add(parent);
  }
  const st = takeLstat(Buffer.from(path, 'latin1'));
  return st instanceof Failure || (st.mode & 0o170000) !== 0o120000 ? st : null;
}

function isDirectory(st: ListStat): boolean {
  return (st.mode & 0o170000) === 0o040000;
}
