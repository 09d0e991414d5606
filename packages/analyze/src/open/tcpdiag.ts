import { createHash } from 'node:crypto';
import type { ArchiveBytes, ArchiveProblemCode, Limits, Snapshot, SnapshotItem } from '@coldstat/capture/archive';

/** TCPDIAG_GETSOCK, SOCK_DIAG_BY_FAMILY and NLMSG_DONE: what a dump of sockets may begin with. */
const TYPES: ReadonlySet<number> = new Set([18, 20, 3]);
/** struct nlmsghdr, and the family that the first socket begins with. */
const HEAD = 17;
const AF_INET = 2;
const AF_INET6 = 10;

/** Whether the first bytes are those of a file that `ss -D` wrote: netlink messages of TCP sockets, in either byte order. */
async function isTcpdiag(bytes: ArchiveBytes): Promise<boolean> {
  const head = await bytes.queue.peek(HEAD);
  if (head.length < HEAD) return false;
  const fits = (length: number, type: number): boolean => {
    if (!TYPES.has(type)) return false;
    if (type === 3) return length === 20;
    return length >= 88 && length < 65_536 && (head[16] === AF_INET || head[16] === AF_INET6);
  };
  return fits(head.readUInt32LE(0), head.readUInt16LE(4)) || fits(head.readUInt32BE(0), head.readUInt16BE(4));
}

/** A file of `ss -D` as evidence of its own: one body, of which neither host nor namespace is known. null when it is none. */
export async function readTcpdiag(bytes: ArchiveBytes, limits: Limits): Promise<Snapshot | null> {
  if (!(await isTcpdiag(bytes))) return null;
  const problems = new Map<ArchiveProblemCode, number>();
  let size = 0;
  async function* items(): AsyncGenerator<SnapshotItem> {
    const body = await bytes.queue.take(limits.entryBytes);
    size = body.length;
    const more = (await bytes.queue.peek(1)).length > 0;
    await bytes.finish();
    yield {
      type: 'entry',
      entry: { name: 'tcpdiag', index: 0, offset: null, body, sha256: createHash('sha256').update(body).digest('hex') },
    };
    const failure = more ? `only the first ${limits.entryBytes} bytes were read` : bytes.failure?.message;
    if (failure === undefined) return;
    const code = more ? 'archive-limit' : 'archive-damaged';
    problems.set(code, 1);
    yield { type: 'problem', problem: { code, message: failure, offset: body.length } };
  }
  return {
    kind: 'tcpdiag',
    items,
    digest: () => bytes.digest,
    summary: () => ({ state: 'foreign', altered: false, entries: 1, bytes: size, problems }),
  };
}
