import { hash } from 'node:crypto';
import { type Artefact, FILE_CAP, TABLE_CAP } from './artefacts.ts';
import { Failure } from './attempt.ts';
import type { Intake } from './intake.ts';
import { takeFile, takeTable } from './take.ts';
import type { SourceHead } from './wire.ts';

const TABLE_MS = 20_000;

export interface OwnTable {
  readonly head: SourceHead;
  readonly body: Buffer;
}

/** Entry name of a table of the capture's own network namespace, or of a counter of the host taken beside the tables. */
export function ownName(a: Artefact): string {
  return a.scope === 'netns' ? `proc/net/${a.path}` : a.path;
}

/** One such table, read here in the parent: at once, whole, and before any other process is started. `now` gives microseconds. */
export function takeOwn(a: Artefact, proc: string, prefix: string, netns: string | null, now: () => number): OwnTable {
  const file = a.scope === 'netns' ? `${proc}/self/net/${a.path}` : `${proc}/${a.path.slice('proc/'.length)}`;
  const start = now();
  const taken = takeTable(file, Math.min(a.cap, TABLE_CAP), TABLE_MS);
  const end = now();
  const place = { path: prefix + ownName(a), start, end, ...(a.scope === 'netns' && netns !== null && { netns }) };
  if (taken instanceof Failure) return { head: { t: 'miss', ...place, errno: taken.errno }, body: Buffer.alloc(0) };
  const { body, limit, errno } = taken;
  const odd = { ...(limit && { limit }), ...(errno && { errno }) };
  return { head: { t: 'body', ...place, sha256: hash('sha256', body, 'hex'), ...odd }, body };
}

/** Whether attr/current says anything on this host: without a security module it answers EINVAL to everyone, and is asked only this once. */
export function labelled(proc: string, intake: Intake): boolean {
  const label = takeFile(`${proc}/self/attr/current`, FILE_CAP, 1000);
  if (!(label instanceof Failure)) return true;
  intake.lost('proc/self/attr/current', { errno: label.errno, note: 'not-tried' });
  return false;
}
