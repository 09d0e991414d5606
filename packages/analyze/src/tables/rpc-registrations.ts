import type { Table } from './table.ts';

export const rpcRegistrations: Table = {
  name: 'rpc_registrations',
  doc: 'What the portmapper of the host had registered, when it was asked on request (--with rpcbind).',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['dump_version', 'INTEGER', '2, 3 or 4: version of the portmapper protocol that was asked.'],
    ['program', 'INTEGER', 'RPC program number.'],
    ['version', 'INTEGER', 'Version of the program.'],
    ['protocol', 'INTEGER', 'IP protocol, 6 or 17; told by version 2 only.'],
    ['port', 'INTEGER', 'Port: as told by version 2, for the others the last two numbers of an IP universal address; NULL otherwise.'],
    ['netid', 'BYTES', 'tcp, udp, tcp6, local …; told by versions 3 and 4.'],
    ['address', 'BYTES', 'Universal address; told by versions 3 and 4.'],
    ['owner', 'BYTES', 'Who registered it; told by versions 3 and 4.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Running number within the answer, counted from 1.'],
  ],
  indexes: [['capture_id', 'dump_version']],
};
