import type { Parser, Placed } from '../procfs/lines.ts';
import { byLine } from '../procfs/rows.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

interface Compared extends Placed {
  readonly one: readonly [pid: number, tid: number];
  readonly other: readonly [pid: number, tid: number];
  readonly result: number | null;
  readonly errno: string | null;
}

const LINE = /^(\d{1,10})(?:\/(\d{1,10}))? (\d{1,10})(?:\/(\d{1,10}))? (?:([0-3])|!([A-Z][A-Z0-9]*|\d+))$/;

const parse: Parser<Compared> = byLine((sink) => ({ body, start, end, number: line }) => {
  const m = LINE.exec(body.toString('latin1', start, Math.min(end, start + 128)));
  if (m === null) return { code: 'line-form', message: 'not two descriptor tables and what kcmp gave' };
  const [, pid, tid, otherPid, otherTid, result, errno] = m;
  sink.record({
    line,
    one: [Number(pid), Number(tid ?? 0)],
    other: [Number(otherPid), Number(otherTid ?? 0)],
    result: result === undefined ? null : Number(result),
    errno: errno ?? null,
  });
  return 'row';
});

export const tableComparisonsFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'kcmp-files',
    match: /^listing\/kcmp-files$/,
    table: 'table_comparisons',
    parse,
    rows:
      ({ sourceId }) =>
      (r) => [...r.one, ...r.other, r.result, r.errno, sourceId, r.line],
  }),
];
