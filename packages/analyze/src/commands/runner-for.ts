import { resolve } from 'node:path';
import type { Globals } from './command.ts';
import type { Io } from './io.ts';
import { type CaseChoice, caseFile } from './open-case.ts';
import { QueryRunner } from './query-runner.ts';

/** Asks the same case as openFor in a process of its own: what the operator brought can neither change it nor hold us up. The caller closes it. */
export function runnerFor(choice: CaseChoice, io: Io, globals: Globals): QueryRunner {
  const archives = choice.archives ?? [];
  const file = archives.length > 0 ? undefined : resolve(io.cwd, caseFile(choice, io, globals));
  // The damage of the archives is said by whoever opens them in this process.
  return new QueryRunner({ type: 'open', file, archives, ageIdentity: globals.ageIdentity, cwd: io.cwd, capture: undefined }, () => {});
}
