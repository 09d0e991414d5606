import type { Parser, Placed } from './lines.ts';
import { decimalOf } from './number.ts';
import { byLine, columns, Doubts, type Line, type Refused } from './rows.ts';

/** One line of /proc/net/sctp/eps or assocs (net/sctp/proc.c sctp_eps_seq_show, sctp_assocs_seq_show). */
export interface SctpSocket extends Placed {
  readonly kind: 'endpoint' | 'association';
  readonly pointer: string;
  readonly localPort: number | null;
  /** Null for endpoints. */
  readonly remotePort: number | null;
  /** As printed, one blank between them; `*` stands before the primary one. */
  readonly localAddresses: string;
  readonly remoteAddresses: string | null;
  /** SST of an endpoint, ST of an association. */
  readonly state: number | null;
  /** SST: the state of the socket itself, in numbers of TCP. */
  readonly socketState: number | null;
  /** Null for endpoints. */
  readonly txQueue: number | null;
  readonly rxQueue: number | null;
  readonly uid: number | null;
  readonly inode: number | null;
  readonly text: string;
}

const HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of an sctp table' };
const FEW: Refused = { code: 'line-columns', message: 'the row has fewer columns than the kernel prints' };
const FORM: Refused = { code: 'line-form', message: 'the row has no `<->` between its addresses' };

/** `ENDPT SOCK STY SST HBKT LPORT UID INODE LADDRS…`, addresses as text, ports decimal. */
export const parseSctpEndpoints: Parser<SctpSocket> = sctp(/^ *ENDPT +SOCK /, (line) => {
  const c = columns(line);
  const [pointer, , , sst, , lport, uid, inode] = c;
  if (pointer === undefined || inode === undefined) return FEW;
  return { pointer, sst, st: sst, lport, uid, inode, kind: 'endpoint', local: c.slice(8), remote: null };
});

/** 13 columns, local addresses, `<->`, remote addresses, a TAB and more counters, which stay in the text. */
export const parseSctpAssociations: Parser<SctpSocket> = sctp(/^ *ASSOC +SOCK /, (line) => {
  const tab = line.body.subarray(line.start, line.end).indexOf(0x09);
  const c = columns(tab < 0 ? line : { ...line, end: line.start + tab });
  const [pointer, , , sst, st, , , txQueue, rxQueue, uid, inode, lport, rport] = c;
  if (pointer === undefined || rport === undefined) return FEW;
  const arrow = c.indexOf('<->', 13);
  if (arrow < 0) return FORM;
  const [local, remote] = [c.slice(13, arrow), c.slice(arrow + 1)];
  return { pointer, sst, st, txQueue, rxQueue, lport, rport, uid, inode, kind: 'association', local, remote };
});

interface Found {
  readonly kind: SctpSocket['kind'];
  readonly pointer: string;
  readonly sst: string | undefined;
  readonly st: string | undefined;
  readonly txQueue?: string | undefined;
  readonly rxQueue?: string | undefined;
  readonly lport: string | undefined;
  readonly rport?: string;
  readonly uid: string | undefined;
  readonly inode: string | undefined;
  readonly local: readonly string[];
  readonly remote: readonly string[] | null;
}

function sctp(header: RegExp, find: (line: Line) => Found | Refused): Parser<SctpSocket> {
  return byLine<SctpSocket>((sink) => (line) => {
    const text = line.body.toString('latin1', line.start, line.end);
    if (line.number === 1) return header.test(text.slice(0, 64)) ? 'header' : HEADER;
    const f = find(line);
    if ('code' in f) return f;
    const doubts = new Doubts();
    sink.record({
      line: line.number,
      kind: f.kind,
      pointer: f.pointer,
      localPort: doubts.of('LPORT', decimalOf(f.lport)),
      remotePort: f.remote === null ? null : doubts.of('RPORT', decimalOf(f.rport)),
      localAddresses: f.local.join(' '),
      remoteAddresses: f.remote?.join(' ') ?? null,
      state: doubts.of('ST', decimalOf(f.st)),
      socketState: doubts.of('SST', decimalOf(f.sst)),
      txQueue: f.remote === null ? null : doubts.of('TX_QUEUE', decimalOf(f.txQueue)),
      rxQueue: f.remote === null ? null : doubts.of('RX_QUEUE', decimalOf(f.rxQueue)),
      uid: doubts.of('UID', decimalOf(f.uid)),
      inode: doubts.of('INODE', decimalOf(f.inode)),
      text,
    });
    doubts.tell(sink, line.number);
    return 'row';
  });
}
