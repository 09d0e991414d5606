/** Where a file of a tree that mirrors `/` belongs in the naming of docs/ARCHIVE-FORMAT.md §2. */
export type Place =
  /** A body under its own name. */
  | { readonly kind: 'body'; readonly name: string }
  /** A network table or mount table below a process: only one a namespace is kept. */
  | { readonly kind: 'namespaced'; readonly ns: 'net' | 'mnt'; readonly owner: string; readonly name: string }
  /** A network table of the namespace of whoever made the tree. */
  | { readonly kind: 'own-net'; readonly name: string }
  /** A link that becomes a line of `${owner}/${list}.list`. */
  | { readonly kind: 'line'; readonly owner: string; readonly list: string; readonly name: string }
  /** A file that becomes a frame of `${owner}/${pack}.pack`. */
  | { readonly kind: 'frame'; readonly owner: string; readonly pack: string; readonly name: string };

export const NET_TABLES: readonly string[] = (
  'tcp tcp6 udp udp6 udplite udplite6 raw raw6 icmp icmp6 unix netlink packet sockstat sockstat6 protocols snmp snmp6 netstat ' +
  'sctp/eps sctp/assocs sctp/remaddr sctp/snmp dev route ipv6_route igmp igmp6 if_inet6 arp dev_mcast ptype fib_trie nf_conntrack ip_conntrack'
).split(' ');
export const PROCESS_FILES: readonly string[] =
  'stat status comm cmdline environ cgroup loginuid sessionid limits wchan attr/current maps mountinfo'.split(' ');
export const THREAD_FILES: readonly string[] = ['stat', 'status', 'comm'];
export const LINKS: readonly string[] = ['exe', 'cwd', 'root'];
export const HOST_FILES: readonly string[] = (
  'proc/version proc/cmdline proc/uptime proc/stat proc/loadavg proc/mounts proc/modules proc/locks proc/devices proc/filesystems ' +
  'etc/hostname etc/os-release etc/machine-id etc/ld.so.preload etc/hosts etc/resolv.conf etc/nsswitch.conf ' +
  'etc/services etc/protocols etc/rpc etc/passwd etc/group'
).split(' ');
export const SYSCTLS: readonly string[] = (
  'kernel/hostname kernel/domainname kernel/ostype kernel/osrelease kernel/version kernel/pid_max kernel/threads-max kernel/random/boot_id ' +
  'kernel/kptr_restrict kernel/yama/ptrace_scope kernel/unprivileged_bpf_disabled kernel/modules_disabled kernel/tainted ' +
  'net/core/somaxconn net/ipv4/ip_local_port_range net/ipv4/ip_forward net/ipv4/tcp_syncookies fs/file-nr'
).split(' ');
export const INTERFACE_FILES: readonly string[] = ['mtu', 'flags', 'ifindex', 'address', 'operstate', 'type', 'tx_queue_len'];

const NET = new Set(NET_TABLES);
const PROCESS = new Set(PROCESS_FILES);
const THREAD = new Set(THREAD_FILES);
const HOST = new Set(HOST_FILES);
const SYSCTL = new Set(SYSCTLS);
const INTERFACE = new Set(INTERFACE_FILES);

/** One directory of a process or thread, and the rest. The leading digits of an id are never 0. */
const TASK = /^(proc\/([1-9]\d{0,9})(?:\/task\/([1-9]\d{0,9}))?)\/(.+)$/s;
const LINK = /^(?:exe|cwd|root|ns\/[a-z_]{1,32})$/;

/** Paths are latin1 and relative to the mirrored root; null for what coldstat has no use for. */
export function placeOf(path: string): Place | null {
  if (HOST.has(path)) return { kind: 'body', name: path };
  const own = path.startsWith('proc/net/') ? path.slice(9) : path.startsWith('proc/self/net/') ? path.slice(14) : null;
  if (own !== null) return NET.has(own) ? { kind: 'own-net', name: `proc/net/${own}` } : null;
  if (path.startsWith('proc/sys/')) {
    const name = path.slice(9);
    return SYSCTL.has(name) ? { kind: 'frame', owner: 'proc', pack: 'sys', name } : null;
  }
  if (path.startsWith('sys/class/net/')) return interfacePlace(path.slice(14));
  const task = TASK.exec(path);
  return task ? taskPlace(path, task[1] as string, task[2] as string, task[3], task[4] as string) : null;
}

function interfacePlace(rest: string): Place | null {
  const [name = '', file, more] = rest.split('/');
  if (file === undefined) return { kind: 'line', owner: 'sys/class', list: 'net', name };
  return INTERFACE.has(file) && more === undefined ? { kind: 'frame', owner: 'sys/class', pack: 'net', name: rest } : null;
}

function taskPlace(path: string, owner: string, pid: string, tid: string | undefined, rest: string): Place | null {
  if (rest.startsWith('fd/') || rest.startsWith('fdinfo/')) {
    const [dir = '', name = '', more] = rest.split('/');
    if (name === '' || more !== undefined) return null;
    return dir === 'fd' ? { kind: 'line', owner, list: 'fd', name } : { kind: 'frame', owner, pack: 'fdinfo', name };
  }
  if (LINK.test(rest)) return { kind: 'line', owner, list: 'links', name: rest };
  if (rest.startsWith('net/')) return NET.has(rest.slice(4)) ? { kind: 'namespaced', ns: 'net', owner, name: path } : null;
  if (tid !== undefined) {
    // The leader's own thread directory repeats what stands in the process directory.
    return THREAD.has(rest) && tid !== pid ? { kind: 'frame', owner: `proc/${pid}`, pack: 'task', name: `${tid}/${rest}` } : null;
  }
  if (rest === 'mountinfo') return { kind: 'namespaced', ns: 'mnt', owner, name: path };
  return PROCESS.has(rest) ? { kind: 'body', name: path } : null;
}

/** What a directory that could not be listed would have become. */
export function placeOfDirectory(path: string): string {
  const m = /^(proc\/\d+(?:\/task\/\d+)?)\/(fd|fdinfo|task|ns)$/.exec(path);
  if (!m) return path;
  const form = { fd: 'fd.list', fdinfo: 'fdinfo.pack', task: 'task.pack', ns: 'links.list' }[m[2] as 'fd' | 'fdinfo' | 'task' | 'ns'];
  return `${m[1]}/${form}`;
}
