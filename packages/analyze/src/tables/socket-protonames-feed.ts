import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { framePieces } from './frame-pieces.ts';
import { readPack } from './pack-feed.ts';

export const socketProtonamesFeeds: readonly Feed[] = [
  {
    parser: 'sockprotoname-pack',
    match: /^proc\/sockprotoname\.pack$/,
    pieces: framePieces,
    read(entry, load) {
      const add = load.into('socket_protonames');
      return readPack(entry, load, (frame, line) => {
        if (!/^\d{1,15}$/.test(frame.name)) return false;
        const inode = Number(frame.name);
        if ('errno' in frame) add([inode, null, frame.errno, entry.sourceId, line]);
        else {
          // sockfs_xattr_get gives the name with the NUL that ends it.
          const nul = frame.body.indexOf(0);
          add([inode, bytesValue(nul < 0 ? frame.body : frame.body.subarray(0, nul)), null, entry.sourceId, line]);
        }
        return true;
      });
    },
  },
];
