import type { Counts, Env, Parser, Placed, Sink } from './lines.ts';

/**
 * Answer of a portmapper to DUMP (program 100000; RFC 1833: version 2 procedure 4 gives mappings, versions 3 and 4 procedure 4 give rpcb entries),
 * as it came over the stream: record-marked ONC RPC (RFC 5531 §11), every number 32 bits in network order.
 * It has no lines: an entry of the list counts as one, and what breaks the form as one problem.
 */
export interface RpcRegistration extends Placed {
  readonly program: number;
  readonly version: number;
  /** IP protocol; only version 2 tells it. */
  readonly protocol: number | null;
  /** Only version 2. */
  readonly port: number | null;
  /** Only versions 3 and 4: tcp, udp6, local … */
  readonly netid: Buffer | null;
  /** Universal address, only versions 3 and 4. */
  readonly address: Buffer | null;
  readonly owner: Buffer | null;
}

export function parseRpcDump(version: 2 | 3 | 4): Parser<RpcRegistration> {
  return (body: Buffer, _env: Env, sink: Sink<RpcRegistration>): Counts => {
    let line = 0;
    const fail = (message: string): Counts => {
      sink.problem({ code: 'line-form', line: line + 1, lines: 1, message });
      return { lines: line + 1, header: 0 };
    };
    const message = unmark(body);
    if (message === undefined) return fail('the record marks do not fit the answer');
    const reader = new Xdr(message);
    const refused = replyProblem(reader);
    if (refused !== undefined) return fail(refused);
    for (;;) {
      const more = reader.u32();
      if (more === 0) return reader.atEnd ? { lines: line, header: 0 } : fail('the answer goes on behind the end of the list');
      const entry = more === 1 ? (version === 2 ? mapping(reader) : rpcb(reader)) : undefined;
      if (entry === undefined) return fail('the list breaks off or is not in the form');
      line++;
      sink.record({ ...entry, line });
    }
  };
}

type Entry = Omit<RpcRegistration, 'line'>;

function mapping(reader: Xdr): Entry | undefined {
  const [program, version, protocol, port] = [reader.u32(), reader.u32(), reader.u32(), reader.u32()];
  if (program === undefined || version === undefined || protocol === undefined || port === undefined) return undefined;
  return { program, version, protocol, port, netid: null, address: null, owner: null };
}

function rpcb(reader: Xdr): Entry | undefined {
  const [program, version] = [reader.u32(), reader.u32()];
  const [netid, address, owner] = [reader.opaque(), reader.opaque(), reader.opaque()];
  if (program === undefined || version === undefined || netid === undefined || address === undefined || owner === undefined)
    return undefined;
  return { program, version, protocol: null, port: null, netid, address, owner };
}

/** Fragments of one record put together; undefined when the marks do not fit. */
function unmark(body: Buffer): Buffer | undefined {
  const fragments: Buffer[] = [];
  for (let at = 0; at + 4 <= body.length; ) {
    const mark = body.readUInt32BE(at);
    const end = at + 4 + (mark & 0x7fffffff);
    if (end > body.length) return undefined;
    fragments.push(body.subarray(at + 4, end));
    at = end;
    if (mark >>> 31 === 1) return at === body.length ? Buffer.concat(fragments) : undefined;
  }
  return undefined;
}

/** Reads up to the results; says why there are none. */
function replyProblem(reader: Xdr): string | undefined {
  const [, type, stat] = [reader.u32(), reader.u32(), reader.u32()];
  if (type !== 1) return 'the message is no reply';
  if (stat !== 0) return 'the portmapper denied the call';
  const verifier = [reader.u32(), reader.opaque()];
  const accept = reader.u32();
  if (verifier[1] === undefined || accept === undefined) return 'the reply breaks off';
  return accept === 0 ? undefined : `the portmapper did not carry the call out: accept_stat ${accept}`;
}

/** XDR (RFC 4506): undefined instead of reading past the end. */
class Xdr {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  u32(): number | undefined {
    if (this.#at + 4 > this.#body.length) return undefined;
    this.#at += 4;
    return this.#body.readUInt32BE(this.#at - 4);
  }

  get atEnd(): boolean {
    return this.#at === this.#body.length;
  }

  opaque(): Buffer | undefined {
    const length = this.u32();
    if (length === undefined) return undefined;
    const padded = Math.ceil(length / 4) * 4;
    if (this.#at + padded > this.#body.length) return undefined;
    const bytes = this.#body.subarray(this.#at, this.#at + length);
    this.#at += padded;
    return bytes;
  }
}
