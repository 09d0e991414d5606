import type { Parser } from '../procfs/lines.ts';
import {
  type Fact,
  parseConfigLines,
  parseFilesystems,
  parseLoadavg,
  parseOsRelease,
  parseProcStat,
  parseUptime,
  parseWholeLines,
} from '../procfs/proc-facts.ts';
import type { Value } from '../render/value.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { eachFrame } from './pack-lines.ts';
import { rowFeed } from './row-feed.ts';

function factRow(path: string, fact: Fact, sourceId: number, line: number): readonly Value[] {
  return [fact.key === null ? path : `${path}:${fact.key}`, bytesValue(fact.value), sourceId, line];
}

function factFeed(parser: string, match: RegExp, parse: Parser<Fact>): Feed {
  return rowFeed({
    parser,
    match,
    table: 'facts',
    parse,
    rows:
      ({ path, sourceId }) =>
      (fact) =>
        factRow(path, fact, sourceId, fact.line),
  });
}

export const factsFeeds: readonly Feed[] = [
  factFeed('etc-os-release', /^etc\/os-release$/, parseOsRelease),
  factFeed('etc-lines', /^etc\/(?:resolv\.conf|nsswitch\.conf|ld\.so\.preload)$/, parseConfigLines),
  factFeed('whole-lines', /^(?:etc\/(?:hostname|machine-id)|proc\/(?:version|cmdline|sys\/.+(?<!\.pack)))$/, parseWholeLines),
  factFeed('proc-loadavg', /^proc\/loadavg$/, parseLoadavg),
  factFeed('proc-uptime', /^proc\/uptime$/, parseUptime),
  factFeed('proc-stat', /^proc\/stat$/, parseProcStat),
  factFeed('proc-filesystems', /^proc\/filesystems$/, parseFilesystems),
  {
    parser: 'proc-sys',
    match: /^proc\/sys\.pack$/,
    read(entry, load) {
      const add = load.into('facts');
      return eachFrame(entry, load, ({ name, body }, line) => {
        const counts = parseWholeLines(body, load.env, {
          record: (fact) => add(factRow(`proc/sys/${name}`, fact, entry.sourceId, line + fact.line - 1)),
          problem: (p) => load.problem(entry, { ...p, line: line + p.line - 1 }),
        });
        return counts.lines - counts.header;
      });
    },
  },
];
