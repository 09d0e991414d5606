import { parseMountinfo } from '../procfs/mountinfo.ts';
import { containerId, parsePidCgroup } from '../procfs/pid-cgroup.ts';
import { parsePidLimits } from '../procfs/pid-limits.ts';
import { parsePidMaps } from '../procfs/pid-maps.ts';
import { bytesValue, deviceValue, u64Value } from './bytes.ts';
import type { Feed } from './feed.ts';
import { DELETED } from './link-feeds.ts';
import { run } from './pack-feed.ts';
import { processState } from './process-state.ts';

const cgroup: Feed = {
  parser: 'pid-cgroup',
  match: /^proc\/\d{1,10}\/(?:task\/\d{1,10}\/)?cgroup$/,
  read(entry, load) {
    const cells = processState(load).process(entry.pid ?? 0);
    const add = load.into('process_cgroups');
    return run(parsePidCgroup, entry, load, ({ line, hierarchy, controllers, path }) => {
      cells['container_id'] ??= containerId(path.toString('latin1'));
      add([entry.pid, hierarchy, bytesValue(controllers), bytesValue(path), entry.sourceId, line]);
    });
  },
};

const limits: Feed = {
  parser: 'pid-limits',
  match: /^proc\/\d{1,10}\/(?:task\/\d{1,10}\/)?limits$/,
  read(entry, load) {
    const add = load.into('process_limits');
    return run(parsePidLimits, entry, load, ({ line, name, soft, hard, unit }) => {
      const value = (n: number | bigint | null) => (n === null ? null : u64Value(n));
      add([entry.pid, name, value(soft), value(hard), unit, entry.sourceId, line]);
    });
  },
};

const DELETED_BYTES = Buffer.from(DELETED);

function isDeleted(path: Buffer): number {
  return path.length >= DELETED_BYTES.length && path.subarray(-DELETED_BYTES.length).equals(DELETED_BYTES) ? 1 : 0;
}

const maps: Feed = {
  parser: 'pid-maps',
  match: /^proc\/\d{1,10}\/(?:task\/\d{1,10}\/)?maps$/,
  read(entry, load) {
    const add = load.into('maps');
    return run(parsePidMaps, entry, load, (m) => {
      const { path } = m;
      const name = path === null ? null : bytesValue(path);
      const dev = deviceValue(m.major, m.minor);
      const deleted = path === null ? null : typeof name === 'string' ? Number(name.endsWith(DELETED)) : isDeleted(path);
      add([entry.pid, m.start, m.end, m.perms, u64Value(m.offset), dev, u64Value(m.inode), name, deleted, entry.sourceId, m.line]);
    });
  },
};

const mountinfo: Feed = {
  parser: 'mountinfo',
  match: /^proc\/\d{1,10}\/(?:task\/\d{1,10}\/)?mountinfo$/,
  read(entry, load) {
    const state = processState(load);
    const pid = entry.pid ?? 0;
    const cells = entry.tid === null ? state.process(pid) : state.thread(pid, entry.tid);
    const namespace = cells['mnt_ns'] ?? null;
    const add = load.into('mounts');
    return run(parseMountinfo, entry, load, (m) => {
      const bytes = [m.root, m.mountPoint, m.options, m.optional, m.fstype, m.source, m.superOptions].map(bytesValue);
      add([namespace, entry.pid, m.id, m.parent, m.dev, ...bytes, entry.sourceId, m.line]);
    });
  },
};

export const memoryFeeds: readonly Feed[] = [cgroup, limits, maps, mountinfo];
