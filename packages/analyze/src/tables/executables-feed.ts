import { u64Value } from './bytes.ts';
import type { Feed } from './feed.ts';
import { readPack } from './pack-feed.ts';

const NAME = /^(?:(\d{1,10}:\d{1,10}):(\d{1,20})|(\d{1,10}))$/;
const BODY = /^([0-9a-f]{64}) (\d{1,15})( truncated)?\n$/;

export const executableFeeds: readonly Feed[] = [
  {
    parser: 'exe-pack',
    match: /^proc\/(?:exe-hash|deleted-exe)\.pack$/,
    read(entry, load) {
      const add = load.into('executables');
      return readPack(entry, load, (frame, line) => {
        const name = NAME.exec(frame.name);
        const hash = 'errno' in frame ? null : BODY.exec(frame.body.toString('latin1', 0, 128));
        if (name === null || (hash === null && !('errno' in frame))) return false;
        const inode = name[2] === undefined ? null : u64Value(BigInt(name[2]));
        const pid = name[3] === undefined ? null : Number(name[3]);
        const found = hash === null ? [null, null, null] : [hash[1] ?? null, Number(hash[2]), hash[3] === undefined ? 0 : 1];
        add([name[1] ?? null, inode, pid, ...found, 'errno' in frame ? frame.errno : null, entry.sourceId, line]);
        return true;
      });
    },
  },
];
