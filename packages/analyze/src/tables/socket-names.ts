import type { Table } from './table.ts';

export const socketNames: Table = {
  name: 'socket_names',
  doc: 'What getsockname and getpeername told of the sockets of processes (--sockopt).',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process.'],
    ['tid', 'INTEGER', '0 for the descriptor table of the process, else the thread with a table of its own: as in fds.'],
    ['fd', 'INTEGER', 'Descriptor through which the socket was asked.'],
    ['side', 'TEXT', 'local or peer.'],
    ['family', 'TEXT', 'AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET, AF_VSOCK; AF_N when unknown.'],
    ['address', 'TEXT', 'Textual IP address; port id of netlink, machine of vsock, interface of packet sockets.'],
    ['port', 'INTEGER', 'Port; groups of netlink, protocol of packet sockets.'],
    ['scope_id', 'INTEGER', 'Interface of a link-local IPv6 address.'],
    ['path', 'BYTES', 'Name of a unix socket, byte for byte: an abstract one begins with a NUL; NULL when it has none.'],
    ['bytes', 'BLOB', 'struct sockaddr as the kernel filled it.'],
    ['errno', 'TEXT', 'Why there is none.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid', 'fd']],
};
