import { formatListLine, type ListStat, type Taken as ListTaken } from './archive/list.ts';
import { statByName } from './links.ts';
import type { MountTable } from './mounts.ts';
import { takeStat } from './stat.ts';

/** One distinct file of a maps body. */
export interface MappedFile {
  /** As printed: `fe:00:260386`, device hexadecimal. */
  readonly name: string;
  /** MAJOR:MINOR, decimal. */
  readonly dev: string;
  /** `start-end`, as `map_files/` spells it (no leading zeros). */
  readonly range: string;
  /** Text of the path as printed, latin1. */
  readonly path: string;
}

/** `start-end perm offset maj:min inode   path` (fs/proc/task_mmu.c show_map_vma). */
const LINE = /^0*([0-9a-f]+)-0*([0-9a-f]+) \S{4} [0-9a-f]+ ([0-9a-f]+):([0-9a-f]+) ([1-9]\d*) +(\/.*)$/;

/** The files mapped, each once. Lines of other forms (anonymous memory, `[heap]`) are none. */
export function mappedFiles(maps: string): Map<string, MappedFile> {
  const files = new Map<string, MappedFile>();
  for (const line of maps.split('\n')) {
    const m = LINE.exec(line);
    if (m === null) continue;
    const [, start = '', end = '', major = '', minor = '', inode = '', path = ''] = m;
    const name = `${major}:${minor}:${inode}`;
    if (files.has(name)) continue;
    const dev = `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`;
    files.set(name, { name, dev, range: `${start}-${end}`, path });
  }
  return files;
}

/** What came of looking at a mapped file. */
export interface MappedLine {
  readonly line: string;
  /** The process or its mapping had ended by then, which says nothing of the file: another process that maps it is to be asked. */
  readonly gone: boolean;
}

/**
 * The line of `proc/mapped.list` for a file: stat through map_files (`dir`) where the device is a local mount's, by name where that is refused and the
 * process sees what the capture sees.
 */
export function mappedLine(file: MappedFile, dir: string, local: boolean, own: MountTable | null, sameView: boolean): MappedLine {
  let stat: ListTaken<ListStat> = local ? takeStat(dir + file.range) : null;
  let statByNameTaken = false;
  if (stat !== null && 'errno' in stat && sameView) {
    const named = statByName(file.path, own);
    statByNameTaken = named !== null;
    stat = named ?? stat;
  }
  const line = formatListLine({ name: file.name, lmode: null, lmodeDerived: false, stat, statByName: statByNameTaken, target: file.path });
  return { line, gone: stat !== null && 'errno' in stat && (stat.errno === 'ENOENT' || stat.errno === 'ESRCH') };
}
