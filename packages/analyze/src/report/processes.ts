import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import { pageCell } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import { processesOf } from '../tools/ps/processes.ts';
import { type TreeNode, tree } from '../tools/ps/tree.ts';
import type { ProcessReport } from './document.ts';

const ROOTS: Readonly<Record<Exclude<TreeNode<never>['root'], null>, string | null>> = {
  none: null,
  missing: 'its parent is not in the capture',
  unselected: null,
  circle: 'its ancestors form a circle',
};

/** Characters of a command line that a report keeps; coldstat ps --format json has the whole. */
const MAX_COMMAND = 2000;

/** Every process of the capture, children below their parents. */
export function processReport(db: CaseDb, captureId: number): ProcessReport[] {
  const all = processesOf(db, captureId);
  const sql = 'SELECT pid, path FROM processes WHERE capture_id = ? AND path IS NOT NULL';
  const exes = new Map(db.all<{ pid: number; path: Value }>(sql, captureId).map(({ pid, path }) => [pid, path]));
  return [...tree(all, new Set(all.map((p) => p.pid)))].map(({ process: p, depth, root }) => ({
    pid: p.pid,
    depth,
    root: root === null ? null : ROOTS[root],
    name: text(p.name),
    user: text(p.user),
    start: p.start === null ? '' : `${p.start.slice(0, 19)}Z`,
    command: shortened(text(p.command)),
    exe: text(exes.get(p.pid) ?? null),
    state: text(p.state),
    kernel: p.kernelThread === 1,
    container: text(p.container),
    namespaces: p.otherNs ?? '',
    marks: text(p.marked.trim()),
    handle: handleOf(captureId, p.sourceId, p.line),
  }));
}

function text(value: Value): string {
  return String(pageCell(value) ?? '');
}

function shortened(command: string): string {
  return command.length <= MAX_COMMAND ? command : `${command.slice(0, MAX_COMMAND)}… (${command.length} characters)`;
}
