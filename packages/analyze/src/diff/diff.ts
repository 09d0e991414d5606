import type { CaseDb } from '../db/query.ts';
import type { Change, Kind } from './change.ts';
import { compareDescriptors } from './descriptors.ts';
import { compareHost } from './host.ts';
import { compareListeners } from './listeners.ts';
import { compareProcesses } from './processes.ts';
import { type Side, sameBoot } from './side.ts';
import { compareSockets } from './sockets.ts';

/** Every difference between two captures of one case, kind by kind; only the kinds asked for are computed. */
export function* differences(db: CaseDb, before: Side, after: Side, only: ReadonlySet<Kind>): Generator<Change, void> {
  const oneBoot = sameBoot(before, after);
  const wants = (...kinds: readonly Kind[]): boolean => kinds.some((kind) => only.has(kind));
  const all = function* (): Generator<Change, void> {
    if (wants('process', 'exe', 'cwd', 'descriptor')) {
      const { changes, same } = compareProcesses(db, before, after, oneBoot);
      yield* changes;
      if (wants('descriptor') && oneBoot) yield* compareDescriptors(db, before, after, same);
    }
    if (wants('listener')) yield* compareListeners(db, before, after, oneBoot);
    if (wants('socket')) yield* compareSockets(db, before, after, oneBoot);
    if (wants('user', 'service', 'module', 'interface')) yield* compareHost(db, before, after, oneBoot);
  };
  for (const change of all()) if (only.has(change.kind)) yield change;
}
