import type { Table } from './table.ts';

export const socketsUnix: Table = {
  name: 'sockets_unix',
  doc: 'Rows of /proc/net/unix, of both passes.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['pass', 'TEXT', 'A or B.'],
    ['pointer', 'TEXT', 'Kernel pointer as printed.'],
    ['refcount', 'INTEGER', 'References.'],
    ['protocol', 'INTEGER', 'Protocol.'],
    ['flags', 'INTEGER', 'Flags; 65536 is listening.'],
    ['listening', 'INTEGER', '1 when that flag is set.'],
    ['type', 'TEXT', 'STREAM DGRAM SEQPACKET RAW RDM PACKET; 0xNN when unknown.'],
    ['type_raw', 'INTEGER', 'Number of the type.'],
    ['state', 'TEXT', 'FREE UNCONNECTED CONNECTING CONNECTED DISCONNECTING; 0xNN when unknown.'],
    ['state_raw', 'INTEGER', 'Number of the state.'],
    ['inode', 'INTEGER', 'Inode; 0 for a connection nobody has accepted yet.'],
    ['path', 'BYTES', 'Name as printed: @ for NUL, path as given to bind.'],
    ['lines', 'INTEGER', 'Lines the row takes: more than 1 when the name holds newlines.'],
    ['ambiguous', 'INTEGER', "1 when the row may be the continuation of somebody's name."],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [
    ['capture_id', 'net_ns', 'pass'],
    ['capture_id', 'inode'],
  ],
};
