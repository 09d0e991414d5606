/**
 * What the live tools can do, and which tests show it here: for the table in CLI.md. A feature without a test is a `no`; `missing` makes it `partly`,
 * `refused` says that the tool answers with the reason. A test is named by its file, or a directory of them that ends in /, and a string there: its title, or the words of one
 * invocation in its list; test/support/feature-results.ts notes its result, docs/generate.mjs fails when it has none.
 */

const NETSTAT = 'test/real/netstat.test.ts';
const NETSTAT_UNIT = 'packages/analyze/src/tools/netstat/';
const NETSTAT_LIVE = 'test/real/netstat-live.test.ts';
const NETSTAT_EXTRACTED = 'test/real/netstat-extracted.test.ts';
const LSOF = 'test/real/lsof.test.ts';
const LSOF_UNIT = 'packages/analyze/src/tools/lsof/';
const SS = 'test/real/ss-layout.test.ts';
const SS_DUMP = 'test/real/ss-dump.test.ts';
const SS_UNIT = 'packages/analyze/src/tools/ss/';
const SOCKSTAT = 'test/real/sockstat.test.ts';
const PFILES = 'test/real/pfiles.test.ts';
const RPCINFO = 'test/real/rpcinfo.test.ts';
const TEXTBOOK = 'test/real/textbook.test.ts';
const SERIES = 'test/e2e/series.test.ts';
const REFUSED = 'test/e2e/refused.test.ts';

const feature = (tool, what, priority, tests, more = {}) => ({ tool, what, priority, tests: Object.entries(tests), ...more });

export const FEATURES = [
  feature('netstat', 'no option, -a, -l: rows, headings, layout', 'P0', {
    [NETSTAT]: ['-ta', '-tl', '-t'],
    [TEXTBOOK]: ['--inet --all is both, and -a has the unix sockets too'],
  }),
  feature('netstat', '-t -u -w -x, -4 -6, --inet, -A', 'P0', { [NETSTAT]: ['-w -a', '--inet6 -an', '-A inet6 -ao', '-4 -6 -atn'] }),
  feature('netstat', '-n, --numeric-hosts, --numeric-ports, --numeric-users; names', 'P0', {
    [NETSTAT]: ['-at --numeric-hosts', '-at --numeric-ports', '-ate --numeric-users'],
  }),
  feature('netstat', '-p: whose, cut at 19, safe on a terminal', 'P0', {
    [NETSTAT]: ['-antup'],
    [NETSTAT_UNIT]: ['the lowest process that has arguments stands for a socket, its name escaped'],
  }),
  feature('netstat', '-e, -o, -W', 'P0', { [NETSTAT]: ['-antupeo', '-anWtu'] }),
  feature('netstat', 'unix sockets', 'P0', {
    [NETSTAT]: ['-xa', '-xap'],
    [NETSTAT_LIVE]: ['names that lie stay in one row and are escaped'],
  }),
  feature(
    'netstat',
    '-U -S: UDPLite, SCTP',
    'P1',
    {
      [NETSTAT_UNIT]: ['endpoints and associations have a line for each address, owner and inode behind the last'],
    },
    { missing: 'SCTP not compared with the program' },
  ),
  feature('netstat', '-i, -ie', 'P1', {
    [NETSTAT_LIVE]: ['netstat -i agrees, packet counters apart'],
    [NETSTAT_UNIT]: ['-ie prints a block for each interface, and leaves out what is unknown'],
  }),
  feature('netstat', '-r, -rn, -6r, -g', 'P1', { [NETSTAT]: ['-rn', '-r6n', '-g', '-gn'] }),
  feature('netstat', '-s', 'P2', { [NETSTAT]: ['-s', '-s -6', '-st'] }),
  feature('netstat', '-c: one pass for each capture', 'P2', { [SERIES]: ['netstat -c'], [TEXTBOOK]: ['-a -c: one pass for each capture'] }),
  feature(
    'netstat',
    'the look of 1.60',
    'P2',
    { [NETSTAT_UNIT]: ['--compat netstat=1.60'] },
    { missing: 'written from descriptions, not compared with the program' },
  ),
  feature(
    'netstat',
    '-Z, -M, ax25, ipx and other families',
    'P2',
    {
      [NETSTAT_UNIT]: [
        'adds the program and the last 49 bytes of its label',
        'is refused as by the live tool where the host has no SELinux',
      ],
      [REFUSED]: ['netstat -M', 'netstat --ax25'],
    },
    { missing: '-M and the old families are refused' },
  ),
  feature('lsof', 'the plain listing: columns, widths, escapes, the look of 4.95', 'P0', {
    [LSOF]: ['-p $PID -nP', '-p $PID'],
    [TEXTBOOK]: ['without options: all files of all processes, the columns every text explains'],
  }),
  feature('lsof', 'every kind of object: files, sockets, anonymous inodes, protocols of sockets in no table', 'P0', {
    [LSOF]: ['-p $PID -nP', '-nP -E -a -p $SHARED -d 3-99', '-nP -p $FOREIGN'],
    [LSOF_UNIT]: ['print as each kind does'],
  }),
  feature('lsof', '-i: the whole grammar', 'P0', {
    [LSOF]: ['-nP -iTCP@127.0.0.1:$PORT,$PORT6', '-nP -i @[::1]:$PORT6'],
    [LSOF_UNIT]: ['makes one entry of lists, ranges and services'],
  }),
  feature('lsof', '-s TCP:STATES with ^', 'P0', {
    [LSOF]: ['-nP -a -p $PID -iTCP -sTCP:^LISTEN,^CLOSE_WAIT'],
    [TEXTBOOK]: ['-s: states to keep and to leave out, in any case'],
  }),
  feature('lsof', '-p -c -u with ^ and patterns, -a', 'P0', {
    [LSOF]: ['-nP -a -u ^root -p $STR -d 3', '-nP -a -c /^$NAME[FGE]R$/i -d cwd'],
    [TEXTBOOK]: ['-a -c -u: both must fit; where it is, what it runs, what it has open and how'],
  }),
  feature('lsof', '-d: lists, ranges, ^, fd', 'P0', { [LSOF]: ['-a -p $PID -d 0-20,fd', '-a -p $PID -d ^mem -nP'] }),
  feature('lsof', '-n -P -l, +c, -R, -g', 'P0', {
    [LSOF]: ['-nPl -R -g -p $PID', '-nP +c 0 -p $PID'],
    [TEXTBOOK]: ['-n, -P and -l: no names of hosts, ports, users'],
  }),
  feature('lsof', '-t, exit codes, messages', 'P0', { [LSOF]: ['-t -i :$PORT', 'the same complaints'] }),
  feature('lsof', '-F: every letter, NUL', 'P0', { [LSOF]: ['-nP -F -p $PID', '-nP -F0 -p $PID', '-nP -FrDk -p $PID'] }),
  feature('lsof', '-U, unix sockets by name', 'P0', {
    [LSOF]: ['-nP -a -p $PID -U', '-nP $OBJ/rw.txt $OBJ/linked $OBJ/st.sock $OBJ/fifo $OBJ/mapped'],
  }),
  feature('lsof', '-o, -o N, -s, +L, +L1', 'P0', { [LSOF]: ['-nP -p $PID -o3', '-nP -p $PID -s', '-nP -a -p $PID +L1'] }),
  feature('lsof', '-T, -Tqs', 'P0', { [LSOF]: ['-nP -T -p $PID', '-nP -Tqs -p $PID'] }),
  feature('lsof', 'files, mount points and devices as arguments', 'P0', {
    [LSOF]: ['-nP -V $OBJ/nothing-here $OBJ/append'],
    [LSOF_UNIT]: ['are found by name, by directory and by file system'],
  }),
  feature('lsof', 'rows for what could not be read, NOFD, -w', 'P0', {
    [LSOF]: ['the same rows are refused'],
    [LSOF_UNIT]: ['has its rows, as the live tool prints them for another user', 'has none with -w and -t'],
  }),
  feature('lsof', '-K, tasks by default', 'P1', {
    [LSOF]: ['-nP -a -p $THR -K'],
    [LSOF_UNIT]: ['are listed when nothing is asked, each with the table it has'],
  }),
  feature('lsof', '+fg, +fG', 'P1', { [LSOF]: ['-nP +fg -p $PID', '-nP +fG -p $PID'] }),
  feature('lsof', '-E, +E: pipes, eventfds, ptys, message queues, TCP and UDP pairs', 'P1', {
    [LSOF]: ['-nP -E -a -p $PID -i', '-nP +E -a -p $PID -d $PIPE,$EVENT,$PTY'],
  }),
  feature('lsof', '-E, +E: unix sockets', 'P1', {
    [LSOF]: [
      '-nP -E -a -p $PID -U',
      '-nP +E -a -p $SHARED -U',
      '-nP -F -E -a -p $SHARED -U',
      'names every socket at the other end of a unix socket',
    ],
  }),
  feature('lsof', '+d, +D, -x', 'P1', { [LSOF]: ['-nP +d $OBJ -a -p $PID', '-nP +D $DIR -a -p $PID'] }),
  feature('lsof', '+M', 'P1', {
    [TEXTBOOK]: ['+M: names of RPC programs behind the ports, for every process that shares them'],
  }),
  feature('lsof', '-V', 'P1', { [LSOF]: ['-V -p $PID,99999999 -a -d 3', '-V -c nosuchcommand -c /nosuch/ -g 99999999'] }),
  feature('lsof', 'the look of 4.99, -H, -J, -j', 'P1', {
    [LSOF_UNIT]: [
      '4.99 has narrow descriptors, states of UDP, sizes for people and both size and offset in fields',
      '-J and -j are JSON, with the names of network files',
    ],
  }),
  feature('lsof', 'sockets of other network namespaces (beyond the live tool)', 'P1', {
    [LSOF]: ['resolves the sockets of other network namespaces when asked to'],
  }),
  feature(
    'lsof',
    '-Q, -N, -X, -Z, -r, the look of 4.93',
    'P2',
    {
      [LSOF]: ['-V -Q -c nosuchcommand', '-a -p $PID -N', '-nP -X -p $PID'],
      [SERIES]: ['lsof -r ends each listing with its line'],
      [REFUSED]: ['lsof -Z'],
      [LSOF_UNIT]: [
        'has a column with the context of the process, and lists those whose context fits',
        '4.93 says less of unix sockets and anonymous inodes',
      ],
    },
    { missing: 'contexts of files, which are not captured; the look of 4.93 follows release notes, not a run' },
  ),
  feature('ss', '-t -u -w -x -0, -a -l, layout, -H', 'P0', {
    [SS]: ['-tan', '-ltn', '-wan', '-0 -a -p', '-Htan'],
    [SS_DUMP]: ['-tuane', '-xap', '-0anem', 'netlink sockets, but for those of ss and of the capture that ask'],
  }),
  feature('ss', '-p, -n, -e, -o', 'P0', { [SS]: ['-tanp', '-tanoe', '-t'], [SS_DUMP]: ['-tunapeimo'] }),
  feature('ss', 'states, expressions of addresses and ports', 'P0', {
    [SS]: ['-tan state big', '-tan sport gt :1024', '-tan dst [::1]', '-tan ( sport lt :1024 or dport lt :1024 )'],
  }),
  feature('ss', '-s', 'P1', { [SS]: ['-s'] }),
  feature(
    'ss',
    '-m, -i, --tos, --cgroup, v6only, backlog, unix peers',
    'P1',
    { [SS]: ['-tanie'], [SS_DUMP]: ['-tanoemi', '-tuan --tos --cgroup --inet-sockopt', '-xaem', '-tlne'] },
    { missing: 'control groups by number: their paths are not captured' },
  ),
  feature(
    'ss',
    'vsock, MPTCP, XDP, SCTP, TIPC',
    'P2',
    { [SS_UNIT]: ['-Maneim'], 'packages/analyze/src/syscall/dump.test.ts': ['vsock and xdp, which this kernel does not answer for'] },
    { missing: 'SCTP without its details, TIPC kept as bytes; vsock and XDP not compared with the program' },
  ),
  feature('ss', 'the same files for the real ss: PROC_ROOT, TCPDIAG_FILE', 'P1', {
    'test/real/ss.test.ts': ['PROC_ROOT=<extracted>/proc ss -tunap says what our rows say, each cell of each row'],
    [SS_DUMP]: ['-tanemi', 'a file of ss -D is evidence of its own'],
  }),
  feature('ss', '-E, -K, -D', '–', { [REFUSED]: ['ss -E', 'ss -K', 'ss -D x'] }, { refused: true }),
  feature(
    'sockstat',
    'the look of FreeBSD: -4 -6 -u -c -l -p -P -L -s -q -n -w',
    'P0',
    {
      [SOCKSTAT]: [
        'every column begins at its stop',
        '-L leaves out loopback, -p keeps a port, -q drops the header',
        'who is at the other end of a unix socket',
        'one socket for both families is tcp46 or udp46, told by the dump or by the socket',
        '-l and -c go by the peer: a socket that others are connected to listens',
      ],
      [TEXTBOOK]: ['sockstat -cl without the unix sockets'],
    },
    { missing: 'not compared with the program, which Linux does not have' },
  ),
  feature('sockstat', 'the look of the Linux port', 'P2', { [SOCKSTAT]: ['the look of the Linux port', 'sockstat -u'] }),
  feature('pfiles', 'rlimit; mode, dev, ino, uid, gid, size, rdev; flags, locks, path, offset', 'P0', {
    [TEXTBOOK]: ['pfiles of one: rlimit, and of each descriptor mode, device, inode, owner, flags, names'],
  }),
  feature('pfiles', 'SOCK_ type, sockname, peername', 'P0', {
    [PFILES]: [
      'a listening socket: type, names, the option its table proves, and that others are unknown',
      'both names of each Internet socket, also of one in no table',
      'unix sockets and the process at the other end: %s',
    ],
    [TEXTBOOK]: ['pfiles of every process: its command, and the name of each socket below'],
  }),
  feature('pfiles', 'options, buffers and peer of sockets', 'P1', {
    [PFILES]: [
      'what the sockets say of themselves',
      'options with a value, in the order of Solaris, what Linux has besides behind them',
      'a dump alone tells buffers and congestion control, and of one in no table its name; the rest is said to be unknown',
      '/proc alone tells neither, and that is said',
    ],
    [TEXTBOOK]: ['pfiles in the look of SystemTap: a server and its connection, keepalive where a timer shows it'],
  }),
  feature('pfiles', 'the looks of SystemTap and illumos', 'P2', {
    [PFILES]: ['profiles differ where their systems do', 'illumos has a zone behind the peer: the network namespace'],
    [TEXTBOOK]: ['pfiles in the look of illumos'],
  }),
  feature('rpcinfo', '-p, no option, -s', 'P0', {
    [RPCINFO]: ['rpcinfo %s prints what the live one printed'],
    [TEXTBOOK]: ['rpcinfo -p%s: ports and programs'],
  }),
  feature('rpcinfo', '-m', 'P2', { [RPCINFO]: ['what needs a live server is refused'] }, { refused: true }),
  feature('rpcinfo', '-t -u -T -l -b -d', '–', { [RPCINFO]: ['what needs a live server is refused'] }, { refused: true }),
  feature('all', '--compat, --strict, --netns, choice of captures', 'P1', {
    [NETSTAT_UNIT]: ['shows the first pass of the own namespace alone, or what --netns says', '--compat netstat=1.60'],
    [SERIES]: ['each tool lists every capture in order of time, behind a line that says which'],
  }),
  feature('all', 'the real tools as judges: ss and netstat over the same files, lsof live beside the capture', 'P0', {
    [SS]: ['ss %s'],
    [SS_DUMP]: ['ss %s'],
    [NETSTAT_EXTRACTED]: ['netstat %s'],
    [LSOF]: ['the same words, the same answer'],
  }),
];
