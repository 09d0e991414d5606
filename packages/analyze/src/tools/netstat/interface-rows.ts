import { terminal } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import { rowsOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';

export interface Interface {
  readonly name: Value;
  readonly mtu: number | null;
  readonly flags: number | null;
  readonly operstate: string | null;
  readonly net_ns: number | null;
  readonly address: Value;
  readonly type: number | null;
  readonly tx_queue_len: number | null;
  readonly rx_bytes: Value;
  readonly rx_packets: Value;
  readonly rx_errors: Value;
  readonly rx_dropped: Value;
  readonly rx_fifo: Value;
  readonly rx_frame: Value;
  readonly tx_bytes: Value;
  readonly tx_packets: Value;
  readonly tx_errors: Value;
  readonly tx_dropped: Value;
  readonly tx_fifo: Value;
  readonly tx_carrier: Value;
  readonly tx_collisions: Value;
}

const COLUMNS = `net_ns, name, mtu, flags, address, operstate, type, tx_queue_len, rx_bytes, rx_packets, rx_errors, rx_dropped, rx_fifo, rx_frame,
  tx_bytes, tx_packets, tx_errors, tx_dropped, tx_fifo, tx_carrier, tx_collisions`;

/** IFF_UP and IFF_RUNNING of include/uapi/linux/if.h. */
export const UP = 1;
export const RUNNING = 0x40;

/** Interfaces by name; those that are down only with -a. One whose flags nobody captured is shown. */
export function interfaceRows(context: ToolContext, all: boolean): Interface[] {
  return [...rowsOf<Interface>(context, COLUMNS, 'interfaces', "AND pass = 'A'")]
    .filter((i) => all || i.flags === null || (i.flags & UP) !== 0)
    .sort((a, b) => byName(terminal(a.name), terminal(b.name)));
}

/** Names with a number at their end by that number, as netstat sorts them. */
function byName(a: string, b: string): number {
  const [, stemA = a, numberA = ''] = /^(.*?)(\d{0,15})$/.exec(a) ?? [];
  const [, stemB = b, numberB = ''] = /^(.*?)(\d{0,15})$/.exec(b) ?? [];
  if (stemA === stemB) return Number(numberA) - Number(numberB);
  return a < b ? -1 : 1;
}

/** IFF_RUNNING is not in /sys/class/net/IFACE/flags; the ioctl that netstat asks works it out (net/core/dev.c dev_get_flags, netif_oper_up). */
export function withRunning({ flags, operstate }: Pick<Interface, 'flags' | 'operstate'>): number | null {
  if (flags === null) return null;
  const running = (flags & UP) !== 0 && (operstate === 'up' || operstate === 'unknown');
  return running ? flags | RUNNING : flags;
}
