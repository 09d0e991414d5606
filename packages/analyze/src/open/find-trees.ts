import { look, namesIn } from './attempt.ts';

/** A process id as a name: no leading zero. */
export const PID: RegExp = /^[1-9]\d{0,9}$/;

/** A tree on disk: the directory that stands for /proc, and the one that stands for `/`, when there is one. Latin1 paths. */
export interface Tree {
  readonly proc: string;
  readonly root: string | null;
}

/** How deep below the named directory a `proc` is looked for, and in how many directories. */
const DEPTH = 4;
const MAX_DIRECTORIES = 10_000;
/** Names of one directory that is looked at: all of them, unless somebody means harm. */
const MAX_NAMES = 5_000_000;

/** The trees in or below a directory: itself when it is one, else the topmost ones. */
export function findTrees(path: string): Tree[] {
  if (isProcLike(path)) return [{ proc: path, root: null }];
  let level = [path];
  let visited = 0;
  for (let depth = 0; depth <= DEPTH && level.length > 0; depth++) {
    const found = level.filter((dir) => isProcLike(`${dir}/proc`));
    if (found.length > 0) return found.map((root) => ({ proc: `${root}/proc`, root }));
    const next: string[] = [];
    for (const dir of level) {
      const names = namesIn(dir, MAX_NAMES);
      if ('errno' in names) continue;
      for (const name of names.value) if (visited++ < MAX_DIRECTORIES && isDirectory(`${dir}/${name}`)) next.push(`${dir}/${name}`);
    }
    level = next;
  }
  return [];
}

export function isDirectory(path: string): boolean {
  const stat = look(path);
  return 'value' in stat && stat.value.isDirectory();
}

function isFile(path: string): boolean {
  const stat = look(path);
  return 'value' in stat && stat.value.isFile();
}

/** Has network tables or a process. */
function isProcLike(dir: string): boolean {
  if (!isDirectory(dir)) return false;
  if (isFile(`${dir}/net/tcp`) || isFile(`${dir}/self/net/tcp`)) return true;
  const names = namesIn(dir, MAX_NAMES);
  if ('errno' in names) return false;
  return names.value.some((n) => PID.test(n) && ['stat', 'status', 'cmdline', 'comm', 'fd', 'net'].some((f) => exists(`${dir}/${n}/${f}`)));
}

function exists(path: string): boolean {
  return 'value' in look(path);
}
