import type { Rows, Value } from '../../render/value.ts';
import type { Owners } from '../tool.ts';
import type { Holder } from './holders.ts';
import type { Sock } from './sock.ts';
import { stateWord } from './states.ts';
import { whyOf } from './why.ts';

/** Columns that only the kernel's own dump fills, under the names of its tables. */
const DUMPED = ['cookie', 'peer_inode', 'interface', 'v6only', 'shutdown', 'mark', 'cgroup_id', 'congestion'] as const;

const COLUMNS = [
  'netid',
  'state',
  'recv_q',
  'send_q',
  'local_address',
  'local_port',
  'peer_address',
  'peer_port',
  'pid',
  'tid',
  'fd',
  'process',
  'uid',
  'inode',
  'pointer',
  'timer',
  'timer_ticks',
  'may_be_forged',
  ...DUMPED,
  'net_ns',
  'source_id',
  'line',
] as const;

/**
 * Sockets for the other formats: one row a holder, one row with NULL holder where there is none. For unix sockets local_address is the name and
 * local_port NULL; for packet sockets the ethertype and the interface number; for netlink the protocol and the port id.
 */
export function records(found: Iterable<Sock>, holders: ReadonlyMap<number, Holder[]>, owners: Owners | null): Rows {
  return { columns: owners === null ? COLUMNS : [...COLUMNS, 'why'], rows: rows(found, holders, owners) };
}

function* rows(found: Iterable<Sock>, holders: ReadonlyMap<number, Holder[]>, owners: Owners | null): Generator<readonly Value[]> {
  for (const s of found) {
    const held = s.inode === null || s.inode === 0 ? [] : (holders.get(s.inode) ?? []);
    const unix = s.family === 'unix';
    const head: readonly Value[] = [
      s.netid,
      s.state === 0 ? null : stateWord(s.state),
      s.recvQ,
      s.sendQ,
      s.local,
      unix ? null : s.localPort,
      s.peer,
      unix ? null : s.peerPort,
    ];
    const tail: readonly Value[] = [
      s.uid,
      s.inode,
      // With a dump it is the cookie that ss shows in the place of the pointer.
      s.diag === undefined ? s.pointer : null,
      s.inet?.timer ?? null,
      s.inet?.timerTicks ?? null,
      s.family === 'unix' ? Number(s.forged === true) : null,
      ...DUMPED.map((column) => s.diag?.row[column] ?? null),
      s.netNs,
      s.sourceId,
      s.line,
      ...(owners === null ? [] : [whyOf(s, owners)]),
    ];
    if (held.length === 0) yield [...head, null, null, null, null, ...tail];
    for (const h of held) yield [...head, h.pid, h.tid === 0 ? null : h.tid, h.fd, h.name, ...tail];
  }
}
