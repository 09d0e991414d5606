import type { Table } from './table.ts';

/** What the kernel accounts to any socket, in the order of SK_MEMINFO_VARS (include/uapi/linux/sock_diag.h). */
export const MEMORY_COLUMNS: Table['columns'] = [
  ['rmem_alloc', 'INTEGER', 'Bytes in the receive queue, as accounted. NULL when not told.'],
  ['rcvbuf', 'INTEGER', 'Limit of the receive buffer, bytes. NULL when not told.'],
  ['wmem_alloc', 'INTEGER', 'Bytes in flight to the device, as accounted. NULL when not told.'],
  ['sndbuf', 'INTEGER', 'Limit of the send buffer, bytes. NULL when not told.'],
  ['fwd_alloc', 'INTEGER', 'Bytes set aside for this socket. NULL when not told.'],
  ['wmem_queued', 'INTEGER', 'Bytes in the send queue, as accounted. NULL when not told.'],
  ['optmem', 'INTEGER', 'Bytes of options and filters. NULL when not told.'],
  ['backlog', 'INTEGER', 'Bytes in the backlog. NULL when not told.'],
  ['drops', 'INTEGER', 'Packets dropped. NULL when not told.'],
];
