import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { eachFrame } from './pack-lines.ts';

/** 0 stands for a process outside the pid namespace of the capture: a line of nothing else counts as header. */
const NUMBERS = /^(?=.{1,200000}$)(?: ?(?:0|[1-9]\d{0,9}))+ ?$/;

/** Bodies of both kinds are process numbers apart by blanks or newlines (fs/proc/array.c children_seq_show, kernel/cgroup cgroup_procs_show). */
function namedFeed(parser: string, match: RegExp, kind: 'children' | 'cgroup', name: RegExp): Feed {
  return {
    parser,
    match,
    read(entry, load) {
      const add = load.into('named_processes');
      return eachFrame(entry, load, (frame, first) => {
        const rows = frame.body.toString('latin1').split('\n');
        if (rows.at(-1) === '') rows.pop();
        if (rows.length > 0 && (!name.test(frame.name) || !rows.every((row) => NUMBERS.test(row)))) {
          load.problem(entry, {
            code: 'list-form',
            line: first,
            lines: rows.length,
            message: 'not numbers of processes, or of nobody we know',
          });
          return rows.length;
        }
        const by = bytesValue(Buffer.from(frame.name, 'latin1'));
        let kept = 0;
        rows.forEach((row, i) => {
          const listed = row.split(' ').filter((word) => word !== '' && word !== '0');
          if (listed.length > 0) kept++;
          for (const word of listed) add([kind, by, Number(word), entry.sourceId, first + i]);
        });
        return kept;
      });
    },
  };
}

export const namedProcessesFeeds: readonly Feed[] = [
  namedFeed('pid-children', /^proc\/children\.pack$/, 'children', /^\d{1,10}\/\d{1,10}$/),
  namedFeed('cgroup-procs', /^sys\/fs\/cgroup\.pack$/, 'cgroup', /^\//),
];
