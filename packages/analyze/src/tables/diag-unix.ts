import { MEMORY_COLUMNS } from './diag-memory.ts';
import type { Table } from './table.ts';

export const diagUnix: Table = {
  name: 'diag_unix',
  doc: "Unix sockets as the kernel's own dump lists them: with their peers, queues and the exact bytes of their names.",
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['type', 'TEXT', 'As in sockets_unix.'],
    ['type_raw', 'INTEGER', 'Number of the type.'],
    ['state', 'TEXT', 'As of TCP: ESTABLISHED, SYN_SENT, CLOSE (not connected), LISTEN; 0xNN when unknown.'],
    ['state_raw', 'INTEGER', 'Number of the state.'],
    ['inode', 'INTEGER', 'Inode; 0 when the kernel has no socket inode for it.'],
    ['cookie', 'U64', 'Number of the socket since boot, given by the kernel and never reused; NULL when none was told.'],
    ['path', 'BYTES', 'Name as bound, byte for byte: an abstract one begins with a NUL; NULL when it has none.'],
    ['file_device', 'TEXT', 'Device MAJOR:MINOR of the file it is bound to.'],
    ['file_inode', 'INTEGER', 'Inode of that file.'],
    ['peer_inode', 'INTEGER', 'Inode of the socket it is connected to; NULL when there is none.'],
    ['rx_queue', 'INTEGER', 'Bytes to read; for LISTEN the connections that wait.'],
    ['tx_queue', 'INTEGER', 'Bytes sent and not read by the peer; for LISTEN the limit of those that may wait.'],
    ['shutdown', 'INTEGER', 'Bit 1 receiving, bit 2 sending is shut down.'],
    ['uid', 'INTEGER', 'Owner of the socket inode.'],
    ...MEMORY_COLUMNS,
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Number of the message within that source, counted from 1.'],
  ],
  indexes: [
    ['capture_id', 'net_ns'],
    ['capture_id', 'inode'],
    ['capture_id', 'peer_inode'],
    ['capture_id', 'cookie'],
  ],
};
