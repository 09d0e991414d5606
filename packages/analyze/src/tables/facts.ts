import type { Table } from './table.ts';

export const facts: Table = {
  name: 'facts',
  doc: 'Single values of the host: hostname, os-release, version, uptime, loadavg, sysctls, resolv.conf, nsswitch.conf, machine-id, ld.so.preload, kernel command line.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'TEXT', 'Which: the path below /, with : and a key where the file has keys (etc/os-release:ID, proc/loadavg:total).'],
    ['value', 'BYTES', 'Value.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'name']],
};
