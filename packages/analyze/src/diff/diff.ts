import type { CaseDb } from '../db/query.ts';
import { type Change, KINDS, type Kind } from './change.ts';
import { compareDescriptors } from './descriptors.ts';
import { compareHost } from './host.ts';
import { compareListeners } from './listeners.ts';
import { compareNamespaces } from './namespaces.ts';
import { compareMounts, compareRoutes } from './places.ts';
import { compareProcesses, type ProcessChanges } from './processes.ts';
import { beside, type Side, sameBoot } from './side.ts';
import { type Compared, compareFamilies } from './socket-rows.ts';
import { compareSockets } from './sockets.ts';

/** Every difference between two captures of one case, kind by kind in the order of KINDS; only the kinds asked for are computed. */
export function* differences(db: CaseDb, one: Side, other: Side, only: ReadonlySet<Kind>): Generator<Change, void> {
  const oneBoot = sameBoot(one, other);
  const [before, after] = beside(one, other);
  const once = <T>(make: () => T): (() => T) => {
    let made: { value: T } | undefined;
    return () => {
      made ??= { value: make() };
      return made.value;
    };
  };
  // Some kinds come out of one comparison: it is made once, when the first of them is asked for. What is equal is not in it.
  const processes = once((): ProcessChanges => compareProcesses(db, before, after, oneBoot));
  const families = once((): Compared[] => compareFamilies(db, before, after, oneBoot));
  const sockets = once((): Change[] => [...compareSockets(db, families(), before, after, oneBoot)]);
  const host = once((): Change[] => [...compareHost(db, before, after, oneBoot)]);
  for (const kind of KINDS.filter((k) => only.has(k))) {
    const changes = ofKind(kind);
    for (const change of changes) if (change.kind === kind) yield change;
  }

  function ofKind(kind: Kind): Iterable<Change> {
    if (kind === 'listener') return compareListeners(db, families(), before, after, oneBoot);
    if (kind === 'outbound' || kind === 'socket' || kind === 'unix') return sockets();
    if (kind === 'process' || kind === 'exe' || kind === 'cwd') return processes().changes;
    if (kind === 'route') return compareRoutes(db, before, after, oneBoot);
    if (kind === 'mount') return compareMounts(db, before, after, oneBoot);
    if (kind === 'namespace') return oneBoot ? compareNamespaces(db, before, after) : [];
    if (kind === 'descriptor') return oneBoot ? compareDescriptors(db, before, after, processes().same) : [];
    return host();
  }
}
