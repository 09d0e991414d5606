import { Reader } from './reader.ts';
import type { Cells, Taker } from './record.ts';
import { memory, raw, set, u8, u32, words } from './take.ts';

/** Sockets of the other families: the structure each message begins with, and what its attributes mean. */
export interface Shape {
  readonly bytes: number;
  readonly cells: (reader: Reader) => Cells;
  readonly takers: ReadonlyMap<number, Taker>;
}

/** include/uapi/linux/unix_diag.h. */
export const UNIX: Shape = {
  bytes: 16,
  cells: (r) => ({ type_raw: r.u8(1), state_raw: r.u8(2), inode: r.u32(4), cookie: r.cookie(8) }),
  takers: new Map<number, Taker>([
    [0, { name: 'NAME', bytes: 1, take: (a, draft) => set(draft, 'path', unixName(a.bytes)) }],
    [1, { name: 'VFS', bytes: 8, take: (a, draft) => vfs(draft.cells, new Reader(a.bytes, draft.order)) }],
    [2, u32('PEER', 'peer_inode')],
    [
      3,
      {
        name: 'ICONS',
        bytes: 0,
        take: (a, draft) => {
          const reader = new Reader(a.bytes, draft.order);
          draft.pending = Array.from({ length: Math.floor(a.bytes.length / 4) }, (_, i) => reader.u32(4 * i) ?? 0);
          if (a.bytes.length % 4 !== 0) draft.doubt(a, 'ICONS');
        },
      },
    ],
    [4, words('RQLEN', ['rx_queue', 'tx_queue'])],
    [5, memory('MEMINFO')],
    [6, u8('SHUTDOWN', 'shutdown')],
    [7, u32('UID', 'uid')],
  ]),
};

/** The name as bound: an abstract one begins with a NUL and ends at its last byte; a path comes with the NUL that ends it, which is left out. */
function unixName(bytes: Buffer): Buffer {
  return bytes[0] !== 0 && bytes[bytes.length - 1] === 0 ? bytes.subarray(0, -1) : bytes;
}

/** The device is as the kernel holds it: 12 bits major, 20 bits minor. */
function vfs(cells: Cells, reader: Reader): void {
  const device = reader.u32(4);
  cells['file_inode'] = reader.u32(0);
  cells['file_device'] = device === null ? null : `${device >>> 20}:${device & 0xfffff}`;
}

/** include/uapi/linux/netlink_diag.h. */
export const NETLINK: Shape = {
  bytes: 28,
  cells: (r) => ({
    type_raw: r.u8(1),
    protocol: r.u8(2),
    state_raw: r.u8(3),
    port_id: r.u32(4),
    peer_port_id: r.u32(8),
    peer_group: r.u32(12),
    inode: r.u32(16),
    cookie: r.cookie(20),
  }),
  takers: new Map<number, Taker>([
    [0, memory('MEMINFO')],
    [1, { name: 'GROUPS', bytes: 0, take: (a, draft) => set(draft, 'groups', a.bytes) }],
    [2, raw('RX_RING')],
    [3, raw('TX_RING')],
    [4, u32('FLAGS', 'flags')],
  ]),
};

const RING = ['block_size', 'block_nr', 'frame_size', 'frame_nr', 'retire_tmo', 'sizeof_priv', 'features'];

/** include/uapi/linux/packet_diag.h. */
export const PACKET: Shape = {
  bytes: 16,
  cells: (r) => ({ type_raw: r.u8(1), protocol: r.u16(2), inode: r.u32(4), cookie: r.cookie(8) }),
  takers: new Map<number, Taker>([
    [0, words('INFO', ['ifindex', 'version', 'reserve', 'copy_thresh', 'tstamp', 'flags'])],
    [1, raw('MCLIST')],
    [
      2,
      words(
        'RX_RING',
        RING.map((f) => `rx_ring_${f}`),
      ),
    ],
    [
      3,
      words(
        'TX_RING',
        RING.map((f) => `tx_ring_${f}`),
      ),
    ],
    [4, u32('FANOUT', 'fanout')],
    [5, u32('UID', 'uid')],
    [6, memory('MEMINFO')],
    [7, { name: 'FILTER', bytes: 0, take: (a, draft) => set(draft, 'filter', a.bytes) }],
  ]),
};

/** include/uapi/linux/vm_sockets_diag.h: no attributes. */
export const VSOCK: Shape = {
  bytes: 32,
  cells: (r) => ({
    type_raw: r.u8(1),
    state_raw: r.u8(2),
    shutdown: r.u8(3),
    local_cid: r.u32(4),
    local_port: r.u32(8),
    remote_cid: r.u32(12),
    remote_port: r.u32(16),
    inode: r.u32(20),
    cookie: r.cookie(24),
  }),
  takers: new Map(),
};

const STATS = ['rx_dropped', 'rx_invalid', 'rx_full', 'fill_ring_empty', 'tx_invalid', 'tx_ring_empty'];

/** include/uapi/linux/xdp_diag.h. */
export const XDP: Shape = {
  bytes: 16,
  cells: (r) => ({ type_raw: r.u8(1), inode: r.u32(4), cookie: r.cookie(8) }),
  takers: new Map<number, Taker>([
    [1, words('INFO', ['ifindex', 'queue_id'])],
    [2, u32('UID', 'uid')],
    [3, u32('RX_RING', 'rx_ring')],
    [4, u32('TX_RING', 'tx_ring')],
    [5, { name: 'UMEM', bytes: 40, take: (a, draft) => umem(draft.cells, new Reader(a.bytes, draft.order)) }],
    [6, u32('UMEM_FILL_RING', 'fill_ring')],
    [7, u32('UMEM_COMPLETION_RING', 'completion_ring')],
    [8, memory('MEMINFO')],
    [
      9,
      {
        name: 'STATS',
        bytes: 48,
        take: (a, draft) => {
          const reader = new Reader(a.bytes, draft.order);
          STATS.forEach((column, i) => {
            set(draft, column, reader.u64(8 * i));
          });
        },
      },
    ],
  ]),
};

function umem(cells: Cells, reader: Reader): void {
  cells['umem_size'] = reader.u64(0);
  ['id', 'pages', 'chunk_size', 'headroom', 'ifindex', 'queue_id', 'flags', 'refs'].forEach((name, i) => {
    cells[`umem_${name}`] = reader.u32(8 + 4 * i);
  });
}
