type Sureness = 'sure' | 'maybe' | 'none';

export type SocketReason =
  | 'time-wait'
  | 'request'
  | 'accept-queue'
  | 'closing'
  | 'embryo'
  | 'kernel'
  | 'io-uring'
  | 'forged'
  | 'covered'
  | 'vanished'
  | 'appeared'
  | 'other-pid-namespace'
  | 'unreadable'
  | 'in-flight'
  | 'unexplained';

/** Why a socket has no holder, closed list. `sure`: seen; `maybe`: cannot be told apart from the unexplained with what was captured. */
export const SOCKET_REASONS: Readonly<Record<SocketReason, readonly [Sureness, string]>> = {
  'time-wait': ['sure', 'the connection is closed and the kernel keeps its ends for a while'],
  request: ['sure', 'a connection is being set up; no socket exists yet'],
  'accept-queue': ['sure', 'the listener has not accepted the connection yet'],
  closing: ['sure', 'the program closed it; the kernel still talks to the other end'],
  embryo: ['sure', 'a unix connection that the listener has not accepted yet'],
  kernel: ['sure', 'the kernel itself holds it'],
  'io-uring': ['sure', 'registered with an io_uring and closed as a descriptor'],
  forged: [
    'none',
    'no socket, most likely: a row that the name of another socket may have forged, and the kernel counts fewer sockets than rows',
  ],
  covered: ['none', 'a mount covers the directory of a process, which may hold it (coldstat ledger --check directory)'],
  vanished: ['sure', 'in the first pass only: it was closed while the capture ran, or its row was lost in the second'],
  appeared: ['sure', 'in the second pass only: it was opened after its holder was looked at, or its row was lost in the first'],
  'other-pid-namespace': ['maybe', 'the capture ran in an inner pid namespace and saw only its processes'],
  unreadable: ['maybe', 'descriptors of some processes could not be read, or are not in the capture'],
  'in-flight': [
    'maybe',
    'descriptors are on their way in unix messages (scm_fds of fdinfo), or in an io_uring that could not be read; or the kernel does not say so',
  ],
  unexplained: ['none', 'every process and thread was read, both passes show it, and nothing accounts for it, or for all of these'],
};

export type HeldClass = 'held' | 'thread-only' | 'dead-leader';

/** Where the holders of a socket are. */
export const HELD_CLASSES: Readonly<Record<HeldClass, string>> = {
  held: 'a process holds it',
  'thread-only': 'held only by threads with a descriptor table of their own: ss, netstat and lsof without -K look at the leader alone',
  'dead-leader': 'held only by threads of a process whose leader has ended: its own descriptor directory is empty',
};

export type DescriptorReason =
  | 'namespace-not-taken'
  | 'table-not-read'
  | 'listed-by-kernel'
  | 'unseen-namespace'
  | 'untabled-or-unseen-namespace'
  | 'untabled';

/** Why a descriptor of a socket has no row in any table, closed list. */
export const DESCRIPTOR_REASONS: Readonly<Record<DescriptorReason, readonly [Sureness, string]>> = {
  'namespace-not-taken': ['maybe', 'the tables of the network namespace of its holder were not captured'],
  'table-not-read': ['maybe', 'a socket table of the namespace of its holder could not be read to its end'],
  'listed-by-kernel': [
    'sure',
    "in no file, but in the kernel's own list of sockets (--netlink) of the same network namespace: only bound, or of a family without a file",
  ],
  'unseen-namespace': [
    'maybe',
    'of another network namespace than its holder, most often one that no process lives in: the kernel lists it there, or counts no socket without a row in that of its holder',
  ],
  'untabled-or-unseen-namespace': [
    'maybe',
    'some of these are of another network namespace, in which no process lives: the kernel counts fewer sockets without a row in that of their holders; files do not say which',
  ],
  untabled: [
    'sure',
    'only created or bound, opened and closed between the passes, or of a family without a table (vsock, alg, mptcp, xdp and others)',
  ],
};
