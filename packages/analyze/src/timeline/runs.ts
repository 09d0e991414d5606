import type { CaseDb } from '../db/query.ts';
import { absentFrom } from '../diff/seen.ts';
import { type Side, sideOf } from '../diff/side.ts';
import { terminal } from '../render/cell.ts';
import type { Moment } from './clock.ts';
import { ABOUT, type About } from './things.ts';

/** Captures of one boot of one host in order of time: within one the same key is the same thing. A capture of an unknown boot is alone. */
function runsOf(moments: readonly Moment[]): Moment[][] {
  const runs = new Map<string, Moment[]>();
  for (const m of moments) {
    const key = m.bootId === null ? `capture ${m.captureId}` : `${terminal(m.host)} ${m.bootId}`;
    const run = runs.get(key);
    if (run === undefined) runs.set(key, [m]);
    else run.push(m);
  }
  return [...runs.values()].map((run) => run.sort((a, b) => compare(a.started ?? 0n, b.started ?? 0n) || a.captureId - b.captureId));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

/** The files of its own namespace that a capture must have read whole for the lack of such a thing to say something. */
const FILES: Readonly<Record<Exclude<About, 'process' | 'module'>, readonly string[]>> = {
  listener: ['tcp', 'udp'],
  socket: ['tcp', 'udp'],
  unix: ['unix'],
};

/** Whether what the capture does not show was not there: its list was read to the end. */
function tells(side: Side, about: About): boolean {
  if (about === 'process') return side.seen.processes;
  if (about === 'module') return absentFrom(side.seen, { file: 'proc/modules' });
  return FILES[about].every((file) => absentFrom(side.seen, { file, netNs: side.netNs }));
}

/**
 * For each kind of thing and each capture, as a JSON array of arrays: kind, capture, number of its run and place in it, rank of its host, its look from and to,
 * the anchor of starts (nanoseconds, ticks a second, how far off), and the nearest captures of the run before (from when) and after it (to when) of which the
 * lack of a thing says something.
 */
export function momentsJson(db: CaseDb, moments: readonly Moment[]): string {
  const hosts = new Map<string, number>();
  for (const { host } of moments) if (!hosts.has(terminal(host))) hosts.set(terminal(host), hosts.size);
  const sides = new Map(moments.map(({ captureId }) => [captureId, sideOf(db, captureId)]));
  const rows = runsOf(moments).flatMap((run, n) =>
    ABOUT.flatMap((about, i) => {
      const telling = run.map(({ captureId }) => {
        const side = sides.get(captureId);
        return side !== undefined && tells(side, about);
      });
      return run.map((m, pos) => {
        const prior = run[telling.lastIndexOf(true, pos - 1)];
        const later = run[telling.indexOf(true, pos + 1)];
        const before = pos === 0 || prior === undefined ? [null, null] : [prior.captureId, prior.started];
        const after = later === undefined ? [null, null] : [later.captureId, later.ended ?? later.started];
        const clock = m.anchor === null ? [null, null, null] : [m.anchor.ns, m.anchor.ticksPerSecond, m.anchor.within];
        return [i, m.captureId, n, pos, hosts.get(terminal(m.host)), m.started, m.ended ?? m.started, ...clock, ...before, ...after];
      });
    }),
  );
  return `[${rows.map((row) => `[${row.map(String).join(',')}]`).join(',')}]`;
}
