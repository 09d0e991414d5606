type Sureness = 'sure' | 'maybe' | 'none';

export type SocketReason =
  | 'time-wait'
  | 'request'
  | 'accept-queue'
  | 'closing'
  | 'embryo'
  | 'kernel'
  | 'io-uring'
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
  vanished: ['sure', 'in the first pass only: it was closed while the capture ran, or its row was lost in the second'],
  appeared: ['sure', 'in the second pass only: it was opened after its holder was looked at, or its row was lost in the first'],
  'other-pid-namespace': ['maybe', 'the capture ran in an inner pid namespace and saw only its processes'],
  unreadable: ['maybe', 'descriptors of some processes could not be read, or are not in the capture'],
  'in-flight': ['maybe', 'some descriptors are on their way in unix messages, or in an io_uring that could not be read'],
  unexplained: ['none', 'every process and thread was read, both passes show it, and nothing accounts for it'],
};

export type DescriptorReason = 'namespace-not-taken' | 'table-not-read' | 'untabled';

/** Why a descriptor of a socket has no row in any table, closed list. */
export const DESCRIPTOR_REASONS: Readonly<Record<DescriptorReason, readonly [Sureness, string]>> = {
  'namespace-not-taken': ['maybe', 'the tables of the network namespace of its holder were not captured'],
  'table-not-read': ['maybe', 'a socket table of the namespace of its holder could not be read to its end'],
  untabled: [
    'sure',
    'only created or bound, opened and closed between the passes, of a family without a table (vsock, alg, mptcp, xdp and others), or of a namespace without processes',
  ],
};
