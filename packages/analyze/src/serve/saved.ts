import type { SavedQuery } from '../report/document.ts';
import { UserError } from '../user-error.ts';

/** Questions that are asked again and again. Each stands on its own; handles lead to the bytes. */
export const SAVED: readonly SavedQuery[] = [
  {
    name: 'listeners that others can reach',
    doc: 'TCP listeners on more than loopback, with every holder.',
    sql: `SELECT s.capture_id, s.proto, s.local_address, s.local_port, p.pid, p.name, p.path, p.euid, handle(s.capture_id, s.source_id, s.line) AS handle
FROM sockets_inet s
LEFT JOIN socket_holders h ON h.capture_id = s.capture_id AND h.socket_inode = s.inode
LEFT JOIN processes p ON p.capture_id = h.capture_id AND p.pid = h.pid
WHERE s.state = 'LISTEN' AND s.pass = 'A' AND ip_class(s.local_address) <> 'loopback'
ORDER BY s.capture_id, s.local_port`,
  },
  {
    name: 'connections to public addresses',
    doc: 'Which program talks to the outside, and with whom.',
    sql: `SELECT s.capture_id, p.name, p.pid, p.path, s.proto, s.local_port, s.remote_address, s.remote_port, s.state, handle(s.capture_id, s.source_id, s.line) AS handle
FROM sockets_inet s
LEFT JOIN socket_holders h ON h.capture_id = s.capture_id AND h.socket_inode = s.inode
LEFT JOIN processes p ON p.capture_id = h.capture_id AND p.pid = h.pid
WHERE s.pass = 'A' AND s.remote_port > 0 AND ip_class(s.remote_address) = 'public'
ORDER BY s.remote_address, s.remote_port`,
  },
  {
    name: 'remote addresses by hosts',
    doc: 'An address that several hosts talk to, or only one of many.',
    sql: `SELECT s.remote_address, s.remote_port, count(DISTINCT c.host) AS hosts, count(*) AS rows, group_concat(DISTINCT c.host) AS names
FROM sockets_inet s JOIN captures c ON c.capture_id = s.capture_id
WHERE s.pass = 'A' AND s.remote_port > 0 AND ip_class(s.remote_address) <> 'loopback'
GROUP BY s.remote_address, s.remote_port ORDER BY hosts DESC, rows DESC`,
  },
  {
    name: 'executables by how rare they are',
    doc: 'Stacking: what runs in the fewest captures comes first.',
    sql: `SELECT path, count(DISTINCT capture_id) AS captures, count(*) AS processes, min(handle(capture_id, source_id, line)) AS handle
FROM processes WHERE path IS NOT NULL GROUP BY path ORDER BY captures, processes, path`,
  },
  {
    name: 'deleted or memory executables',
    doc: 'Programs whose file is gone, or never was one.',
    sql: `SELECT capture_id, pid, parent, name, path, cmdline, handle(capture_id, source_id, line) AS handle
FROM processes WHERE path_deleted = 1 OR path LIKE '/memfd:%' ORDER BY capture_id, pid`,
  },
  {
    name: 'standard input or output is a socket',
    doc: 'A shell that somebody talks to from afar looks like this; so do services that a super-server starts.',
    sql: `SELECT p.capture_id, p.pid, p.name, p.path, p.cmdline, f.fd, s.proto, s.local_address, s.local_port, s.remote_address, s.remote_port,
  handle(f.capture_id, f.source_id, f.line) AS handle
FROM fds f JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
JOIN sockets_inet s ON s.capture_id = f.capture_id AND s.inode = f.socket_inode AND s.pass = 'A'
WHERE f.fd <= 2 AND f.tid = 0 ORDER BY p.capture_id, p.pid, f.fd`,
  },
  {
    name: 'sockets with several holders',
    doc: 'Inherited or passed on: every process that holds the same one.',
    sql: `SELECT h.capture_id, h.socket_inode, count(DISTINCT h.pid) AS holders, group_concat(DISTINCT p.name || ' ' || p.pid) AS processes
FROM socket_holders h JOIN processes p ON p.capture_id = h.capture_id AND p.pid = h.pid
GROUP BY h.capture_id, h.socket_inode HAVING holders > 1 ORDER BY holders DESC`,
  },
  {
    name: 'sockets that only threads hold',
    doc: 'In no descriptor table of a process: ordinary tools do not look there.',
    sql: `SELECT f.capture_id, f.socket_inode, f.pid, f.tid, p.name, p.path, min(handle(f.capture_id, f.source_id, f.line)) AS handle
FROM fds f JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
WHERE f.socket_inode IS NOT NULL GROUP BY f.capture_id, f.socket_inode HAVING min(f.tid) > 0`,
  },
  {
    name: 'who reads packets',
    doc: 'Packet sockets with their holders.',
    sql: `SELECT s.capture_id, s.type, s.protocol, s.ifindex, p.pid, p.name, p.path, handle(s.capture_id, s.source_id, s.line) AS handle
FROM sockets_packet s
LEFT JOIN socket_holders h ON h.capture_id = s.capture_id AND h.socket_inode = s.inode
LEFT JOIN processes p ON p.capture_id = h.capture_id AND p.pid = h.pid
WHERE s.pass = 'A' ORDER BY s.capture_id, p.pid`,
  },
  {
    name: 'processes in other namespaces',
    doc: 'Who lives in another network, pid or mount namespace than the capture.',
    sql: `SELECT p.capture_id, p.pid, p.name, p.container_id, p.net_ns, p.pid_ns, p.mnt_ns, p.cmdline, handle(p.capture_id, p.source_id, p.line) AS handle
FROM processes p JOIN captures c ON c.capture_id = p.capture_id
WHERE p.net_ns <> c.own_net_ns OR p.pid_ns <> c.own_pid_ns OR p.mnt_ns <> c.own_mnt_ns ORDER BY p.capture_id, p.net_ns, p.pid`,
  },
  {
    name: 'libraries that are loaded first',
    doc: 'LD_PRELOAD and its like in environments, where they were captured.',
    sql: `SELECT e.capture_id, e.pid, p.name, e.name AS variable, e.value, handle(e.capture_id, e.source_id, e.line) AS handle
FROM process_environ e JOIN processes p ON p.capture_id = e.capture_id AND p.pid = e.pid
WHERE e.name IN ('LD_PRELOAD', 'LD_AUDIT', 'LD_LIBRARY_PATH') ORDER BY e.capture_id, e.pid`,
  },
  {
    name: 'what is broken or blind',
    doc: 'Every check of every ledger that does not hold.',
    sql: `SELECT capture_id, result, section, "check", net_ns, expected, found, basis FROM ledger
WHERE result IN ('broken', 'blind') ORDER BY result DESC, capture_id`,
  },
];

/**
 * Queries of the operator: each begins with a line `-- name: NAME`; comments right behind it say what it asks. Throws UserError for a text that has
 * none, or one without a statement.
 */
export function parseSaved(text: string, file: string): SavedQuery[] {
  const [before = '', ...parts] = text.split(/^--[ \t]*name:[ \t]*(?=\S)/m);
  if (parts.length === 0 || before.replace(/^--.*$/gm, '').trim() !== '')
    throw new UserError(`${file} is no list of queries`, 'each begins with a line: -- name: WORDS');
  return parts.map((part) => {
    const [name = '', ...lines] = part.split(/\r?\n/);
    const end = lines.findIndex((line) => !/^\s*--/.test(line));
    const doc = lines.slice(0, Math.max(0, end)).map((line) => line.replace(/^\s*--\s?/, ''));
    const sql = lines.slice(Math.max(0, end)).join('\n').trim().replace(/;$/, '');
    if (end < 0 || sql === '') throw new UserError(`${file}: the query ${name.trim()} has no statement`);
    return { name: name.trim(), doc: doc.join(' ').trim(), sql };
  });
}
