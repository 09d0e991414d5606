import type { Table } from './table.ts';

export const socketsSctp: Table = {
  name: 'sockets_sctp',
  doc: 'Endpoints and associations of SCTP, of both passes.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['pass', 'TEXT', 'A or B.'],
    ['kind', 'TEXT', 'endpoint or association.'],
    ['pointer', 'TEXT', 'Kernel pointer of the endpoint or association.'],
    ['local_port', 'INTEGER', 'Port.'],
    ['remote_port', 'INTEGER', 'Port; NULL for endpoints.'],
    ['local_addresses', 'TEXT', 'As printed, blank separated.'],
    ['remote_addresses', 'TEXT', 'As printed; NULL for endpoints.'],
    ['state_raw', 'INTEGER', 'SST or ST.'],
    ['socket_state', 'INTEGER', 'SST, the state of the socket itself in numbers of TCP.'],
    ['tx_queue', 'INTEGER', 'TX_QUEUE; NULL for endpoints.'],
    ['rx_queue', 'INTEGER', 'RX_QUEUE; NULL for endpoints.'],
    ['uid', 'INTEGER', 'Owner.'],
    ['inode', 'INTEGER', 'Inode.'],
    ['text', 'TEXT', 'The line as printed.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [
    ['capture_id', 'net_ns', 'pass'],
    ['capture_id', 'inode'],
  ],
};
