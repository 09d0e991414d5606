import type { Header, SnapshotEntry } from '@coldstat/capture/archive';
import { byteOrderOf, DONE, messagesOf } from '../syscall/messages.ts';
import type { ByteOrder } from '../syscall/reader.ts';

/** What `TCPDIAG_FILE=FILE ss` reads: the TCP sockets of a namespace in one dump, IPv4 first. ss itself stops at the first message that closes one. */
export class TcpdiagFiles {
  readonly #dumps = new Map<string, { v4?: Buffer; v6?: Buffer }>();
  #order: ByteOrder | null = null;

  header(header: Header): void {
    this.#order = header.kernel?.byte_order ?? null;
  }

  see({ name, body }: SnapshotEntry): void {
    const [, ns, family] = /^netlink\/(\d{1,15})\/inet(6?)-tcp$/.exec(name) ?? [];
    if (ns === undefined) return;
    const dumps = this.#dumps.get(ns) ?? {};
    dumps[family === '6' ? 'v6' : 'v4'] = body;
    this.#dumps.set(ns, dumps);
  }

  /** One file for each namespace, by the path it gets. */
  *files(): Generator<readonly [path: string, body: Buffer]> {
    for (const [ns, { v4, v6 }] of this.#dumps) {
      const parts = [v4, v6].flatMap((body) => (body === undefined ? [] : [sockets(body, this.#order ?? byteOrderOf(body))]));
      const end = [v6, v4]
        .flatMap((body) => (body === undefined ? [] : [closing(body, this.#order ?? byteOrderOf(body))]))
        .find((m) => m !== null);
      if (end !== undefined && end !== null) yield [`netlink/${ns}/tcpdiag`, Buffer.concat([...parts.flat(), end])];
    }
  }
}

const ANSWER = 20;

function sockets(body: Buffer, order: ByteOrder | null): Buffer[] {
  if (order === null) return [];
  const parts: Buffer[] = [];
  for (const m of messagesOf(body, order)) if ('type' in m && m.type === ANSWER) parts.push(padded(body, m.start, m.end));
  return parts;
}

function closing(body: Buffer, order: ByteOrder | null): Buffer | null {
  if (order === null) return null;
  for (const m of messagesOf(body, order)) if ('type' in m && m.type === DONE) return padded(body, m.start, m.end);
  return null;
}

/** A message with the bytes that round it up to four. */
function padded(body: Buffer, start: number, end: number): Buffer {
  const bytes = body.subarray(start, end);
  return bytes.length % 4 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - (bytes.length % 4))]);
}
