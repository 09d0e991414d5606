import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UserError } from '../user-error.ts';
import { type Chain, readChain } from './chain.ts';
import { type CustodyRecord, type Identity, recordLine } from './record.ts';

/** Room for some 50,000 events: a larger file is no custody log. */
const MAX_LOG = 32 << 20;

/** Where the events of an archive are kept. */
export function logOf(archive: string): string {
  return `${archive}.custody.ndjson`;
}

/** The archive as it is now. Throws what the system says. */
export async function identityOf(archive: string): Promise<Identity> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(archive, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { name: basename(archive), bytes, sha256: hash.digest('hex') };
}

/** The log beside an archive; null when there is none. Throws UserError when it is larger than a log can be. */
export async function readLog(archive: string): Promise<Chain | null> {
  const bytes = existsSync(logOf(archive)) ? await bytesOf(logOf(archive)) : null;
  return bytes === null ? null : readChain(bytes);
}

async function bytesOf(path: string): Promise<Buffer> {
  // It stands beside evidence: a FIFO there would wait for ever.
  if (!statSync(path).isFile()) throw new UserError(`${path} is no regular file, so it is no custody log`);
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(path, { end: MAX_LOG })) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  if (bytes.length > MAX_LOG) throw new UserError(`${path} is too large to be a custody log: more than ${MAX_LOG} bytes`);
  return bytes;
}

/** Throws UserError when the chain is broken: nothing is written behind a link that does not hold. */
export async function requireWhole(archive: string): Promise<void> {
  wholeOrRefused(archive, await readLog(archive));
}

function wholeOrRefused(archive: string, chain: Chain | null): void {
  if (chain?.broken == null) return;
  const { line, message } = chain.broken;
  throw new UserError(
    `${logOf(archive)}: line ${line} ${message}`,
    'a broken chain of custody is not extended; coldstat custody show tells what still holds',
  );
}

/** What the caller knows of an event; the rest follows from the chain. */
export type Event = Omit<CustodyRecord, 'seq' | 'prev'>;

/**
 * Appends one event and gives its record. The log is written anew beside itself, synced and put in its place, so that a crash leaves the old one or the
 * new one and never a part; the file under way is the lock against a second writer. Throws UserError when the chain is broken or somebody else writes.
 */
export async function append(archive: string, event: Event): Promise<CustodyRecord> {
  const log = logOf(archive);
  const fresh = `${log}.new`;
  if (existsSync(fresh)) {
    throw new UserError(`${fresh} exists`, 'another program is writing to the log, or one was broken off: look, and remove it');
  }
  const there = existsSync(log);
  const fd = openSync(fresh, 'wx', there ? statSync(log).mode & 0o777 : 0o600);
  try {
    const before = there ? await bytesOf(log) : Buffer.alloc(0);
    const chain = readChain(before);
    wholeOrRefused(archive, chain);
    const record = { seq: chain.records.length + 1, prev: chain.head, ...event };
    writeAll(fd, Buffer.concat([before, Buffer.from(`${recordLine(record)}\n`)]));
    fsyncSync(fd);
    renameSync(fresh, log);
    syncDirectory(dirname(log));
    return record;
  } finally {
    closeSync(fd);
    rmSync(fresh, { force: true });
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** Makes the rename itself last. */
function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
