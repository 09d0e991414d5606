import { hash } from 'node:crypto';
import { PASS_B } from './archive/layout.ts';
import { ARTEFACTS, type Artefact, FILE_CAP, type OptIn, TABLE_CAP } from './artefacts.ts';
import { Failure } from './attempt.ts';
import type { Intake } from './intake.ts';
import { PORTMAPPER_PATHS } from './portmapper.ts';
import { takeFile, takeTable } from './take.ts';
import type { SourceHead } from './wire.ts';

export const TABLES: readonly Artefact[] = ARTEFACTS.filter((a) => a.phase === 'tables');
export const NET_NAMES: readonly string[] = TABLES.filter((a) => a.scope === 'netns').map((a) => a.path);
export const MAPPED = 'proc/mapped.list';

/** What is taken last of all, where it was asked for. */
export function lastArtefacts(asked: readonly OptIn[]): Artefact[] {
  return ARTEFACTS.filter((a) => a.phase === 'last' && (!a.optIn || asked.includes(a.optIn)));
}

/** Entries that every capture has, or says why not. */
export function plannedPaths(asked: readonly OptIn[], light: boolean): string[] {
  if (light) return TABLES.map(ownName);
  const host = ARTEFACTS.filter((a) => a.scope === 'host' && a.phase === 'host').map(ownName);
  const twice = TABLES.flatMap((a) => [ownName(a), PASS_B + ownName(a)]);
  const replies = asked.includes('rpcbind') ? PORTMAPPER_PATHS : [];
  return [...twice, ...host, `${PASS_B}proc/stat.pack`, MAPPED, ...lastArtefacts(asked).map(ownName), ...replies];
}

const TABLE_MS = 20_000;

export interface OwnTable {
  readonly head: SourceHead;
  readonly body: Buffer;
}

/** Entry name of a table of the capture's own network namespace, or of a counter of the host taken beside the tables. */
function ownName(a: Artefact): string {
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
