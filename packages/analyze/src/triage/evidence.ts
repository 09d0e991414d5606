/** What a rule may need: what was captured of it, and what was not. The questions are SQL with :capture bound. */
export interface Evidence {
  readonly doc: string;
  /** Said when nothing of it was captured. */
  readonly missing: string;
  /** Column n: how much of it there is. */
  readonly there: string;
  /** Rows reason, n: how many of them were read (reason NULL) and how many were not, for each reason. Without, there is one of it at most. */
  readonly each?: string;
  /** What one of them is, in the plural, and what of it was read. */
  readonly unit?: readonly [string, string];
}

const read = (parser: string): string =>
  `SELECT count(*) AS n FROM sources WHERE capture_id = :capture AND parser IN (${parser
    .split(' ')
    .map((p) => `'${p}'`)
    .join(', ')}) AND errno IS NULL`;

/** Who ended before it was read is no gap in what is known of the others; a file that the kernel does not have is none either. */
const GONE = "('ENOENT', 'ESRCH', 'EINVAL')";

/** The capture can always read itself: that says nothing about the host. */
const OTHERS = `NOT EXISTS (SELECT 1 FROM captures c WHERE c.capture_id = p.capture_id AND c.own_pid IN (p.pid, p.parent))`;

/** Processes by why something of them could not be read; `reason` is SQL over p. Kernel threads have none of it. */
const eachProcess = (reason: string): string =>
  `SELECT reason, count(*) AS n FROM (SELECT ${reason} AS reason FROM processes p WHERE p.capture_id = :capture AND p.kernel_thread IS NOT 1 AND ${OTHERS})
   WHERE coalesce(reason, '') NOT IN ${GONE} GROUP BY reason`;

/** Why a file of the process is not whole. */
const ofSource = (file: string): string =>
  `(SELECT CASE WHEN s.errno IS NOT NULL THEN s.errno WHEN s.blocked = 1 THEN 'stuck' WHEN s.truncated IS NOT NULL THEN 'cut' END
    FROM sources s WHERE s.capture_id = p.capture_id AND s.path = 'proc/' || p.pid || '/${file}')`;

const eachFile = (names: string): string =>
  `SELECT coalesce(errno, CASE WHEN blocked = 1 THEN 'stuck' WHEN truncated IS NOT NULL THEN 'cut' END) AS reason, count(*) AS n FROM sources
   WHERE capture_id = :capture AND pass = 'A' AND path REGEXP '(^|/)net/(${names})$' AND coalesce(errno, '') NOT IN ${GONE} GROUP BY reason`;

/** The links of descriptors are read one by one: a process counts as not read when any of its own is not. */
const FDS = `coalesce(p.fd_errno, (SELECT min(f.target_errno) FROM fds f WHERE f.capture_id = p.capture_id AND f.pid = p.pid AND f.target_errno NOT IN ${GONE}),
  ${ofSource('fd.list')})`;

/** Words that a rule may name under `needs`. */
export type Need =
  | 'processes'
  | 'exe'
  | 'cmdline'
  | 'status'
  | 'environ'
  | 'maps'
  | 'fds'
  | 'sockets'
  | 'unix'
  | 'packet'
  | 'netlink-table'
  | 'interfaces'
  | 'mounts'
  | 'cgroups'
  | 'users'
  | 'exe-hash'
  | 'services'
  | 'dump'
  | 'unix-dump'
  | 'protonames'
  | 'probe'
  | 'all-pids'
  | 'modules'
  | 'marks'
  | 'root'
  | 'before'
  | 'same-boot';

const dump = (name: string): string =>
  `SELECT count(*) AS n FROM sources WHERE capture_id = :capture AND path GLOB 'netlink/*/${name}' AND errno IS NULL AND bytes > 0`;

export const NEEDS: Readonly<Record<Need, Evidence>> = {
  processes: { doc: 'stat of the processes', missing: 'no process was captured', there: read('pid-stat stat-pack') },
  exe: {
    doc: 'the exe links of the processes',
    missing: 'the exe links were not captured',
    there: read('links-list'),
    each: eachProcess('p.path_errno'),
    unit: ['processes', 'exe'],
  },
  cmdline: {
    doc: 'the command lines',
    missing: 'the command lines were not captured',
    there: read('pid-cmdline'),
    each: eachProcess(`coalesce(p.cmdline_errno, ${ofSource('cmdline')})`),
    unit: ['processes', 'cmdline'],
  },
  status: { doc: 'status of the processes', missing: 'status of the processes was not captured', there: read('pid-status') },
  environ: {
    doc: 'the environments (--with environ)',
    missing: 'the environments were not captured: coldstat-capture --with environ',
    there: read('pid-environ'),
    each: eachProcess(ofSource('environ')),
    unit: ['processes', 'environ'],
  },
  maps: {
    doc: 'the memory maps',
    missing: 'the memory maps were not captured',
    there: read('pid-maps'),
    each: eachProcess(ofSource('maps')),
    unit: ['processes', 'maps'],
  },
  fds: {
    doc: 'the descriptors of all processes',
    missing: 'the descriptors were not captured',
    there: read('fd-list'),
    each: eachProcess(FDS),
    unit: ['processes', 'fd'],
  },
  sockets: {
    doc: 'the tables of TCP and UDP',
    missing: 'the tables of TCP and UDP were not captured',
    there: read('net-tcp net-datagram'),
    each: eachFile('tcp6?|udp6?|udplite6?|raw6?|icmp6?'),
    unit: ['tables', 'sockets'],
  },
  unix: {
    doc: 'the table of unix sockets',
    missing: 'the table of unix sockets was not captured',
    there: read('net-unix'),
    each: eachFile('unix'),
    unit: ['tables', 'unix'],
  },
  packet: {
    doc: 'the table of packet sockets',
    missing: 'the table of packet sockets was not captured',
    there: read('net-packet'),
    each: eachFile('packet'),
    unit: ['tables', 'packet'],
  },
  'netlink-table': {
    doc: 'the table of netlink sockets',
    missing: 'the table of netlink sockets was not captured',
    there: read('net-netlink'),
    each: eachFile('netlink'),
    unit: ['tables', 'netlink'],
  },
  interfaces: {
    doc: 'the interfaces with their flags',
    missing: 'the flags of the interfaces were not captured',
    there: 'SELECT count(*) AS n FROM interfaces WHERE capture_id = :capture AND flags IS NOT NULL',
  },
  mounts: { doc: 'mountinfo', missing: 'mountinfo was not captured', there: read('mountinfo') },
  cgroups: { doc: 'the control groups', missing: 'the control groups were not captured', there: read('pid-cgroup') },
  users: { doc: '/etc/passwd', missing: '/etc/passwd was not captured', there: read('etc-passwd') },
  'exe-hash': {
    doc: 'SHA-256 of the executables (--with exe-hash)',
    missing: 'the executables were not hashed: coldstat-capture --with exe-hash',
    there: read('exe-pack'),
  },
  services: { doc: '/etc/services', missing: '/etc/services was not captured', there: read('etc-services') },
  dump: {
    doc: "the kernel's own lists of sockets (--netlink)",
    missing: 'the kernel was not asked for its own lists of sockets: coldstat-capture --netlink',
    there: dump('*'),
  },
  'unix-dump': {
    doc: "the kernel's own list of unix sockets (--netlink)",
    missing: 'the kernel was not asked for its own list of unix sockets: coldstat-capture --netlink',
    there: dump('unix'),
  },
  protonames: {
    doc: 'the protocols of the sockets that descriptors refer to (--netlink)',
    missing: 'the protocols of sockets were not asked for: coldstat-capture --netlink',
    there: read('sockprotoname-pack'),
  },
  probe: {
    doc: 'the numbers of processes tried one by one',
    missing: 'process numbers were not tried one by one',
    there: "SELECT count(*) AS n FROM directory_listings WHERE capture_id = :capture AND listing = 'probe'",
  },
  'all-pids': {
    doc: 'a capture from the first pid namespace',
    missing: 'the capture ran in an inner pid namespace, where the counts of the kernel are those of the whole host',
    there: 'SELECT count(*) AS n FROM captures WHERE capture_id = :capture AND own_pid_ns = 4026531836',
  },
  modules: {
    doc: '/proc/modules',
    missing: 'there is no /proc/modules in the capture, as on a kernel without modules',
    there: read('proc-modules'),
  },
  marks: {
    doc: 'the marks, computed at load',
    missing: 'no process was captured',
    there: read('pid-stat stat-pack'),
  },
  root: {
    doc: 'a capture made by root',
    missing: 'the capture was not made by root',
    there: 'SELECT count(*) AS n FROM captures WHERE capture_id = :capture AND (own_euid = 0 OR own_euid IS NULL)',
  },
  before: {
    doc: 'an earlier capture of the same host',
    missing: 'the case holds no earlier capture of this host',
    there: 'SELECT count(*) AS n FROM captures WHERE capture_id = :capture AND :before IS NOT NULL',
  },
  'same-boot': {
    doc: 'an earlier capture of the same boot',
    missing: 'the case holds no earlier capture of this boot of the host',
    there: `SELECT count(*) AS n FROM captures a JOIN captures b ON b.capture_id = :before AND a.boot_id = b.boot_id
      WHERE a.capture_id = :capture`,
  },
};
