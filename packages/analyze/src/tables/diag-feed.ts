import type { Value } from '../render/value.ts';
import { parseDump } from '../syscall/dump.ts';
import { messageRanges } from '../syscall/messages.ts';
import { Pieces } from '../syscall/pieces.ts';
import { type ByteOrder, Reader } from '../syscall/reader.ts';
import type { Cells, DiagRecord, SocketRecord } from '../syscall/record.ts';
import { bytesValue, u64Value } from './bytes.ts';
import { diagInet } from './diag-inet.ts';
import { diagNetlink } from './diag-netlink.ts';
import { diagOther } from './diag-other.ts';
import { diagPacket } from './diag-packet.ts';
import { diagTcpInfo } from './diag-tcp-info.ts';
import { diagUnix } from './diag-unix.ts';
import { diagVsock } from './diag-vsock.ts';
import { diagXdp } from './diag-xdp.ts';
import type { Feed, FeedEntry, Load } from './feed.ts';
import { wordOr } from './net-path.ts';
import { run } from './pack-feed.ts';
import type { Table } from './table.ts';

const TABLES: Readonly<Record<SocketRecord['table'] | 'diag_tcp_info', Table>> = {
  diag_inet: diagInet,
  diag_unix: diagUnix,
  diag_netlink: diagNetlink,
  diag_packet: diagPacket,
  diag_vsock: diagVsock,
  diag_xdp: diagXdp,
  diag_other: diagOther,
  diag_tcp_info: diagTcpInfo,
};

/** include/net/tcp_states.h; all families but netlink count by it. */
const STATES: readonly (string | undefined)[] = [
  undefined,
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
  'BOUND_INACTIVE',
];
/** enum sock_type in include/linux/net.h. */
const TYPES: readonly (string | undefined)[] = Object.assign([], {
  1: 'STREAM',
  2: 'DGRAM',
  3: 'RAW',
  4: 'RDM',
  5: 'SEQPACKET',
  10: 'PACKET',
});

const PATH = /^netlink\/(\d{1,15})\/([a-z0-9-]{1,40})$/;

/** A file that `ss -D` wrote has no namespace and no name: all of it is TCP. */
const TCPDIAG = 'tcpdiag';

export const diagFeeds: readonly Feed[] = [
  {
    parser: 'sock-diag',
    match: /^netlink\/\d{1,15}\/[a-z0-9-]{1,40}$|^tcpdiag$/,
    pieces: (body, order) => new Pieces(() => messageRanges(body, order)),
    read(entry, load) {
      const dump = PATH.exec(entry.path)?.[2] ?? TCPDIAG;
      const writer = new Writer(entry, load, dump);
      return run(parseDump(dump === TCPDIAG ? 'inet-tcp' : dump), entry, load, (r) => writer.add(r));
    },
  },
];

class Writer {
  readonly #load: Load;
  readonly #dump: string;
  /** Cells that every row of this dump has. */
  readonly #common: Cells;
  readonly #into = new Map<string, (row: readonly Value[]) => void>();

  constructor(entry: FeedEntry, load: Load, dump: string) {
    this.#load = load;
    this.#dump = dump;
    this.#common = { net_ns: entry.netNs, dump, source_id: entry.sourceId };
  }

  add(record: DiagRecord): void {
    const { net_ns, source_id } = this.#common as { readonly net_ns: number | null; readonly source_id: number };
    if (record.kind === 'end') {
      this.#rows('diag_dumps')([net_ns, this.#dump, record.word, record.errno, source_id, record.line]);
      return;
    }
    const { table, line, order } = record;
    const inode = (record.cells['inode'] as number | null | undefined) ?? null;
    const common = { ...this.#common, line };
    this.#row(table, { ...record.cells, ...words(table, record.cells, this.#dump), ...common });
    if (record.tcpInfo !== undefined) {
      const { state_raw, cookie } = record.cells;
      this.#row('diag_tcp_info', { ...record.tcpInfo, state: state_raw ?? null, cookie: cookie ?? null, inode, ...common });
    }
    for (const peer of record.pending ?? []) this.#rows('diag_unix_pending')([net_ns, inode, peer, source_id, line]);
    for (const { number, name, bytes } of record.kept) {
      this.#rows('diag_attributes')([net_ns, table, inode, number, name, asNumber(bytes, order), Buffer.from(bytes), source_id, line]);
    }
  }

  #row(name: SocketRecord['table'] | 'diag_tcp_info', cells: Cells): void {
    const columns = TABLES[name].columns;
    const row: Value[] = [];
    for (let i = 1; i < columns.length; i++)
      row.push(value(cells[(columns[i] as Table['columns'][number])[0]], (columns[i] as Table['columns'][number])[1]));
    this.#rows(name)(row);
  }

  #rows(table: string): (row: readonly Value[]) => void {
    const known = this.#into.get(table);
    if (known !== undefined) return known;
    const add = this.#load.into(table);
    this.#into.set(table, add);
    return add;
  }
}

function value(cell: Cells[string] | undefined, type: string): Value {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === 'bigint') return u64Value(cell);
  if (cell instanceof Uint8Array) return type === 'BYTES' ? bytesValue(cell) : Buffer.from(cell);
  return cell;
}

/** Words for the numbers that have some. */
function words(table: SocketRecord['table'], cells: Cells, dump: string): Cells {
  const { state_raw, type_raw, family } = cells as Readonly<Record<string, number | null | undefined>>;
  const found: Cells = {};
  if (table !== 'diag_netlink' && typeof state_raw === 'number') found['state'] = wordOr(STATES, state_raw);
  if (typeof type_raw === 'number') found['type'] = wordOr(TYPES, type_raw);
  if (table === 'diag_inet') {
    const protocol = /^inet6?-(.+)$/.exec(dump)?.[1] ?? 'tcp';
    found['proto'] = family === 6 ? `${protocol}6` : protocol;
  }
  return found;
}

function asNumber(bytes: Buffer, order: ByteOrder): Value {
  if (bytes.length === 1) return bytes[0] ?? null;
  const reader = new Reader(bytes, order);
  if (bytes.length === 2) return reader.u16(0);
  if (bytes.length === 4) return reader.u32(0);
  const n = bytes.length === 8 ? reader.u64(0) : null;
  return n === null ? null : u64Value(n);
}
