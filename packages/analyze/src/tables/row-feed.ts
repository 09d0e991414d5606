import type { Parser, Placed } from '../procfs/lines.ts';
import type { Value } from '../render/value.ts';
import type { Feed, FeedEntry } from './feed.ts';

/** A feed where each record of one parser is one row of one table. */
export interface RowFeed<R extends Placed> {
  /** Word for `sources.parser`. */
  readonly parser: string;
  readonly match: RegExp;
  readonly table: string;
  readonly parse: Parser<R>;
  /** Called once a body, so that what all its rows share is made once; gives the function for one row. */
  readonly rows: (entry: FeedEntry) => (record: R) => readonly Value[];
}

export function rowFeed<R extends Placed>({ parser, match, table, parse, rows }: RowFeed<R>): Feed {
  return {
    parser,
    match,
    read(entry, load) {
      const add = load.into(table);
      const row = rows(entry);
      return parse(entry.body, load.env, {
        record: (r) => add(row(r)),
        problem: (p) => load.problem(entry, p),
      });
    },
  };
}
