import type { CaseDb } from '../db/query.ts';
import type { Need } from '../triage/evidence.ts';
import { counter, lacking } from '../triage/needs.ts';
import type { Hit } from './hit.ts';
import { lookConnections } from './look-connections.ts';
import { lookFiles } from './look-files.ts';
import { lookHosts } from './look-hosts.ts';
import { lookProcesses } from './look-processes.ts';
import { lookText } from './look-text.ts';
import type { Wanted } from './wanted.ts';

/** All hits in one capture: connections, the hosts file, users, executables, processes, command lines and environments, files. */
export function* look(db: CaseDb, captureId: number, wanted: Wanted): Generator<Hit, void> {
  const hosts = lookHosts(db, captureId, wanted);
  yield* lookConnections(db, captureId, wanted, hosts);
  yield* hosts.hits;
  yield* lookProcesses(db, captureId, wanted);
  yield* lookText(db, captureId, wanted);
  yield* lookFiles(db, captureId, wanted);
}

/** What was not captured of the places where these indicators could be, each in a sentence: nothing found there is not an answer. */
export function unseen(db: CaseDb, captureId: number, wanted: Wanted): string[] {
  const asked = new Set<Need>();
  const ask = (when: boolean, ...needs: readonly Need[]): void => {
    if (when) for (const need of needs) asked.add(need);
  };
  ask(wanted.asksAddresses || wanted.ports.size > 0 || wanted.asksHosts, 'sockets');
  ask(wanted.asksAddresses || wanted.asksHosts || wanted.asksPaths || wanted.asksNames, 'cmdline', 'environ');
  ask(wanted.asksPaths, 'exe', 'fds', 'maps');
  ask(wanted.asksNames, 'processes', 'exe');
  ask(wanted.commands.size > 0, 'cmdline');
  ask(wanted.users.size > 0, 'users', 'status');
  ask(wanted.hashes.size > 0, 'exe-hash');
  const { absent, partly } = lacking(
    counter(db, { capture: captureId, before: null, broken: () => '[]', unheld: () => '[]', seen: () => '[]' }),
    [...asked],
  );
  const hosts =
    wanted.asksHosts &&
    db.get("SELECT 1 FROM sources WHERE capture_id = ? AND parser = 'etc-hosts' AND errno IS NULL", captureId) === undefined;
  return [...absent, ...(hosts ? ['/etc/hosts was not captured'] : []), ...partly];
}
