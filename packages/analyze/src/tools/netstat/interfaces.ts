import { terminal } from '../../render/cell.ts';
import type { Rows, Value } from '../../render/value.ts';
import { scopeOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';
import { type Interface, interfaceRows, RUNNING, UP, withRunning } from './interface-rows.ts';
import { extendedLines } from './interfaces-extended.ts';
import type { Request } from './options.ts';

export function* interfaceLines(context: ToolContext, request: Request): Generator<string> {
  yield 'Kernel Interface table\n';
  const found = interfaceRows(context, request.all);
  if (request.extend > 0) {
    yield* extendedLines(context, found);
    return;
  }
  const name = request.old ? 'Iface       MTU Met ' : 'Iface             MTU ';
  yield `${name}   RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n`;
  for (const i of found) yield interfaceLine(i, request.old);
}

/** The metric of 1.60 is 0 in every Linux (net/core/dev_ioctl.c, SIOCGIFMETRIC). */
function interfaceLine(i: Interface, old: boolean): string {
  const n = (value: Value, width: number): string => (value === null ? '?' : terminal(value)).padStart(width);
  const received = `${n(i.rx_packets, 8)} ${n(i.rx_errors, 6)} ${n(i.rx_dropped, 6)} ${old ? n(i.rx_fifo, 6) : n(i.rx_fifo, 0).padEnd(6)}`;
  const sent = `${n(i.tx_packets, 8)} ${n(i.tx_errors, 6)} ${n(i.tx_dropped, 6)} ${n(i.tx_fifo, 6)}`;
  const name = `${terminal(i.name).padEnd(old ? 9 : 15)} ${n(i.mtu, 5)}${old ? '   0' : ''}`;
  return `${name} ${received} ${sent} ${letters(withRunning(i))}\n`;
}

/** IFF_ flags in netstat's order. */
const LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [0x200, 'A'],
  [0x2, 'B'],
  [0x4, 'D'],
  [0x8, 'L'],
  [0x1000, 'M'],
  [0x8000, 'd'],
  [0x100, 'P'],
  [0x20, 'N'],
  [0x80, 'O'],
  [0x10, 'P'],
  [0x800, 's'],
  [0x400, 'm'],
  [RUNNING, 'R'],
  [UP, 'U'],
];

function letters(flags: number | null): string {
  if (flags === null) return '?';
  const text = LETTERS.filter(([bit]) => (flags & bit) !== 0).map(([, letter]) => letter);
  return text.length === 0 ? '[NO FLAGS]' : text.join('');
}

export function interfaceRecords(context: ToolContext): Rows {
  const { where, values } = scopeOf(context);
  const sql = `SELECT name, ifindex, mtu, flags, address, operstate, type, tx_queue_len, rx_bytes, rx_packets, rx_errors, rx_dropped, rx_fifo, rx_frame, rx_compressed,
    rx_multicast, tx_bytes, tx_packets, tx_errors, tx_dropped, tx_fifo, tx_collisions, tx_carrier, tx_compressed, net_ns, source_id, line
    FROM interfaces WHERE ${where} AND pass = 'A' ORDER BY source_id, line`;
  return context.db.rows(sql, ...values);
}
