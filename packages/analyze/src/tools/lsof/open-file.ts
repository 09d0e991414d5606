import type { Value } from '../../render/value.ts';

/** A process or one of its tasks, as rows are made for it. */
export interface Holder {
  readonly pid: number;
  /** Null for the process itself. */
  readonly tid: number | null;
  readonly taskName: Value;
  readonly name: Value;
  /** Security context; null when it was not captured or the kernel gave none. */
  readonly label: Value;
  readonly ppid: number | null;
  readonly pgid: number | null;
  readonly uid: number | null;
  readonly netNs: number | null;
}

/** Ends of a TCP or UDP socket; addresses as in the tables, with IPv4-mapped ones already as IPv4. */
export interface Ends {
  readonly proto: 'tcp' | 'udp' | 'udplite';
  /** Family of the socket, not of its addresses. */
  readonly family: 4 | 6;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** One row of lsof before it has a layout. Null is what the evidence does not tell; cells stay blank then. */
export interface OpenFile {
  /** `cwd rtd txt mem DEL NOFD`, or null for a descriptor. */
  readonly role: 'cwd' | 'rtd' | 'txt' | 'mem' | 'DEL' | 'NOFD' | null;
  /** Descriptor; -1 with a role. */
  readonly fd: number;
  readonly access: string | null;
  lock: string | null;
  readonly type: string;
  /** Open flags of fdinfo. */
  readonly flags: number | null;
  /** MAJOR:MINOR of the file system. */
  readonly dev: string | null;
  /** MAJOR:MINOR of the device the node stands for. */
  readonly rdev: string | null;
  /** DEVICE of what has no device number: inode of an Internet socket, address of a unix socket. */
  readonly deviceText: string | null;
  /** Bytes, decimal; null for what has no size. */
  readonly size: string | null;
  /** Decimal. */
  readonly offset: string | null;
  readonly nlink: string | null;
  readonly inode: string | null;
  /** What stands in NODE in place of an inode. */
  readonly protocol: string | null;
  readonly name: Value;
  /** Behind the name, made by us: remarks on what could not be read. */
  remark: string | null;
  /** Why something could not be read; `-w` leaves it out. */
  readonly warning: string | null;
  readonly ends: Ends | null;
  readonly state: string | null;
  readonly receiveQueue: number | null;
  readonly sendQueue: number | null;
  /** What the evidence says it is: `fds.kind`, or the table a socket was found in. */
  readonly kind: string;
  /** On a network file system. */
  readonly nfs: boolean;
  /** Row could only be made because something was refused; `-w` leaves it out. */
  readonly refused: boolean;
  /** Fields of fdinfo that belong to this kind. */
  readonly info: readonly (readonly [string, string])[];
  readonly netNs: number | null;
  readonly sourceId: number | null;
  readonly line: number | null;
}

export type FileParts = Partial<OpenFile> & Pick<OpenFile, 'type' | 'name' | 'kind'>;

/** An OpenFile of which only the parts given are known. Every row has the same shape, which is what makes a million of them cheap. */
export function openFile(p: FileParts): OpenFile {
  return {
    role: p.role ?? null,
    fd: p.fd ?? -1,
    access: p.access ?? null,
    lock: p.lock ?? null,
    type: p.type,
    flags: p.flags ?? null,
    dev: p.dev ?? null,
    rdev: p.rdev ?? null,
    deviceText: p.deviceText ?? null,
    size: p.size ?? null,
    offset: p.offset ?? null,
    nlink: p.nlink ?? null,
    inode: p.inode ?? null,
    protocol: p.protocol ?? null,
    name: p.name,
    remark: p.remark ?? null,
    warning: p.warning ?? null,
    ends: p.ends ?? null,
    state: p.state ?? null,
    receiveQueue: p.receiveQueue ?? null,
    sendQueue: p.sendQueue ?? null,
    kind: p.kind,
    nfs: p.nfs ?? false,
    refused: p.refused ?? false,
    info: p.info ?? [],
    netNs: p.netNs ?? null,
    sourceId: p.sourceId ?? null,
    line: p.line ?? null,
  };
}
