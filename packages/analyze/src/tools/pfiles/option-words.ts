/** Which of the socket options that a capture holds stand in a listing, and how they are written. */

/** One answer of getsockopt, as table socket_options has it. */
export interface OptionRow {
  readonly level: string | null;
  readonly name: string | null;
  readonly value: number | null;
  readonly bytes: Uint8Array | null;
  readonly errno: string | null;
}

/** In the order of Solaris; what it does not know comes behind, as it was asked. */
const ORDER: readonly string[] = [
  'SO_DEBUG',
  'SO_REUSEADDR',
  'SO_KEEPALIVE',
  'SO_DONTROUTE',
  'SO_BROADCAST',
  'SO_OOBINLINE',
  'SO_LINGER',
  'SO_SNDBUF',
  'SO_RCVBUF',
];

/** Answers that tell of the socket's state or identity; the kernel sets them by itself. */
const NO_OPTIONS: ReadonlySet<string> = new Set(
  `SO_TYPE SO_DOMAIN SO_PROTOCOL SO_COOKIE SO_NETNS_COOKIE SO_MEMINFO SO_INCOMING_CPU SO_INCOMING_NAPI_ID SO_PEERCRED SO_PEERSEC SO_PEERGROUPS
  TCP_INFO TCP_CC_INFO MPTCP_INFO TCP_MAXSEG TCP_WINDOW_CLAMP TCP_TIMESTAMP TCP_QUICKACK TCP_IS_MPTCP IP_MTU IPV6_MTU PACKET_ROLLOVER_STATS XDP_STATISTICS SIOCGSKNS`.split(
    /\s+/,
  ),
);

/** What a socket has that nobody set it for, where it is not 0 (net/core/sock.c, net/ipv4/tcp.c and the like; sysctls can make it another). */
const DEFAULTS: ReadonlyMap<string, number> = new Map([
  ['SO_RCVLOWAT', 1],
  ['SO_SNDLOWAT', 1],
  ['SO_PEEK_OFF', -1],
  ['SO_TXREHASH', 1],
  ['SO_PASSRIGHTS', 1],
  ['SO_MAX_PACING_RATE', -1],
  ['IP_TTL', 64],
  ['IP_MTU_DISCOVER', 1],
  ['IP_MULTICAST_TTL', 1],
  ['IP_MULTICAST_LOOP', 1],
  ['IP_MULTICAST_ALL', 1],
  ['IPV6_UNICAST_HOPS', 64],
  ['IPV6_MULTICAST_HOPS', 1],
  ['IPV6_MULTICAST_LOOP', 1],
  ['IPV6_MULTICAST_ALL', 1],
  ['IPV6_MTU_DISCOVER', 1],
  ['IPV6_ADDR_PREFERENCES', 0x500],
  ['IPV6_AUTOFLOWLABEL', 1],
  ['TCP_KEEPIDLE', 7200],
  ['TCP_KEEPINTVL', 75],
  ['TCP_KEEPCNT', 9],
  ['TCP_SYNCNT', 6],
  ['TCP_LINGER2', 60],
  ['TCP_RTO_MAX_MS', 120_000],
  ['TCP_RTO_MIN_US', 200_000],
  ['TCP_DELACK_MAX_US', 200_000],
  ['SO_VM_SOCKETS_BUFFER_SIZE', 262_144],
  ['SO_VM_SOCKETS_BUFFER_MIN_SIZE', 128],
  ['SO_VM_SOCKETS_BUFFER_MAX_SIZE', 262_144],
]);

/** Numbers that are no switches: 1 is written too. */
const NUMBERS =
  /^(SO_(SNDBUF|RCVBUF|PRIORITY|RCVLOWAT|SNDLOWAT|MARK|PEEK_OFF|BUSY_POLL|MAX_PACING_RATE|BINDTOIFINDEX|RESERVE_MEM|BUF_LOCK|TIMESTAMPING|VM_.*)|IP_(TOS|TTL|MTU_DISCOVER|MINTTL|MULTICAST_TTL|MULTICAST_IF|UNICAST_IF|LOCAL_PORT_RANGE)|IPV6_(UNICAST_HOPS|MULTICAST_IF|MULTICAST_HOPS|MTU_DISCOVER|CHECKSUM|TCLASS|ADDR_PREFERENCES|MINHOPCOUNT|UNICAST_IF)|TCP_(KEEP.*|SYNCNT|LINGER2|DEFER_ACCEPT|USER_TIMEOUT|FASTOPEN|NOTSENT_LOWAT|TX_DELAY|RTO_.*|DELACK_.*)|UDP_(ENCAP|SEGMENT)|UDPLITE_.*|PACKET_(COPY_THRESH|VERSION|RESERVE|FANOUT|TIMESTAMP|VNET_HDR_SZ)|SCTP_AUTOCLOSE)$/;

const TEXTS: ReadonlySet<string> = new Set(['TCP_CONGESTION', 'TCP_ULP', 'SO_BINDTODEVICE']);
const TIMES: ReadonlySet<string> = new Set(['SO_RCVTIMEO', 'SO_SNDTIMEO', 'SO_VM_SOCKETS_CONNECT_TIMEOUT']);

/** What the kernel says of an option that a kind of socket or an older kernel does not have: it is not set, and that is known. */
const UNKNOWN_TO_KERNEL: ReadonlySet<string> = new Set(['ENOPROTOOPT', 'EOPNOTSUPP', 'ENOTCONN', 'EINVAL']);

const AF_INET6 = 10;
const SOCK_STREAM = 1;

export interface OptionWords {
  /** Options that are set, in the order of Solaris: `SO_KEEPALIVE`, `SO_SNDBUF(16384)`. */
  readonly set: readonly string[];
  /** Options that the kernel refused to tell, with why. */
  readonly refused: readonly string[];
}

export function optionWords(rows: readonly OptionRow[], little: boolean): OptionWords {
  const set = new Map<string, string>();
  const refused: string[] = [];
  const numberOf = (name: string): number | null => rows.find((row) => row.name === name)?.value ?? null;
  // IPv4's options for groups mean nothing to what has none: the kernel fills them as it likes.
  const groups = numberOf('SO_DOMAIN') !== AF_INET6 && numberOf('SO_TYPE') !== SOCK_STREAM;
  for (const row of rows) {
    if (row.name === null || NO_OPTIONS.has(row.name) || (!groups && row.name.startsWith('IP_MULTICAST'))) continue;
    if (row.errno !== null && !UNKNOWN_TO_KERNEL.has(row.errno)) refused.push(`${row.name}: ${row.errno}`);
    const word = row.bytes === null ? null : wordOf(row.name, row.value, Buffer.from(row.bytes), little);
    if (word !== null && !set.has(row.name)) set.set(row.name, word);
  }
  const first = ORDER.flatMap((name) => set.get(name) ?? []);
  return { set: [...first, ...[...set].flatMap(([name, word]) => (ORDER.includes(name) ? [] : [word]))], refused };
}

/** Null for what is not set. */
function wordOf(name: string, value: number | null, bytes: Buffer, little: boolean): string | null {
  if (TEXTS.has(name)) {
    const end = bytes.indexOf(0);
    const text = bytes.subarray(0, end < 0 ? bytes.length : end);
    return text.length === 0 ? null : `${name}(${text.toString('latin1')})`;
  }
  if (name === 'SO_LINGER' && bytes.length === 8) return int(bytes, 0, little) === 0 ? null : `${name}(${int(bytes, 4, little)})`;
  if (TIMES.has(name)) return timeWord(name, bytes, little);
  const number = value ?? wide(bytes, little);
  if (number === null) return bytes.every((byte) => byte === 0) ? null : `${name}(0x${bytes.toString('hex')})`;
  if (Number(number) === (DEFAULTS.get(name) ?? 0) && !/^SO_(SND|RCV)BUF$/.test(name)) return null;
  if (NUMBERS.test(name)) return `${name}(${number})`;
  return Number(number) === 1 ? name : `${name}(${number})`;
}

const int = (bytes: Buffer, at: number, little: boolean): number => (little ? bytes.readInt32LE(at) : bytes.readInt32BE(at));

/** A number of 64 bits; of two numbers of 32 bits both must be 0 to be none. */
function wide(bytes: Buffer, little: boolean): bigint | null {
  if (bytes.length !== 8) return null;
  return little ? bytes.readBigInt64LE(0) : bytes.readBigInt64BE(0);
}

/** struct timeval, of two longs: `SO_RCVTIMEO(5.0s)`. */
function timeWord(name: string, bytes: Buffer, little: boolean): string | null {
  const half = bytes.length / 2;
  if (half !== 4 && half !== 8) return null;
  const long = (at: number): bigint => (half === 4 ? BigInt(int(bytes, at, little)) : (wide(bytes.subarray(at, at + 8), little) ?? 0n));
  const [seconds, micro] = [long(0), long(half)];
  if (seconds === 0n && micro === 0n) return null;
  // The time a connection over vsock may take is 2 s from the start.
  if (name === 'SO_VM_SOCKETS_CONNECT_TIMEOUT' && seconds === 2n && micro === 0n) return null;
  return `${name}(${seconds}.${String(micro)
    .padStart(6, '0')
    .replace(/0{1,5}$/, '')}s)`;
}
