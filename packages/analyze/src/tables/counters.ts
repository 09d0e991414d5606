import type { Table } from './table.ts';

export const counters: Table = {
  name: 'counters',
  doc: 'Counters of snmp, netstat, snmp6, sockstat, sockstat6, sctp/snmp.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['pass', 'TEXT', 'A or B.'],
    ['file', 'TEXT', 'snmp, netstat, snmp6, sockstat, sockstat6, sctp_snmp.'],
    ['prefix', 'TEXT', 'Tcp, Ip, TcpExt, TCP, sockets …; NULL where there is none.'],
    ['name', 'TEXT', 'Name of the counter.'],
    ['value', 'U64', 'Value; negative only where the kernel prints it so.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns', 'pass', 'file']],
};
