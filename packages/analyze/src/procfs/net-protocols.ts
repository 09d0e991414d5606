import type { Parser, Placed } from './lines.ts';
import { decimalOf } from './number.ts';
import { byColumns } from './rows.ts';

/** One row of /proc/net/protocols (net/core/sock.c proto_seq_printf). */
export interface NetProtocol extends Placed {
  readonly protocol: string;
  /** Bytes of a socket. */
  readonly size: number | null;
  /** In this namespace; -1 as printed where the kernel keeps no count. */
  readonly sockets: number | null;
  /** Pages; -1 as printed. */
  readonly memory: number | null;
  readonly press: string;
  readonly maxHeader: number | null;
  readonly slab: string;
  readonly module: string;
}

/**
 * Eight columns, then one `y` or `n` a method; how many methods differs by kernel, so they are let be.
 * A name longer than its nine columns (UNIX-STREAM) only moves the rest.
 */
export const parseNetProtocols: Parser<NetProtocol> = byColumns<NetProtocol>({
  header: /^protocol +size +sockets +memory /,
  columns: Array.from({ length: 33 }, (_, i) => i + 8),
  row([protocol = '', size, sockets, memory, press = '', maxHeader, slab = '', module = '', ...methods], line, doubts) {
    if (!methods.every((m) => m === 'y' || m === 'n')) return null;
    return {
      line,
      protocol,
      size: doubts.of('size', decimalOf(size)),
      sockets: doubts.of('sockets', decimalOf(sockets)),
      memory: doubts.of('memory', decimalOf(memory)),
      press,
      maxHeader: doubts.of('maxhdr', decimalOf(maxHeader)),
      slab,
      module,
    };
  },
});
