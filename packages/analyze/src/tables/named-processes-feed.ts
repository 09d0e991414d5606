import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { eachFrame } from './pack-lines.ts';

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
        const odd = name.test(frame.name) ? rows.findIndex((row) => !/^[\d ]{1,200000}$/.test(row)) : 0;
        if (odd >= 0) {
          load.problem(entry, {
            code: 'list-form',
            line: first + odd,
            lines: rows.length,
            message: 'not numbers of processes, or of nobody we know',
          });
          return rows.length;
        }
        const by = bytesValue(Buffer.from(frame.name, 'latin1'));
        rows.forEach((row, i) => {
          // 0 stands for a process outside the pid namespace of the capture.
          for (const word of row.split(' ')) if (/^[1-9]\d{0,9}$/.test(word)) add([kind, by, Number(word), entry.sourceId, first + i]);
        });
        return rows.length;
      });
    },
  };
}

export const namedProcessesFeeds: readonly Feed[] = [
  namedFeed('pid-children', /^proc\/children\.pack$/, 'children', /^\d{1,10}\/\d{1,10}$/),
  namedFeed('cgroup-procs', /^sys\/fs\/cgroup\.pack$/, 'cgroup', /^\//),
];
