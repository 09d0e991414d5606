import type { Table } from './table.ts';

export const services: Table = {
  name: 'services',
  doc: '/etc/services of the host.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Service.'],
    ['port', 'INTEGER', 'Port.'],
    ['protocol', 'BYTES', 'tcp, udp and so on.'],
    ['aliases', 'BYTES', 'Blank separated.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'port', 'protocol']],
};
