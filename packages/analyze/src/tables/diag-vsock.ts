import type { Table } from './table.ts';

export const diagVsock: Table = {
  name: 'diag_vsock',
  doc: "Sockets between virtual machine and host (AF_VSOCK) as the kernel's own dump lists them; /proc has no table of them.",
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['type', 'TEXT', 'STREAM, DGRAM or SEQPACKET; 0xNN when unknown.'],
    ['type_raw', 'INTEGER', 'Number of the type.'],
    ['state', 'TEXT', 'As of TCP; 0xNN when unknown.'],
    ['state_raw', 'INTEGER', 'Number of the state.'],
    ['shutdown', 'INTEGER', 'Bit 1 receiving, bit 2 sending is shut down.'],
    ['local_cid', 'INTEGER', 'Machine: 1 local, 2 host, 4294967295 any.'],
    ['local_port', 'INTEGER', 'Port; 4294967295 any.'],
    ['remote_cid', 'INTEGER', 'Likewise, of the other end.'],
    ['remote_port', 'INTEGER', 'Likewise.'],
    ['inode', 'INTEGER', 'Inode; 0 when the kernel has no socket inode for it.'],
    ['cookie', 'U64', 'Number of the socket since boot, given by the kernel and never reused; NULL when none was told.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Number of the message within that source, counted from 1.'],
  ],
  indexes: [
    ['capture_id', 'net_ns'],
    ['capture_id', 'inode'],
  ],
};
