import { terminal } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import type { Tool } from '../tool.ts';
import { type PsOptions, parseOptions } from './options.ts';
import { type Process, processesOf } from './processes.ts';
import { type TreeNode, tree } from './tree.ts';

type Node = TreeNode<Process>;

/** Processes as the capture has them, flat or as a tree. */
export const ps: Tool = (args, { db, captureId, format, netns }) => {
  const options = parseOptions(args);
  const all = processesOf(db, captureId);
  const chosen = all.filter((p) => isChosen(p, options) && (typeof netns !== 'number' || p.netNs === netns));
  const known = new Set(all.map((p) => p.pid));
  const nodes: Node[] = options.tree ? [...tree(chosen, known)] : chosen.map((process) => ({ process, depth: 0, root: null }));
  const end = { err: [], exit: () => (chosen.length > 0 ? 0 : 1) };
  if (format === 'table') return { out: layout(nodes), ...end };
  return { out: [], rows: { columns: COLUMNS.map(([name]) => name), rows: values(nodes, options) }, ...end };
};

function isChosen(p: Process, { pids, users, names }: PsOptions): boolean {
  if (pids.length + users.length + names.length === 0) return true;
  if (pids.includes(p.pid)) return true;
  if (users.some((u) => u === p.user || u === String(p.uid))) return true;
  return typeof p.name === 'string' && names.includes(p.name);
}

/** Columns of every format but the table, in this order; a new one comes last. */
const COLUMNS: readonly (readonly [string, (n: Node) => Value])[] = [
  ['pid', (n) => n.process.pid],
  ['ppid', (n) => n.process.parent],
  ['user', (n) => n.process.user],
  ['uid', (n) => n.process.uid],
  ['start', (n) => n.process.start],
  ['tty', (n) => n.process.tty],
  ['state', (n) => n.process.state],
  ['cpu_seconds', (n) => n.process.cpu],
  ['name', (n) => n.process.name],
  ['command', (n) => n.process.command],
  ['kernel_thread', (n) => n.process.kernelThread],
  ['net_ns', (n) => n.process.netNs],
  ['pid_ns', (n) => n.process.pidNs],
  ['mnt_ns', (n) => n.process.mntNs],
  ['container', (n) => n.process.container],
  ['cgroup', (n) => n.process.cgroup],
  ['depth', (n) => n.depth],
  ['root', (n) => n.root],
  ['source_id', (n) => n.process.sourceId],
  ['line', (n) => n.process.line],
];

function* values(nodes: readonly Node[], { tree: isTree }: PsOptions): Generator<readonly Value[], void> {
  for (const node of nodes) yield COLUMNS.map(([name, cell]) => (isTree || (name !== 'depth' && name !== 'root') ? cell(node) : null));
}

/** Deeper than this the tree says the depth in a number: a chain of many thousands is a trick, and would fill the screen with blanks. */
const MAX_INDENT = 30;
/** Characters of a command that are shown; the whole is in the other formats. */
const MAX_COMMAND = 4096;

interface Cells {
  readonly fixed: readonly string[];
  readonly command: string;
}

const TITLES = ['PID', 'PPID', 'USER', 'START', 'TTY', 'S', 'TIME', 'NS', 'CONTAINER'];
const RIGHT = new Set([0, 1, 6]);

function* layout(nodes: readonly Node[]): Generator<string, void> {
  const rows = nodes.map(cells);
  const used = TITLES.map((_, i) => i < 7 || rows.some((r) => r.fixed[i] !== '-'));
  const widths = TITLES.map((title, i) => rows.reduce((w, r) => Math.max(w, r.fixed[i]?.length ?? 0), title.length));
  const line = ({ fixed, command }: Cells): string => {
    const padded = fixed.map((text, i) => (RIGHT.has(i) ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)));
    return `${padded.filter((_, i) => used[i]).join(' ')} ${command}\n`;
  };
  yield line({ fixed: TITLES, command: 'COMMAND' });
  for (const row of rows) yield line(row);
}

function cells(node: Node): Cells {
  const p = node.process;
  const text = (value: Value): string => (value === null ? '-' : terminal(value));
  const fixed = [p.pid, p.parent, p.user, p.start === null ? null : `${p.start.slice(0, 19)}Z`, p.tty, p.state, cpuTime(p.cpu), p.otherNs];
  const command = cut(terminal(p.command));
  return {
    fixed: [...fixed.map(text), text(p.container?.slice(0, 12) ?? null)],
    command: `${indent(node)}${remark(node)}${command}${p.marked}`,
  };
}

function cut(text: string): string {
  return text.length <= MAX_COMMAND ? text : `${text.slice(0, MAX_COMMAND)} <${text.length - MAX_COMMAND} more characters>`;
}

function indent({ depth }: Node): string {
  if (depth === 0) return '';
  return depth <= MAX_INDENT ? `${'  '.repeat(depth - 1)}|_ ` : `<depth ${depth}> `;
}

/** Arguments that begin so would stand in quotes. */
function remark({ root, process }: Node): string {
  if (root === 'missing') return `<parent ${process.parent} is not in the capture> `;
  return root === 'circle' ? '<parents form a circle> ' : '';
}

/** Seconds as ps prints TIME: [days-]hours:minutes:seconds. */
function cpuTime(seconds: number | null): string | null {
  if (seconds === null) return null;
  const two = (n: number): string => String(n).padStart(2, '0');
  const whole = Math.floor(seconds);
  const days = Math.floor(whole / 86_400);
  const clock = `${two(Math.floor((whole % 86_400) / 3600))}:${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return days > 0 ? `${days}-${clock}` : clock;
}
