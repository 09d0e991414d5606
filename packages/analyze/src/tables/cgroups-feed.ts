import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { statValues } from './link-feeds.ts';
import { readList } from './pack-feed.ts';

export const cgroupsFeeds: readonly Feed[] = [
  {
    parser: 'cgroup-list',
    match: /^sys\/fs\/cgroup\.list$/,
    read(entry, load) {
      const add = load.into('cgroups');
      // The walk begins at the mounts: what is below none that was seen before is one.
      const mounts: string[] = [];
      return readList(entry, load, ({ name, stat, line }) => {
        if (!name.startsWith('/') || name.endsWith('/')) return false;
        let mount = mounts.find((m) => name === m || name.startsWith(`${m}/`));
        if (mount === undefined) {
          mount = name;
          mounts.push(name);
        }
        const [mode = null, , uid = null, gid = null, dev = null, ino = null, , , errno = null] = statValues(stat);
        const text = (latin1: string) => bytesValue(Buffer.from(latin1, 'latin1'));
        add([ino, text(mount), text(name.slice(mount.length) || '/'), mode, uid, gid, dev, errno, entry.sourceId, line]);
        return true;
      });
    },
  },
];
