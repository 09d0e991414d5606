export interface TreeNode<P> {
  readonly process: P;
  readonly depth: number;
  /** Why it stands at the root: no parent (pid 0), the parent is not in the capture or not selected, or its ancestors form a circle. */
  readonly root: 'none' | 'missing' | 'unselected' | 'circle' | null;
}

export interface Kin {
  readonly pid: number;
  readonly parent: number | null;
}

/**
 * Children below their parents, in the order given; every process exactly once, whatever the parents claim: evidence may make
 * circles. `known` says of which pids the capture has a process, selected or not.
 */
export function* tree<P extends Kin>(processes: readonly P[], known: ReadonlySet<number>): Generator<TreeNode<P>, void> {
  const here = new Set(processes.map((p) => p.pid));
  const children = new Map<number, P[]>();
  const roots: P[] = [];
  for (const p of processes) {
    if (p.parent === null || p.parent === p.pid || !here.has(p.parent)) roots.push(p);
    else {
      const list = children.get(p.parent);
      if (list === undefined) children.set(p.parent, [p]);
      else list.push(p);
    }
  }
  const seen = new Set<number>();
  for (const p of roots) yield* below(p, children, seen, rootReason(p, known));
  // Whoever was not reached descends from a circle.
  for (const p of processes) if (!seen.has(p.pid)) yield* below(p, children, seen, 'circle');
}

function rootReason(p: Kin, known: ReadonlySet<number>): TreeNode<Kin>['root'] {
  if (p.parent === null || p.parent === 0) return 'none';
  if (p.parent === p.pid) return 'circle';
  return known.has(p.parent) ? 'unselected' : 'missing';
}

function* below<P extends Kin>(
  root: P,
  children: ReadonlyMap<number, readonly P[]>,
  seen: Set<number>,
  reason: TreeNode<P>['root'],
): Generator<TreeNode<P>, void> {
  const stack: TreeNode<P>[] = [{ process: root, depth: 0, root: reason }];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { process, depth } = node;
    if (seen.has(process.pid)) continue;
    seen.add(process.pid);
    yield node;
    const next = children.get(process.pid) ?? [];
    for (let i = next.length - 1; i >= 0; i--) {
      const child = next[i];
      if (child !== undefined) stack.push({ process: child, depth: depth + 1, root: null });
    }
  }
}
