import type { View } from './view.ts';

/** AF_ and IPPROTO_ numbers, as osquery gives them. */
const FAMILY = 'CASE family WHEN 4 THEN 2 WHEN 6 THEN 10 END';
const PROTOCOL = `CASE proto WHEN 'tcp' THEN 6 WHEN 'tcp6' THEN 6 WHEN 'udp' THEN 17 WHEN 'udp6' THEN 17 WHEN 'udplite' THEN 136
    WHEN 'udplite6' THEN 136 WHEN 'raw' THEN 255 WHEN 'raw6' THEN 255 WHEN 'icmp' THEN 1 WHEN 'icmp6' THEN 58 END`;

/** Pass A of the tables, one row for each holder, and one without a process where there is none. Inode 0 is no socket inode: nothing holds it. */
const HOLDERS = `LEFT JOIN fds f ON f.capture_id = s.capture_id AND f.socket_inode = s.inode AND s.inode <> 0 AND ${once('f')}`;

/** A thread with a table of its own mostly holds what its process holds: the columns of osquery cannot tell the two rows apart. */
function once(f: string): string {
  return `NOT EXISTS (SELECT 1 FROM fds o WHERE o.capture_id = ${f}.capture_id AND o.pid = ${f}.pid AND o.tid < ${f}.tid AND o.fd = ${f}.fd
    AND o.target IS ${f}.target)`;
}

/** Kinds of marks on a row of the table `row`, and on the process `pid`; where it leads to the bytes. */
function proof(row: string, pid: string): string {
  return `(SELECT group_concat(kind, ' ') FROM (SELECT DISTINCT m.kind AS kind FROM marks m
    WHERE m.capture_id = ${row}.capture_id AND m.source_id = ${row}.source_id AND m.line = ${row}.line
    UNION SELECT 'process:' || m.kind FROM marks m WHERE m.capture_id = ${row}.capture_id AND m.pid = ${pid} AND m.about IN ('processes', 'links'))),
  ${row}.capture_id || ':' || ${row}.source_id || ':' || ${row}.line`;
}

const PROOF_COLUMNS: View['columns'] = [
  ['marks', 'Kinds of marks on the row, and those of its process as process:KIND; NULL when there are none (docs/MARKS.md).'],
  ['handle', 'What coldstat raw takes to show the bytes of the row.'],
];

const SOCKET_COLUMNS: View['columns'] = [
  ['capture_id', 'Capture the row belongs to.'],
  ['pid', 'Process that holds the socket: one row for each holder; NULL when nobody does.'],
  ['fd', 'Descriptor number.'],
  ['socket', 'Inode of the socket; 0 when the kernel has none for it.'],
  ['family', 'Address family: 1 unix, 2 IPv4, 10 IPv6.'],
  ['protocol', 'Protocol number: 6 TCP, 17 UDP, 136 UDP-Lite, 255 raw, 1 ICMP, 58 ICMPv6; that of the table for unix.'],
];

/** Every view of a case file, in the order of docs/SCHEMA.md. */
export const VIEWS: readonly View[] = [
  {
    name: 'socket_holders',
    doc: 'Every descriptor that holds a socket: all holders, not one of them.',
    columns: [
      ['capture_id', 'Capture the row belongs to.'],
      ['socket_inode', 'N of socket:[N].'],
      ['pid', 'Process id.'],
      ['tid', 'Thread id; 0 for the table of the process.'],
      ['fd', 'Descriptor number.'],
    ],
    select: 'SELECT capture_id, socket_inode, pid, tid, fd FROM fds WHERE socket_inode IS NOT NULL',
  },
  {
    name: 'process_open_sockets',
    doc: 'Sockets with their holders, with the names and columns of osquery; pass A.',
    columns: [
      ...SOCKET_COLUMNS,
      ['local_address', 'Textual address; empty for unix.'],
      ['remote_address', 'Textual address; empty for unix.'],
      ['local_port', 'Port; 0 for unix.'],
      ['remote_port', 'Port; 0 for unix.'],
      ['path', 'Name of a unix socket; empty for others.'],
      ['state', 'State of TCP in words; empty for others.'],
      ['net_namespace', 'Number of the network namespace, as text.'],
      ...PROOF_COLUMNS,
    ],
    select: `SELECT s.capture_id, f.pid, f.fd, s.inode, ${FAMILY}, ${PROTOCOL},
  s.local_address, s.remote_address, s.local_port, s.remote_port, '',
  CASE WHEN s.proto IN ('tcp', 'tcp6') THEN s.state ELSE '' END, CAST(s.net_ns AS TEXT), ${proof('s', 'f.pid')}
FROM sockets_inet s ${HOLDERS}
WHERE s.pass = 'A'
UNION ALL
SELECT s.capture_id, f.pid, f.fd, s.inode, 1, s.protocol, '', '', 0, 0, coalesce(s.path, ''), '', CAST(s.net_ns AS TEXT), ${proof('s', 'f.pid')}
FROM sockets_unix s ${HOLDERS}
WHERE s.pass = 'A'`,
  },
  {
    name: 'listening_ports',
    doc: 'Sockets that wait for others, with the names and columns of osquery: TCP in LISTEN, unconnected UDP, raw and ICMP, listening unix; pass A.',
    columns: [
      ['capture_id', 'Capture the row belongs to.'],
      ['pid', 'Process that holds the socket: one row for each holder; NULL when nobody does.'],
      ['port', 'Local port; protocol number for raw, echo id for ICMP; 0 for unix.'],
      ['protocol', 'Protocol number, as in process_open_sockets.'],
      ['family', 'Address family: 1 unix, 2 IPv4, 10 IPv6.'],
      ['address', 'Local address; empty for unix.'],
      ['fd', 'Descriptor number.'],
      ['socket', 'Inode of the socket.'],
      ['path', 'Name of a unix socket; empty for others.'],
      ['net_namespace', 'Number of the network namespace, as text.'],
      ...PROOF_COLUMNS,
    ],
    select: `SELECT s.capture_id, f.pid, s.local_port, ${PROTOCOL}, ${FAMILY}, s.local_address, f.fd, s.inode, '', CAST(s.net_ns AS TEXT), ${proof('s', 'f.pid')}
FROM sockets_inet s ${HOLDERS}
WHERE s.pass = 'A' AND CASE WHEN s.proto IN ('tcp', 'tcp6') THEN s.state_raw = 10 ELSE s.state_raw = 7 END
UNION ALL
SELECT s.capture_id, f.pid, 0, s.protocol, 1, '', f.fd, s.inode, coalesce(s.path, ''), CAST(s.net_ns AS TEXT), ${proof('s', 'f.pid')}
FROM sockets_unix s ${HOLDERS}
WHERE s.pass = 'A' AND s.listening = 1`,
  },
  {
    name: 'process_open_files',
    doc: 'Descriptors that are files with a path, with the names and columns of osquery.',
    columns: [
      ['capture_id', 'Capture the row belongs to.'],
      ['pid', 'Process id.'],
      ['fd', 'Descriptor number.'],
      ['path', 'Path as the link gives it.'],
      ...PROOF_COLUMNS,
    ],
    select: `SELECT capture_id, pid, fd, target, ${proof('f', 'f.pid')} FROM fds f
WHERE kind IN ('file', 'memfd') AND ${once('f')}`,
  },
];
