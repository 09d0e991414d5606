import { type PidStat, parsePidStat } from '../procfs/pid-stat.ts';
import { parsePidStatus } from '../procfs/pid-status.ts';
import { parseWhole } from '../procfs/whole.ts';
import { bytesValue, u64Value } from './bytes.ts';
import type { Feed, FeedEntry, Load } from './feed.ts';
import { readPack, runFrame } from './pack-feed.ts';
import { fromStat } from './process-feeds.ts';
import { type Cells, type ProcessState, processState } from './process-state.ts';

/** `same` (as the leader's), or `same TID` (as those of the first live thread, when the leader is dead); `not-compared` leaves it open. False for other words. */
function same(state: ProcessState, cells: Cells, what: string, body: Buffer): boolean {
  const text = body.toString('latin1', 0, 32);
  const m = /^same(?: (\d{1,10}))?$/.exec(text);
  if (m === null) return text === 'not-compared';
  if (what === 'fd') cells['own_files'] = 0;
  else state.sharesNamespaces(cells, m[1] === undefined ? null : Number(m[1]));
  return true;
}

/** Frames `TID/stat`, `TID/status`, `TID/comm`, `TID/fd`, `TID/ns` of every thread but the leader. */
const task: Feed = {
  parser: 'task-pack',
  match: /^proc\/\d{1,10}\/task\.pack$/,
  read(entry, load) {
    const state = processState(load);
    const keys = load.into('process_status_keys');
    const pid = entry.pid ?? 0;
    return readPack(entry, load, (frame, line) => {
      const name = /^(\d{1,10})\/(stat|status|comm|fd|ns)$/.exec(frame.name);
      if (name === null) return false;
      const cells = state.thread(pid, Number(name[1]));
      cells['source_id'] ??= entry.sourceId;
      cells['line'] ??= line;
      if ('errno' in frame) return true;
      if (name[2] === 'stat') {
        runFrame(parsePidStat, frame.body, line, entry, load, (s) => {
          Object.assign(cells, { name: bytesValue(s.comm), state: s.state, start_ticks: u64Value(s.startTicks), line: line + 1 });
        });
      } else if (name[2] === 'status') {
        runFrame(parsePidStatus, frame.body, line, entry, load, (s) => {
          keys([pid, Number(name[1]), s.key, bytesValue(s.value), entry.sourceId, line + s.line]);
        });
      } else if (name[2] === 'comm') {
        runFrame(parseWhole, frame.body, line, entry, load, ({ value }) => {
          cells['comm_raw'] = bytesValue(value);
        });
      } else return same(state, cells, name[2] ?? '', frame.body);
      return true;
    });
  },
};

/** A process that nothing else in the evidence shows is one all the same. */
function seenAgain(
  state: ProcessState,
  pid: number,
  s: PidStat,
  { entry, line, load }: { entry: FeedEntry; line: number; load: Load },
): void {
  if (state.has(pid)) state.seenAgain(pid, u64Value(s.startTicks));
  else Object.assign(state.process(pid), fromStat(s, load), { source_id: entry.sourceId, line: line + 1 });
}

/** The second look at each process: gone, or another one under the same number. */
const again: Feed = {
  parser: 'stat-pack',
  match: /^proc\/stat\.pack$/,
  read(entry, load) {
    const state = processState(load);
    return readPack(entry, load, (frame, line) => {
      const pid = /^(\d{1,10})\/stat$/.exec(frame.name)?.[1];
      if (pid === undefined) return false;
      if ('errno' in frame) state.seenAgain(Number(pid), null);
      // Of one that cannot be read it stays open whether it is the same process.
      else runFrame(parsePidStat, frame.body, line, entry, load, (s) => seenAgain(state, Number(pid), s, { entry, line, load }));
      return true;
    });
  },
};

export const taskFeeds: readonly Feed[] = [task, again];
