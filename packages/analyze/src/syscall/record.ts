import type { Placed } from '../procfs/lines.ts';
import type { Attribute } from './messages.ts';
import type { ByteOrder } from './reader.ts';

/** Values by the name of their column; what the kernel did not tell is null or missing. Numbers of 64 bits are bigint. */
export type Cells = Record<string, number | bigint | string | Buffer | null>;

/** A message became a socket: a row of `table`, and what hangs on it. */
export interface SocketRecord extends Placed {
  readonly kind: 'socket';
  readonly table: 'diag_inet' | 'diag_unix' | 'diag_netlink' | 'diag_packet' | 'diag_vsock' | 'diag_xdp' | 'diag_other';
  readonly cells: Cells;
  readonly order: ByteOrder;
  readonly tcpInfo?: Cells;
  /** Inodes of embryos that wait in the queue of a unix listener. */
  readonly pending?: readonly number[];
  /** Attributes, or parts of them, that no column holds: kept as they are. */
  readonly kept: readonly Kept[];
}

interface Kept {
  /** Null for bytes at the end in which no attribute could be found. */
  readonly number: number | null;
  readonly name: string | null;
  readonly bytes: Buffer;
}

/** The message that closes a dump, or one without content. */
export interface EndRecord extends Placed {
  readonly kind: 'end';
  /** `done` or `error`. */
  readonly word: 'done' | 'error';
  /** Errno as a positive number, 0 when all went well; null when the message does not say. */
  readonly errno: number | null;
}

export type DiagRecord = SocketRecord | EndRecord;

/** The socket of one message under construction: attributes are handed out by number, what nobody takes is kept. */
export class Draft {
  readonly cells: Cells;
  readonly order: ByteOrder;
  readonly kept: Kept[] = [];
  tcpInfo: Cells | undefined;
  pending: number[] | undefined;
  /** Names of attributes that are not as long as the kernel makes them. */
  odd = '';

  constructor(cells: Cells, order: ByteOrder) {
    this.cells = cells;
    this.order = order;
  }

  keep(attribute: Attribute, name: string | null): void {
    this.kept.push({ number: attribute.number, name, bytes: attribute.bytes });
  }

  /** Kept, because it has not the length that the kernel gives it. */
  doubt(attribute: Attribute, name: string): void {
    this.odd += ` ${name}`;
    this.keep(attribute, name);
  }
}

/** How one kind of attribute is taken: `bytes` at least, else it is kept with a remark. */
export interface Taker {
  readonly name: string;
  readonly bytes: number;
  readonly take: (attribute: Attribute, draft: Draft) => void;
}
