/**
 * The one place where our columns get the names of the Elastic Common Schema (9). A field is given by an SQL expression over the rows of `from`; a field
 * without a value is left out. What the schema has no word for stands below `coldstat`.
 */
export interface Mapping {
  readonly from: string;
  readonly order: string;
  /** Fields that are the same in every document of this kind. */
  readonly fixed: Readonly<Record<string, string | readonly string[]>>;
  readonly fields: Readonly<Record<string, string>>;
  /** Fields that are lists: the expression gives a JSON array of texts in hexadecimal. */
  readonly lists: ReadonlySet<string>;
}

/** Of the capture `c`, in every document. */
const CAPTURE: Readonly<Record<string, string>> = {
  '@timestamp': 'c.started_ns + coalesce(c.time_offset_ms, 0) * 1000000',
  'host.name': 'c.host',
  'host.hostname': 'c.host',
  'host.architecture': 'c.machine',
  'host.boot.id': 'c.boot_id',
  'host.os.kernel': 'c.kernel_release',
  'event.provider': "'coldstat'",
  'coldstat.capture': 'c.capture_id',
  'coldstat.capture_uuid': 'c.uuid',
};

/** Of the process `p`. */
const PROCESS: Readonly<Record<string, string>> = {
  'process.pid': 'p.pid',
  'process.name': 'p.name',
  'process.executable': 'p.path',
  'process.command_line': 'p.cmdline',
  // In hexadecimal: JSON inside SQLite holds no bytes that are not text.
  'process.args':
    '(SELECT json_group_array(hex(a.arg) ORDER BY a.arg_index) FROM process_args a WHERE a.capture_id = p.capture_id AND a.pid = p.pid)',
  'process.working_directory': 'p.cwd',
  'process.parent.pid': 'p.parent',
  'process.group_leader.pid': 'p.pgroup',
  'process.session_leader.pid': 'p.session',
  'process.start': 'p.start_time_ns + coalesce(c.time_offset_ms, 0) * 1000000',
  'process.real_user.id': 'CAST(p.uid AS TEXT)',
  'process.user.id': 'CAST(p.euid AS TEXT)',
  'process.saved_user.id': 'CAST(p.suid AS TEXT)',
  'user.id': 'CAST(p.euid AS TEXT)',
  'user.name': '(SELECT u.name FROM users u WHERE u.capture_id = p.capture_id AND u.uid = p.euid ORDER BY u.line LIMIT 1)',
  'container.id': 'p.container_id',
};

/** Sockets of the Internet families, each with one of its holders a document; those without a holder have one document. */
const SOCKET: Readonly<Record<string, string>> = {
  'source.ip': "CASE WHEN s.local_address NOT IN ('0.0.0.0', '::') THEN s.local_address END",
  'source.port': "CASE WHEN s.proto GLOB 'tcp*' OR s.proto GLOB 'udp*' THEN s.local_port END",
  'destination.ip': "CASE WHEN s.remote_address NOT IN ('0.0.0.0', '::') THEN s.remote_address END",
  'destination.port': "CASE WHEN s.remote_port > 0 AND (s.proto GLOB 'tcp*' OR s.proto GLOB 'udp*') THEN s.remote_port END",
  'network.type': "CASE s.family WHEN 4 THEN 'ipv4' WHEN 6 THEN 'ipv6' END",
  'network.transport':
    "CASE WHEN s.proto GLOB 'tcp*' THEN 'tcp' WHEN s.proto GLOB 'udp*' THEN 'udp' WHEN s.proto GLOB 'icmp6' THEN 'ipv6-icmp' WHEN s.proto GLOB 'icmp' THEN 'icmp' END",
  'coldstat.state': 's.state',
  'coldstat.socket_inode': 's.inode',
  'coldstat.net_ns': 's.net_ns',
  'coldstat.fd': 'f.fd',
  'coldstat.handle': "s.capture_id || ':' || s.source_id || ':' || s.line",
};

const LISTS: ReadonlySet<string> = new Set(['process.args']);

export const MAPPINGS: readonly Mapping[] = [
  {
    from: 'captures c JOIN processes p ON p.capture_id = c.capture_id',
    order: 'p.pid',
    fixed: {
      'ecs.version': '9.4.0',
      'event.kind': 'state',
      'event.category': ['process'],
      'event.type': ['info'],
      'event.dataset': 'coldstat.process',
    },
    fields: { ...CAPTURE, ...PROCESS, 'coldstat.handle': "p.capture_id || ':' || p.source_id || ':' || p.line" },
    lists: LISTS,
  },
  {
    from: `captures c JOIN sockets_inet s ON s.capture_id = c.capture_id AND s.pass = 'A'
      LEFT JOIN (SELECT DISTINCT capture_id, socket_inode, pid, min(fd) AS fd FROM fds WHERE socket_inode IS NOT NULL GROUP BY capture_id, socket_inode, pid) f
        ON f.capture_id = s.capture_id AND f.socket_inode = s.inode AND s.inode > 0
      LEFT JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid`,
    order: 's.source_id, s.line, f.pid',
    fixed: {
      'ecs.version': '9.4.0',
      'event.kind': 'state',
      'event.category': ['network'],
      'event.type': ['info'],
      'event.dataset': 'coldstat.socket',
    },
    fields: { ...CAPTURE, ...PROCESS, ...SOCKET },
    lists: LISTS,
  },
];
