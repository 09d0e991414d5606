import type { Table } from './table.ts';

export const diagAttributes: Table = {
  name: 'diag_attributes',
  doc: "Parts of the kernel's messages that no column of the diag tables holds, byte for byte: unknown attributes, members of nested ones, what has an odd length. Joined to the socket by source_id and line.",
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['diag_table', 'TEXT', 'Table of the socket it belongs to.'],
    ['inode', 'INTEGER', 'Inode of that socket.'],
    ['attribute', 'INTEGER', 'Number of the attribute; NULL for bytes in which none could be found.'],
    ['name', 'TEXT', 'Its name where there is one, with the member after a dot (ULP_INFO.TLS.CIPHER, INFO.token); NULL when unknown.'],
    ['value', 'U64', 'As a number when it is 1, 2, 4 or 8 bytes long.'],
    ['bytes', 'BLOB', 'Its bytes.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Number of the message within that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'source_id', 'line']],
};
