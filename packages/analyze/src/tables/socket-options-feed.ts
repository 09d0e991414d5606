import type { PackFrame } from '@coldstat/capture/archive';
import { Reader } from '../syscall/reader.ts';
import { socketName } from '../syscall/sockaddr.ts';
import { bytesValue } from './bytes.ts';
import type { Feed, FeedEntry, Load } from './feed.ts';
import { framePieces } from './frame-pieces.ts';
import { readPack } from './pack-feed.ts';

const OPTION = /^(\d{1,10})\/([A-Za-z0-9_]{1,32})\/([A-Za-z0-9_]{1,48})$/;
const NAME = /^(\d{1,10})\/(sockname|peername)$/;

export const socketOptionsFeeds: readonly Feed[] = [
  {
    parser: 'sockopt-pack',
    match: /^proc\/\d+\/(?:task\/\d+\/)?sockopt\.pack$/,
    pieces: framePieces,
    read(entry, load) {
      const tid = entry.tid ?? 0;
      const [options, names] = [load.into('socket_options'), load.into('socket_names')];
      return readPack(entry, load, (frame, line) => {
        const option = OPTION.exec(frame.name);
        if (option !== null) {
          const bytes = 'errno' in frame ? null : frame.body;
          const value =
            bytes === null || load.env.byteOrder === null || bytes.length !== 4 ? null : new Reader(bytes, load.env.byteOrder).i32(0);
          const [, fd, level, name] = option as unknown as readonly [string, string, string, string];
          options([
            entry.pid,
            tid,
            Number(fd),
            level,
            name,
            value,
            bytes && Buffer.from(bytes),
            'errno' in frame ? frame.errno : null,
            entry.sourceId,
            line,
          ]);
          return true;
        }
        if ('errno' in frame && /^\d{1,10}$/.test(frame.name)) {
          options([entry.pid, tid, Number(frame.name), null, null, null, null, frame.errno, entry.sourceId, line]);
          return true;
        }
        const name = NAME.exec(frame.name);
        if (name === null) return false;
        names(nameRow(Number(name[1]), name[2] === 'sockname' ? 'local' : 'peer', frame, line, entry, load));
        return true;
      });
    },
  },
];

function nameRow(fd: number, side: string, frame: PackFrame, line: number, entry: FeedEntry, load: Load) {
  const tail = [entry.sourceId, line] as const;
  if ('errno' in frame) return [entry.pid, entry.tid ?? 0, fd, side, null, null, null, null, null, null, frame.errno, ...tail];
  const { body } = frame;
  const name = load.env.byteOrder === null ? null : socketName(body, load.env.byteOrder);
  if (name === null && body.length > 0) {
    load.problem(entry, { code: 'message-value', line, lines: 0, message: 'the address is shorter than its family makes it' });
  }
  const path = name?.path ?? null;
  return [
    entry.pid,
    entry.tid ?? 0,
    fd,
    side,
    name?.family ?? null,
    name?.address ?? null,
    name?.port ?? null,
    name?.scopeId ?? null,
    path === null ? null : bytesValue(path),
    Buffer.from(body),
    null,
    ...tail,
  ];
}
