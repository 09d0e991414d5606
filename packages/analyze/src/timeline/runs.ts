import type { CaseDb } from '../db/query.ts';
import { absentFrom } from '../diff/seen.ts';
import { looksOver, type Side, sideOf } from '../diff/side.ts';
import { terminal } from '../render/cell.ts';
import type { Moment } from './clock.ts';
import { ABOUT } from './things.ts';

/** A capture as a moment, and what of it decides what its silence says. */
interface Look extends Moment {
  readonly side: Side;
}

/** Captures of one boot of one host in order of time: within one the same key is the same thing. A capture of an unknown boot is alone. */
function runsOf<T extends Look>(looks: readonly T[]): T[][] {
  const runs = new Map<string, T[]>();
  for (const look of looks) {
    const key = look.bootId === null ? `capture ${look.captureId}` : `${terminal(look.host)} ${look.bootId}`;
    const run = runs.get(key);
    if (run === undefined) runs.set(key, [look]);
    else run.push(look);
  }
  return [...runs.values()].map((run) => run.sort((a, b) => compare(a.started ?? 0n, b.started ?? 0n) || a.captureId - b.captureId));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

/** The pid namespaces that the captures of a run ran in, as far as they are known. */
function pidNamespaces(run: readonly Look[]): number[] {
  return [...new Set(run.flatMap(({ side }) => (side.pidNs === null ? [] : [side.pidNs])))];
}

/** Runs again by pid namespace: a process bears another id in each. A capture that does not tell its own is alone where there are several. */
function byPidNamespace(run: readonly Look[]): Look[][] {
  if (pidNamespaces(run).length < 2) return [[...run]];
  const parts = new Map<string, Look[]>();
  for (const look of run) {
    const key = look.side.pidNs === null ? `capture ${look.captureId}` : String(look.side.pidNs);
    parts.set(key, [...(parts.get(key) ?? []), look]);
  }
  return [...parts.values()];
}

function looksOf(db: CaseDb, moments: readonly Moment[]): Look[] {
  return moments.map((moment) => ({ ...moment, side: sideOf(db, moment.captureId) }));
}

/** What an operator must know of captures that are in one run and do not show the same processes, each in a sentence. */
export function runNotes(db: CaseDb, moments: readonly Moment[]): string[] {
  return runsOf(looksOf(db, moments)).flatMap((run) => {
    const namespaces = pidNamespaces(run);
    if (namespaces.length < 2) return [];
    const ids = run.map(({ captureId }) => captureId).join(', ');
    return [
      `captures ${ids} are of one boot and ran in different pid namespaces (${namespaces.join(', ')}): processes are followed within each alone, as they bear another id in each`,
    ];
  });
}

/** A table of sockets: its file, and the network namespace that it is of. */
type List = readonly [file: string, netNs: number | null];

/** Those that any capture of the run shows or was refused. */
function listsOf(run: readonly Look[]): List[] {
  const keys = new Set(run.flatMap(({ side }) => [...side.seen.files.keys()]));
  return [...keys].flatMap((key): List[] => {
    const [, file, netNs] = /^(\S+) (\d+|null)$/.exec(key) ?? [];
    return file === undefined ? [] : [[file, netNs === 'null' ? null : Number(netNs)]];
  });
}

/** Whether what the capture does not show of this list was not there: it was read to its end, or nobody was there whose it is. */
function tells({ seen }: Side, [file, netNs]: List, everywhere: boolean): boolean {
  return absentFrom(seen, { file, netNs }, everywhere);
}

type Cell = number | bigint | string | null;

/** What SQLite is asked the time line with: of each, rows. */
interface Asked {
  readonly moments: Cell[][];
  readonly lists: Cell[][];
  readonly near: Cell[][];
}

/**
 * For each capture, what SQLite needs of it, as JSON, of arrays each:
 * - `moments`: capture, kind of thing, number of its run and place in it, rank of its host, its look from and to, the anchor of starts (nanoseconds, ticks a
 *   second, how far off), and of a process or module the number of its silence;
 * - `lists`: run, file and network namespace (in one text) of a table of sockets, and the number of its silence;
 * - `near`: of a silence, which is what captures of a run do not tell of, and a place in the run: the nearest captures before (from when) and after it (to when)
 *   of which the lack of a thing says something.
 */
export function momentsJson(db: CaseDb, moments: readonly Moment[]): string {
  const hosts = new Map<string, number>();
  for (const { host } of moments) if (!hosts.has(terminal(host))) hosts.set(terminal(host), hosts.size);
  const asked: Asked = { moments: [], lists: [], near: [] };
  const silences = silencesOf(asked);
  let number = 0;
  for (const run of runsOf(looksOf(db, moments))) {
    const sockets = number++;
    const everywhere = run.map(({ side }) => run.every((from) => looksOver(side, from.side)));
    const silence = (whether: (look: Look, i: number) => boolean): number => silences(sockets, run, run.map(whether));
    for (const list of listsOf(run))
      asked.lists.push([sockets, list.map(String).join(' '), silence(({ side }, i) => tells(side, list, everywhere[i] === true))]);
    const modules = silence(({ side }) => absentFrom(side.seen, { file: 'proc/modules' }, true));
    for (const [i, about] of ABOUT.entries()) {
      if (about !== 'process') addMoments(asked, i, sockets, run, hosts, about === 'module' ? modules : null);
    }
    for (const part of byPidNamespace(run)) {
      const processes = number++;
      const telling = part.map(({ side }) => side.seen.processes);
      addMoments(asked, ABOUT.indexOf('process'), processes, part, hosts, silences(processes, part, telling));
    }
  }
  return `{"moments":${json(asked.moments)},"lists":${json(asked.lists)},"near":${json(asked.near)}}`;
}

/** Nanoseconds are numbers of more than 53 bits. */
function json(rows: readonly (readonly Cell[])[]): string {
  return `[${rows.map((row) => `[${row.map((cell) => (typeof cell === 'string' ? JSON.stringify(cell) : String(cell))).join(',')}]`).join(',')}]`;
}

function addMoments(
  asked: Asked,
  about: number,
  run: number,
  looks: readonly Look[],
  hosts: ReadonlyMap<string, number>,
  silence: number | null,
): void {
  for (const [pos, m] of looks.entries()) {
    const clock = m.anchor === null ? [null, null, null] : [m.anchor.ns, m.anchor.ticksPerSecond, m.anchor.within];
    asked.moments.push([
      about,
      m.captureId,
      run,
      pos,
      hosts.get(terminal(m.host)) ?? 0,
      m.started,
      m.ended ?? m.started,
      ...clock,
      silence,
    ]);
  }
}

/** Numbers silences, and writes down the neighbours of each once: most lists of a run are told of by the same captures. */
function silencesOf({ near }: Asked): (run: number, looks: readonly Look[], telling: readonly boolean[]) => number {
  const known = new Map<string, number>();
  return (run, looks, telling) => {
    const key = `${run} ${telling.map(Number).join('')}`;
    const number = known.get(key) ?? known.size;
    if (known.has(key)) return number;
    known.set(key, number);
    for (const pos of looks.keys()) {
      const prior = pos === 0 ? undefined : looks[telling.lastIndexOf(true, pos - 1)];
      const later = looks[telling.indexOf(true, pos + 1)];
      const before = prior === undefined ? [null, null] : [prior.captureId, prior.started];
      const after = later === undefined ? [null, null] : [later.captureId, later.ended ?? later.started];
      near.push([number, pos, ...before, ...after]);
    }
    return number;
  };
}
