/** The states of ss: its own words over the kernel's numbers (include/net/tcp_states.h), and its groups as bit masks. */

const STATE_WORDS: readonly string[] = [
  'UNKNOWN',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'SYN-RECV',
  'UNCONN',
];

const NAMES: readonly string[] = [
  '',
  'established',
  'syn-sent',
  'syn-recv',
  'fin-wait-1',
  'fin-wait-2',
  'time-wait',
  'unconnected',
  'close-wait',
  'last-ack',
  'listening',
  'closing',
  'new-syn-recv',
  'bound-inactive',
];

export const ESTAB = 1;
export const SYN_SENT = 2;
export const CLOSE = 7;
export const LISTEN = 10;
/** Bound, and neither listening nor connected: only the kernel's own dump of 6.8 and later lists such sockets. */
export const BOUND = 13;

const bit = (state: number): number => 1 << state;

/** Every state of the table above. */
export const ALL: number = 0x3ffe;
/** What `-l` shows. */
export const LISTENING: number = bit(LISTEN) | bit(CLOSE);
/** What ss shows when nothing is said. */
export const DEFAULT: number = ALL & ~(bit(LISTEN) | bit(CLOSE) | bit(6) | bit(3) | bit(12) | bit(BOUND));
const CONNECTED = ALL & ~LISTENING & ~bit(BOUND);

const GROUPS: ReadonlyMap<string, number> = new Map([
  ['all', ALL],
  ['connected', CONNECTED],
  ['synchronized', CONNECTED & ~bit(SYN_SENT)],
  ['bucket', bit(3) | bit(6) | bit(12)],
  ['big', ALL & ~(bit(3) | bit(6) | bit(12))],
  ['close', bit(CLOSE)],
  ['closed', bit(CLOSE)],
  ['syn-rcv', bit(3)],
  // a state that no socket is in
  ['unknown', bit(0)],
]);

/** Mask of a state or group by name; undefined for a name that this version of ss does not know. */
export function stateMask(name: string, version: 6 | 7): number | undefined {
  const word = name.toLowerCase();
  const group = GROUPS.get(word);
  if (group !== undefined) return group;
  const at = NAMES.indexOf(word);
  if (at === BOUND && version < 7) return undefined;
  return at > 0 ? bit(at) : undefined;
}

/** The word of a state; its number in hex where there is none. */
export function stateWord(state: number): string {
  return STATE_WORDS[state] ?? `0x${state.toString(16).toUpperCase().padStart(2, '0')}`;
}

export function inMask(mask: number, state: number): boolean {
  // A state nobody knows is shown unless states were asked for: it must not be lost for want of a name.
  return state > 0 && state < STATE_WORDS.length ? (mask & bit(state)) !== 0 : mask === ALL || mask === DEFAULT;
}

/** Whether the mask holds one state only: then ss leaves the column State out. */
export function isSingle(mask: number): boolean {
  return mask !== 0 && (mask & (mask - 1)) === 0;
}
