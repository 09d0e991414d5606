import { unescapeBytes } from '@coldstat/capture/archive';
import type { Parser, Placed } from '../procfs/lines.ts';
import { byLine } from '../procfs/rows.ts';
import { direntRanges, parseDirents } from '../syscall/dirents.ts';
import { Pieces } from '../syscall/pieces.ts';
import { bytesValue, u64Value } from './bytes.ts';
import type { Feed } from './feed.ts';
import { tableName } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

interface Listed extends Placed {
  readonly name: Buffer | null;
  readonly first: number | null;
  readonly last: number | null;
}

const parseNames: Parser<Listed> = byLine((sink) => ({ body, start, end, number }) => {
  const name = unescapeBytes(body.toString('latin1', start, end));
  if (name === undefined || name === '') return { code: 'line-form', message: 'not a name as archives write it' };
  sink.record({ line: number, name: Buffer.from(name, 'latin1'), first: null, last: null });
  return 'row';
});

const parseProbe: Parser<Listed> = byLine((sink) => ({ body, start, end, number }) => {
  const text = body.toString('latin1', start, Math.min(end, start + 64));
  const range = /^# (\d{1,10}) (\d{1,10})$/.exec(text);
  if (range !== null) sink.record({ line: number, name: null, first: Number(range[1]), last: Number(range[2]) });
  else if (/^\d{1,10}$/.test(text)) sink.record({ line: number, name: Buffer.from(text), first: null, last: null });
  else return { code: 'line-form', message: 'neither a process number nor the range that was tried' };
  return 'row';
});

const names = (parse: Parser<Listed>, match: RegExp): Feed =>
  rowFeed({
    parser: 'listing',
    match,
    table: 'directory_listings',
    parse,
    rows:
      ({ path, sourceId }) =>
      (r) => [tableName(path), r.name === null ? null : bytesValue(r.name), null, null, r.first, r.last, sourceId, r.line],
  });

export const directoryListingsFeeds: readonly Feed[] = [
  names(parseNames, /^listing\/readdir-[123]$/),
  names(parseProbe, /^listing\/probe$/),
  {
    ...rowFeed({
      parser: 'dirents',
      match: /^listing\/getdents$/,
      table: 'directory_listings',
      parse: parseDirents,
      rows:
        ({ sourceId }) =>
        (r) => ['getdents', bytesValue(r.name), r.inode === null ? null : u64Value(r.inode), r.type, null, null, sourceId, r.line],
    }),
    pieces: (body, order) => new Pieces(() => direntRanges(body, order)),
  },
];
