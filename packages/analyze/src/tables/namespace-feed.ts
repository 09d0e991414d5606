import type { Load } from './feed.ts';

/** Kinds of namespaces the kernel has; `pid_for_children` and `time_for_children` are links to one of these kinds. */
export const NAMESPACE_KINDS: readonly string[] = ['net', 'mnt', 'pid', 'user', 'uts', 'ipc', 'cgroup', 'time'];

interface Lived {
  readonly kind: string;
  readonly inode: number;
  processes: number;
  pid: number | null;
  tid: number | null;
}

/** Namespaces that processes and threads live in, as their links tell. */
export class Namespaces {
  readonly #lived = new Map<string, Lived>();
  /** `PID` or `PID/TID` to its network namespace. */
  readonly net: Map<string, number> = new Map();

  /** Process `pid` (or its thread `tid`) lives in this namespace. */
  lives(kind: string, inode: number, pid: number, tid: number | null): void {
    const key = `${kind}:${inode}`;
    const known = this.#lived.get(key) ?? { kind, inode, processes: 0, pid: null, tid: null };
    this.#lived.set(key, known);
    if (kind === 'net') this.net.set(tid === null ? `${pid}` : `${pid}/${tid}`, inode);
    if (tid === null) {
      if (known.tid !== null || known.pid === null || pid < known.pid) known.pid = pid;
      known.tid = null;
      known.processes++;
    } else if (known.processes === 0 && (known.pid === null || pid < known.pid || (pid === known.pid && tid < (known.tid ?? 0)))) {
      known.pid = pid;
      known.tid = tid;
    }
  }

  values(): Iterable<Lived> {
    return this.#lived.values();
  }
}

export function namespaces(load: Load): Namespaces {
  return load.shared(
    'namespaces',
    () => new Namespaces(),
    (state) => {
      const add = load.into('namespaces');
      // own, tables and pinned_by are filled in from the other tables once they are there (db/derive.ts).
      for (const n of state.values()) add([n.kind, n.inode, n.processes, n.pid, n.tid, null, null, null]);
    },
  );
}

/** Network namespace of a process or thread by its own link; null when that is not known (yet). */
export function namespaceOfProcess(load: Load, pid: number, tid: number | null): number | null {
  const { net } = namespaces(load);
  return (tid === null ? undefined : net.get(`${pid}/${tid}`)) ?? net.get(`${pid}`) ?? null;
}

/** `net:[4026531833]`; undefined for any other text. */
export function namespaceLink(target: string): { readonly kind: string; readonly inode: number } | undefined {
  const m = /^([a-z]+):\[(\d{1,15})\]$/.exec(target);
  const kind = m?.[1] ?? '';
  return NAMESPACE_KINDS.includes(kind) ? { kind, inode: Number(m?.[2]) } : undefined;
}
