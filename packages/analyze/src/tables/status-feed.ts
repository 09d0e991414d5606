import { parsePidStatus, unescapeName } from '../procfs/pid-status.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { run } from './pack-feed.ts';
import { type Cells, cellsOf } from './process-state.ts';

/** Keys of status that have columns: how the value becomes cells. */
const STATUS: ReadonlyMap<string, (value: string) => Cells> = new Map([
  ['Uid', numbers(['uid', 'euid', 'suid', 'fsuid'])],
  ['Gid', numbers(['gid', 'egid', 'sgid', 'fsgid'])],
  ['Groups', (v: string): Cells => ({ groups: v.trim() })],
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
  ['NSpid', (v: string): Cells => (/^[\d\t ]+$/.test(v) ? { ns_pid: v.trim().replace(/[\t ]+/g, ' ') } : {})],
]);

function numbers(columns: readonly string[]): (value: string) => Cells {
  return (value) => {
    const f = value.trim().split(/[\t ]+/);
    if (f.length !== columns.length || !f.every((n) => /^\d{1,15}$/.test(n))) return {};
    return Object.fromEntries(columns.map((c, i) => [c, Number(f[i])]));
  };
}

function hex(column: string): (value: string) => Cells {
  return (v) => (/^[0-9a-f]{1,32}$/.test(v) ? { [column]: v } : {});
}

/** Said by stat as well, in columns already. */
const SAID_BY_STAT: ReadonlySet<string> = new Set(['Name', 'State', 'Tgid', 'Pid', 'PPid', 'Threads']);

const status: Feed = {
  parser: 'pid-status',
  match: /^proc\/\d{1,10}\/status$/,
  read(entry, load) {
    const cells = cellsOf(entry, load);
    const keys = load.into('process_status_keys');
    return run(parsePidStatus, entry, load, ({ line, key, value }) => {
      const known = STATUS.get(key)?.(value.toString('latin1')) ?? {};
      Object.assign(cells, known);
      if (key === 'Name' && cells['name'] === undefined) cells['name'] = bytesValue(unescapeName(value));
      if (Object.keys(known).length > 0 || SAID_BY_STAT.has(key)) return;
      keys([entry.pid, null, key, bytesValue(value), entry.sourceId, line]);
    });
  },
};

export const statusFeeds: readonly Feed[] = [status];
