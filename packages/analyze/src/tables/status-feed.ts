import { parsePidStatus, unescapeName } from '../procfs/pid-status.ts';
import { withoutBlanks } from '../procfs/words.ts';
import type { Value } from '../render/value.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { run } from './pack-feed.ts';
import { type Cells, cellsOf } from './process-state.ts';

/** Keys of status that have columns: how the value becomes cells. */
const STATUS: ReadonlyMap<string, (value: string) => Cells> = new Map([
  ['Uid', numbers(['uid', 'euid', 'suid', 'fsuid'])],
  ['Gid', numbers(['gid', 'egid', 'sgid', 'fsgid'])],
  ['Groups', (v: string): Cells => (/^[\d\t ]*$/.test(v) ? { groups: withoutBlanks(v) } : {})],
  ['TracerPid', numbers(['tracer_pid'])],
  ['Seccomp', numbers(['seccomp'])],
  ['NoNewPrivs', numbers(['no_new_privs'])],
  ['Umask', (v: string): Cells => (/^[0-7]{1,6}$/.test(v) ? { umask: Number.parseInt(v, 8) } : {})],
  ['FDSize', numbers(['fd_size'])],
  ['CapInh', hex('cap_inh')],
  ['CapPrm', hex('cap_prm')],
  ['CapEff', hex('cap_eff')],
  ['CapBnd', hex('cap_bnd')],
  ['CapAmb', hex('cap_amb')],
  ['NSpid', (v: string): Cells => (/^[\d\t ]+$/.test(v) ? { ns_pid: withoutBlanks(v).replace(/[\t ]+/g, ' ') } : {})],
]);

function numbers(columns: readonly string[]): (value: string) => Cells {
  return (value) => {
    const f = withoutBlanks(value).split(/[\t ]+/);
    if (f.length !== columns.length || !f.every((n) => /^\d{1,15}$/.test(n))) return {};
    return Object.fromEntries(columns.map((c, i) => [c, Number(f[i])]));
  };
}

function hex(column: string): (value: string) => Cells {
  return (v) => (/^[0-9a-f]{1,32}$/.test(v) ? { [column]: v } : {});
}

/** Said by stat as well, by key: whether the columns have it already. Where stat says otherwise, or nothing, the line is a row of its own. */
const SAID_BY_STAT: ReadonlyMap<string, (value: string, cells: Readonly<Cells>) => boolean> = new Map([
  ['Name', (v: string, { name }: Readonly<Cells>) => name !== undefined && sameBytes(name, unescapeName(Buffer.from(v, 'latin1')))],
  ['State', (v, { state }) => v.slice(0, v.indexOf(' ')) === state],
  ['Tgid', (v, { pid }) => v === String(pid)],
  ['Pid', (v, { pid }) => v === String(pid)],
  ['PPid', (v, { parent }) => v === String(parent)],
  ['Threads', (v, { threads }) => v === String(threads)],
]);

function sameBytes(cell: Value, bytes: Buffer): boolean {
  return cell instanceof Uint8Array ? bytes.equals(cell) : cell === bytesValue(bytes);
}

/** A key comes once; what a second line says is kept beside the first. False when that is so, or there is nothing to fill in. */
function fill(cells: Cells, known: Readonly<Cells>): boolean {
  let some = false;
  for (const column in known) {
    if (cells[column] !== undefined) return false;
    some = true;
  }
  if (some) Object.assign(cells, known);
  return some;
}

const status: Feed = {
  parser: 'pid-status',
  match: /^proc\/\d{1,10}\/status$/,
  read(entry, load) {
    const cells = cellsOf(entry, load);
    const keys = load.into('process_status_keys');
    return run(parsePidStatus, entry, load, ({ line, key, value }) => {
      if (key === 'Name' && cells['name'] === undefined) cells['name'] = bytesValue(unescapeName(value));
      const columns = STATUS.get(key);
      if (columns !== undefined && fill(cells, columns(value.toString('latin1')))) return;
      if (SAID_BY_STAT.get(key)?.(value.toString('latin1'), cells)) return;
      keys([entry.pid, null, key, bytesValue(value), entry.sourceId, line]);
    });
  },
};

export const statusFeeds: readonly Feed[] = [status];
