import type { ListLine, ListStat, Taken } from '@coldstat/capture/archive';
import type { Value } from '../render/value.ts';
import { bytesValue, u64Value } from './bytes.ts';
import type { Feed, FeedEntry, Load } from './feed.ts';
import { NAMESPACE_KINDS, namespaceLink, namespaces } from './namespace-feed.ts';
import { readList } from './pack-feed.ts';
import { type Cells, processState } from './process-state.ts';

/** What stat told, in the order in which fds and links declare it: mode, nlink, uid, gid, dev, ino, rdev, size, errno. */
export function statValues(stat: Taken<ListStat>): Value[] {
  if (stat === null) return [null, null, null, null, null, null, null, null, null];
  if ('errno' in stat) return [null, null, null, null, null, null, null, null, stat.errno];
  const { mode, nlink, uid, gid, dev, ino, rdev, size } = stat;
  return [mode, u64Value(nlink), uid, gid, dev.join(':'), u64Value(ino), rdev.join(':'), u64Value(size), null];
}

function latin1Value(text: string): Value {
  return bytesValue(Buffer.from(text, 'latin1'));
}

/** Text of a link and why there is none. */
export function targetValues(target: Taken<string>): [text: Value, errno: string | null] {
  if (target === null) return [null, null];
  return typeof target === 'string' ? [latin1Value(target), null] : [null, target.errno];
}

export const DELETED = ' (deleted)';

/** Columns of processes that a link fills. */
function linkCells({ name, target, stat }: ListLine): Cells {
  const [text, errno] = targetValues(target);
  const seen = stat !== null && !('errno' in stat) ? stat : null;
  if (name === '.') return seen === null ? {} : { owner_uid: seen.uid, owner_gid: seen.gid };
  if (name === 'cwd') return { cwd: text, cwd_errno: errno };
  if (name === 'root') return { root: text, root_errno: errno };
  const deleted = typeof target === 'string' ? Number(target.endsWith(DELETED)) : null;
  const file = seen === null ? {} : { exe_dev: seen.dev.join(':'), exe_ino: u64Value(seen.ino) };
  return { path: text, path_errno: errno, path_deleted: deleted, ...file };
}

const LINKS: ReadonlySet<string> = new Set(['.', 'exe', 'cwd', 'root']);

interface NamespaceName {
  readonly kind: string;
  /** The namespace of processes to come and not of this one. */
  readonly children: boolean;
}

/** A link `ns/KIND` or `ns/KIND_for_children`; undefined when it is none. */
function namespaceName(name: string): NamespaceName | undefined {
  const m = /^ns\/([a-z]+)(_for_children)?$/.exec(name);
  const kind = m?.[1] ?? '';
  return NAMESPACE_KINDS.includes(kind) ? { kind, children: m?.[2] !== undefined } : undefined;
}

/** False when the link tells what no row of a process or namespace says: then it is a row of its own. */
function readNamespace(entry: FeedEntry, load: Load, cells: Cells, name: NamespaceName, own: Map<string, number>, link: ListLine): boolean {
  const { kind } = name;
  const found = typeof link.target === 'string' ? namespaceLink(link.target) : undefined;
  if (found === undefined || found.kind !== kind) return false;
  if (name.children) return own.get(kind) === found.inode;
  own.set(kind, found.inode);
  const pid = entry.pid ?? 0;
  const thread = entry.tid !== null && entry.tid !== pid ? entry.tid : null;
  namespaces(load).lives(kind, found.inode, pid, thread);
  if (thread === null || kind === 'net' || kind === 'mnt') cells[`${kind}_ns`] = found.inode;
  return true;
}

const links: Feed = {
  parser: 'links-list',
  match: /^proc\/\d{1,10}\/(?:task\/\d{1,10}\/)?links\.list$/,
  read(entry, load) {
    const state = processState(load);
    const pid = entry.pid ?? 0;
    const cells = entry.tid === null ? state.process(pid) : state.thread(pid, entry.tid);
    cells['source_id'] ??= entry.sourceId;
    cells['line'] ??= 1;
    const add = load.into('links');
    const own = new Map<string, number>();
    return readList(entry, load, (link) => {
      const namespace = namespaceName(link.name);
      if (namespace !== undefined) {
        if (readNamespace(entry, load, cells, namespace, own, link)) return true;
      } else if (!LINKS.has(link.name)) return false;
      else if (entry.tid === null) Object.assign(cells, linkCells(link));
      else if (link.name !== '.') state.seenByThread(pid, linkCells(link));
      const [text, errno] = targetValues(link.target);
      const stat = statValues(link.stat);
      add([pid, entry.tid ?? 0, link.name, text, errno, ...stat, link.statByName ? 1 : 0, entry.sourceId, link.line]);
      return true;
    });
  },
};

const mapped: Feed = {
  parser: 'mapped-list',
  match: /^proc\/mapped\.list$/,
  read(entry, load) {
    const add = load.into('mapped_files');
    return readList(entry, load, ({ name, stat, target, line }) => {
      const m = /^([0-9a-f]{1,8}):([0-9a-f]{1,8}):(\d{1,20})$/.exec(name);
      if (m === null) return false;
      const dev = `${Number.parseInt(m[1] ?? '', 16)}:${Number.parseInt(m[2] ?? '', 16)}`;
      const [mode = null, nlink = null, uid = null, gid = null, stDev = null, ino = null, , size = null, errno = null] = statValues(stat);
      const [path] = targetValues(target);
      add([dev, u64Value(BigInt(m[3] ?? '0')), path, mode, nlink, uid, gid, stDev, ino, size, errno, entry.sourceId, line]);
      return true;
    });
  },
};

export const linkFeeds: readonly Feed[] = [links, mapped];
