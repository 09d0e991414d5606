/**
 * THE LIST of what is taken (docs/ARCHIVE-FORMAT.md §2), in order of volatility. Nothing under /proc or /sys is read that is not named here:
 * some files there change the host when they are read.
 */

/** Whose it is: one for the host, a network namespace, a process, a thread beside the leader, a mount namespace. */
type Scope = 'host' | 'netns' | 'process' | 'thread' | 'mntns';

/** When: with the socket tables (both passes), in the walk over processes, after pass B (may wait for the memory-map lock), at the end, last of all. */
type Phase = 'tables' | 'walk' | 'late' | 'host' | 'last';

/** What the operator must ask for with `--with`, and what it does to the host. */
export const OPT_IN = {
  environ: 'environment of each process: may hold passwords; takes its memory-map lock',
  nf_conntrack: 'connection tracking tables: reading makes the kernel drop expired entries',
  'exe-hash': 'SHA-256 of each executable: reads them from disk and fills the page cache',
  rpcbind: 'asks the portmapper for its list (127.0.0.1:111, else /run/rpcbind.sock): it sees the call and may log it',
  'deleted-exe': 'copies of deleted and memfd executables through /proc/PID/exe: reads them, from disk where they have one',
} as const;
export type OptIn = keyof typeof OPT_IN;

export interface Artefact {
  /** Below `/` for the host, below /proc/PID or /proc/net for the rest. */
  readonly path: string;
  readonly scope: Scope;
  readonly phase: Phase;
  /** Bytes; what is longer is cut and said to be. */
  readonly cap: number;
  /** Takes the memory-map lock of the process, so that reading it may hang; which one does is seen from outside (stuck.ts). */
  readonly lock?: true;
  /** Not taken of kernel threads, which have none. */
  readonly user?: true;
  readonly optIn?: OptIn;
}

const MIB = 1024 * 1024;
export const FILE_CAP: number = 2 * MIB;
export const TABLE_CAP: number = 256 * MIB;
/** Of a list or pack of one process. */
export const LIST_CAP: number = 128 * MIB;
/** Of one hashed or copied executable. */
export const EXE_CAP: number = 64 * MIB;
export const HASH_CAP: number = 1024 * MIB;

/** Links compared for the threads of one process; above it threads are `not-compared` (docs/ARCHIVE-FORMAT.md §3.2). */
export const THREAD_LINK_BUDGET = 50_000;

function files(scope: Scope, phase: Phase, names: string, cap: number = FILE_CAP): Artefact[] {
  return names.split(' ').map((path) => ({ path, scope, phase, cap }));
}

export const ARTEFACTS: readonly Artefact[] = [
  // Sockets first, then the counters that say how many there must be, then the rest of the network.
  ...files('netns', 'tables', 'tcp tcp6 udp udp6 udplite udplite6 raw raw6 icmp icmp6 unix netlink packet', TABLE_CAP),
  ...files('netns', 'tables', 'sockstat sockstat6 protocols snmp snmp6 netstat'),
  ...files('netns', 'tables', 'sctp/eps sctp/assocs sctp/remaddr sctp/snmp', TABLE_CAP),
  ...files('host', 'tables', 'proc/loadavg'),
  ...files('netns', 'tables', 'dev route ipv6_route igmp igmp6 if_inet6 arp dev_mcast ptype fib_trie', TABLE_CAP),

  ...files('process', 'walk', 'stat status comm'),
  ...files('process', 'walk', 'links.list fd.list fdinfo.pack', LIST_CAP),
  ...files('process', 'walk', 'cgroup loginuid sessionid limits wchan attr/current'),
  ...files('mntns', 'walk', 'mountinfo', TABLE_CAP),
  ...files('process', 'walk', 'task.pack', LIST_CAP),
  ...files('thread', 'walk', 'links.list fd.list fdinfo.pack', LIST_CAP),
  { path: 'cmdline', scope: 'process', phase: 'walk', cap: FILE_CAP, lock: true },

  { path: 'maps', scope: 'process', phase: 'late', cap: 32 * MIB, lock: true, user: true },
  { path: 'environ', scope: 'process', phase: 'late', cap: FILE_CAP, lock: true, user: true, optIn: 'environ' },

  ...files(
    'host',
    'host',
    'proc/version proc/cmdline proc/uptime proc/stat proc/mounts proc/modules proc/locks proc/devices proc/filesystems',
  ),
  ...files('host', 'host', 'proc/children.pack sys/fs/cgroup.pack sys/fs/cgroup.list', LIST_CAP),
  ...files('host', 'host', 'proc/sys.pack sys/class/net.list sys/class/net.pack'),
  ...files('host', 'host', 'etc/hostname etc/os-release etc/machine-id etc/ld.so.preload etc/hosts etc/resolv.conf etc/nsswitch.conf'),
  ...files('host', 'host', 'etc/services etc/protocols etc/rpc etc/passwd etc/group', 16 * MIB),
  { path: 'nf_conntrack', scope: 'netns', phase: 'last', cap: TABLE_CAP, optIn: 'nf_conntrack' },
];

/** Frames of `proc/sys.pack`. */
export const SYSCTLS: readonly string[] = (
  'kernel/hostname kernel/domainname kernel/ostype kernel/osrelease kernel/version kernel/pid_max kernel/threads-max kernel/random/boot_id ' +
  'kernel/kptr_restrict kernel/yama/ptrace_scope kernel/unprivileged_bpf_disabled kernel/modules_disabled kernel/tainted ' +
  'net/core/somaxconn net/ipv4/ip_local_port_range net/ipv4/ip_forward net/ipv4/tcp_syncookies fs/file-nr'
).split(' ');

/** Frames of `sys/class/net.pack`, for each interface. */
export const INTERFACE_FILES: readonly string[] = ['mtu', 'flags', 'ifindex', 'address', 'operstate', 'type', 'tx_queue_len'];

/** Lines of a `links.list` after `exe`, `cwd`, `root`. */
export const NAMESPACE_KINDS: readonly string[] = [
  'cgroup',
  'ipc',
  'mnt',
  'net',
  'pid',
  'pid_for_children',
  'time',
  'time_for_children',
  'user',
  'uts',
];
