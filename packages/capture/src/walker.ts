import { ARTEFACTS } from './artefacts.ts';
import { Failure } from './attempt.ts';
import { MountTable } from './mounts.ts';
import type { Outlet } from './outlet.ts';
import { takeFile } from './take.ts';
import type { Through } from './through.ts';

/** What a reading child knows of the capture and learns on its way. */
export interface Walker {
  readonly outlet: Outlet;
  /** Where proc is mounted. */
  readonly proc: string;
  /** Whether sockets are to be told by descriptor. */
  readonly sockets: boolean;
  /** Whether nothing is wanted but stat and the links of descriptors. */
  readonly light: boolean;
  /** Whether attr/current answers on this host. */
  readonly label: boolean;
  /** Mount table and mount namespace of the capture itself. */
  readonly own: MountTable | null;
  readonly ownMnt: string | null;
  readonly through: Through;
  /** Mount tables by mount namespace and root of the process: mountinfo shows what is below that root. */
  readonly tables: Map<string, MountTable>;
}

/** Milliseconds for one file of a process. */
export const FILE_MS = 2000;
const MOUNTINFO_CAP = ARTEFACTS.find((a) => a.path === 'mountinfo')?.cap ?? 0;

/**
 * The mount table by which the descriptors of a process or thread are judged; taken into the archive when its mount namespace is first met.
 * `seat` is its directory below /proc/PID, the current one: empty or `task/TID/`.
 */
export function mountTable(w: Walker, pid: number, seat: string, mnt: string | undefined, root: string | Failure): MountTable | null {
  if (mnt === undefined || root instanceof Failure) return null;
  const key = `${mnt} ${root}`;
  const known = w.tables.get(key);
  if (known !== undefined) return known;
  const read = () => {
    const taken = takeFile(`${seat}mountinfo`, MOUNTINFO_CAP, FILE_MS);
    if (!(taken instanceof Failure)) w.tables.set(key, new MountTable(taken.body.toString('latin1')));
    return taken;
  };
  w.outlet.source(`proc/${pid}/${seat}mountinfo`, true, {}, read, { once: `mountinfo ${key}` });
  return w.tables.get(key) ?? null;
}

/** What stat says that the walk needs. */
export interface StatFacts {
  readonly state: string;
  readonly kernelThread: boolean;
  /** Ticks since boot. */
  readonly start: string;
}

const PF_KTHREAD = 0x00200000;

/** Fields after the last `)` of stat: state is the 3rd of the file, flags the 9th, starttime the 22nd. */
export function statFacts(text: string): StatFacts {
  const f = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: f[0] ?? '', kernelThread: (Number(f[6]) & PF_KTHREAD) !== 0, start: f[19] ?? '' };
}
