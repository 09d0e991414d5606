import { hash } from 'node:crypto';
import { type Header, type LogRecord, type Snapshot, splitPass } from '@coldstat/capture/archive';
import { ArchiveWriter } from '@coldstat/capture/archive/write';
import { UserError } from '../user-error.ts';
import { noManifest, type Redacted, redactHeader, redactManifest } from './header.ts';
import { learn } from './learn.ts';
import type { Context } from './lines.ts';
import { Names } from './names.ts';
import { ruleOf } from './rules.ts';
import { Secret } from './secret.ts';

/** What became of an archive. */
export interface Result {
  readonly sha256: string;
  readonly bytes: number;
  /** Bodies that were rewritten, and those left out. */
  readonly written: number;
  readonly left: number;
  /** What was wrong with the original, which the new one does not show by its hashes. */
  readonly state: string;
}

/**
 * Writes to `fd` an archive that says what the other says, without saying of whom (docs/REDACT.md). `open` gives the evidence afresh: it is read twice.
 * Throws UserError for what is no archive of coldstat.
 */
export async function redactArchive(
  open: () => Promise<Snapshot>,
  fd: number,
  key: Buffer,
  by: Pick<Redacted, 'tool' | 'keyed'>,
): Promise<Result> {
  const names = new Names(new Secret(key));
  const first = await open();
  if (first.kind !== 'coldstat')
    throw new UserError('only archives of coldstat can be redacted', 'this mirrors a /proc: load it, and share what the answers say');
  const { header, summary } = await learn(first, names);
  if (header === null) throw new UserError('the archive has no header that can be read');
  const state = summary.altered ? `altered, ${summary.state}` : summary.state;
  const work = new Work(new ArchiveWriter(fd, 'zstd'), header, names);
  work.writer.header(redactHeader(header, { ...by, source: state }, names));
  let manifest = noManifest(header, names);
  for await (const item of (await open()).items()) {
    if (item.type === 'entry') work.entry(item.entry.name, item.entry.body);
    else if (item.type === 'record') work.record(item.record);
    else if (item.type === 'manifest') manifest = redactManifest(item.manifest, header.capture_id, names);
    if (work.writer.full) await work.writer.ready();
  }
  const { sha256, bytes } = await work.writer.finish(manifest);
  return { sha256, bytes, written: work.written, left: work.left, state };
}

/** One archive being rewritten. */
class Work {
  readonly writer: ArchiveWriter;
  readonly #context: Context;
  /** Bodies whose record has not come yet: it follows in the next segment of the log. One that never comes leaves its body out. */
  readonly #waiting = new Map<string, Buffer | null>();
  #unknown = 0;
  written = 0;
  left = 0;

  constructor(writer: ArchiveWriter, header: Header, names: Names) {
    this.writer = writer;
    this.#context = { names, byteOrder: header.kernel?.byte_order === 'big' ? 'big' : 'little' };
  }

  entry(name: string, body: Buffer): void {
    const { path } = splitPass(name);
    const made = ruleOf(path)?.(Buffer.from(body), this.#context, path) ?? null;
    // The last net: a rule that let a learnt name through has its body left out.
    this.#waiting.set(name, made === null || this.#context.names.leaks(made.toString('latin1')) ? null : made);
  }

  record(record: LogRecord): void {
    const { path, start, end, errno, truncated, limit, blocked, netns, pid, tid, note } = record;
    const base = {
      path: isPublic(path) ? path : `unknown/${++this.#unknown}`,
      start,
      end,
      ...(typeof errno === 'string' && /^\w+$/.test(errno) && { errno }),
      ...(truncated === true && { truncated }),
      ...(limit !== undefined && { limit }),
      ...(blocked === true && { blocked }),
      ...(typeof netns === 'string' && /^\d+$/.test(netns) && { netns }),
      ...(pid !== undefined && { pid }),
      ...(tid !== undefined && { tid }),
      ...(typeof note === 'string' && /^[a-z-]+$/.test(note) && { note }),
    };
    const body = this.#waiting.get(path);
    this.#waiting.delete(path);
    if (record.bytes === undefined) this.writer.miss(base);
    else if (body == null) {
      this.left++;
      this.writer.miss({ ...base, note: 'redacted' });
    } else {
      this.written++;
      this.writer.body({ ...base, sha256: hash('sha256', body, 'hex') }, body);
    }
  }
}

/** Whether a path tells nothing: it is one of the format's own, with numbers or hashes in it. */
function isPublic(path: string): boolean {
  const plain = splitPass(path).path;
  return (
    ruleOf(plain) !== null || /^(?:proc\/\d+\/(?:task\/\d+\/)?environ|blob\/[0-9a-f]{64}|proc\/self\/attr\/current|netns\/\d+)$/.test(plain)
  );
}
