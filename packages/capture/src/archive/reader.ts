import { createHash } from 'node:crypto';
import { Borrower, type EarlierBodies } from './borrow.ts';
import type { ArchiveBytes } from './bytes.ts';
import { Chain } from './chain.ts';
import { HEADER_NAME, isSegmentName, MANIFEST_NAME } from './layout.ts';
import type { Limits } from './limits.ts';
import { NameSet } from './name-set.ts';
import { isOfFormat, linesOf, parseHeader, parseManifest, parseRecord, parseSegmentHead, parseSeries } from './parse.ts';
import { ALTERED, type ArchiveProblem, type ArchiveProblemCode } from './problem.ts';
import type { LogRecord } from './record.ts';
import type { SeriesHeader } from './series.ts';
import type { SnapshotItem, SnapshotSummary } from './snapshot.ts';
import { BLOCK, isZero, readTarHeader, type TarHeader } from './tar.ts';

type TarEntry = Extract<TarHeader, { kind: 'entry' }>;
type Items = AsyncGenerator<SnapshotItem>;

/** One walk over the entries of an archive (docs/ARCHIVE-FORMAT.md). */
export class ArchiveReader {
  private readonly bytes: ArchiveBytes;
  private readonly limits: Limits;
  private readonly json: (bytes: Buffer) => unknown;
  private readonly chain = new Chain();
  private readonly names = new NameSet();
  private readonly problems = new Map<ArchiveProblemCode, number>();
  private header: { readonly sha256: string; readonly id: string } | null = null;
  private readonly borrower: Borrower;
  private series: SeriesHeader | null = null;
  private index = 0;
  private total = 0;
  private hasManifest = false;
  /** Both end blocks were there. */
  private ended = false;
  /** Reading stopped at a break of the structure or at a limit. */
  private stopped = false;

  constructor(bytes: ArchiveBytes, limits: Limits, json: (bytes: Buffer) => unknown, earlier: EarlierBodies | null) {
    this.borrower = new Borrower(limits, this.names, earlier);
    this.bytes = bytes;
    this.limits = limits;
    this.json = json;
  }

  async *items(): Items {
    for await (const item of this.walk()) {
      if (item.type === 'problem') this.problems.set(item.problem.code, (this.problems.get(item.problem.code) ?? 0) + 1);
      yield item;
    }
  }

  summary(): SnapshotSummary {
    const state = this.stopped
      ? 'damaged'
      : this.problems.has('archive-incomplete') || this.problems.has('series-missing')
        ? 'incomplete'
        : 'complete';
    const altered = [...this.problems.keys()].some((code) => ALTERED.has(code));
    return { state, altered, entries: this.index, bytes: this.total, problems: this.problems };
  }

  private async *walk(): Items {
    const { queue } = this.bytes;
    let where = 'the archive stops';
    for (;;) {
      const offset = queue.offset;
      const block = await queue.take(BLOCK);
      if (block.length < BLOCK) {
        if (block.length > 0) where = 'the archive stops within the header of an entry';
        break;
      }
      const header = readTarHeader(block);
      if (header.kind === 'broken') {
        yield this.stop('archive-damaged', header.message, offset);
        break;
      }
      if (header.kind === 'zero') {
        yield* this.endBlocks(offset);
        where = 'the archive stops before its second end block';
        break;
      }
      if (this.index >= this.limits.entries) {
        yield this.stop('archive-limit', `more than ${this.limits.entries} entries`, offset);
        break;
      }
      const whole = yield* this.entry(header, offset + BLOCK);
      if (whole) continue;
      where = `the archive stops within ${header.name}`;
      break;
    }
    yield* this.close(where, queue.offset);
  }

  private stop(code: 'archive-damaged' | 'archive-limit', message: string, offset: number): SnapshotItem {
    this.stopped = true;
    return problem({ code, message, offset });
  }

  /** One zero block was read. Behind the second there may be only zeros. */
  private async *endBlocks(offset: number): Items {
    const { queue } = this.bytes;
    const second = await queue.take(BLOCK);
    if (second.length === BLOCK && !isZero(second)) {
      yield this.stop('archive-damaged', 'a block of zeros stands in the middle', offset);
      return;
    }
    if (second.length < BLOCK) return;
    this.ended = true;
    for (;;) {
      const at = queue.offset;
      const piece = await queue.some(1 << 20);
      if (piece.length === 0) return;
      const first = piece.findIndex((byte) => byte !== 0);
      if (first < 0) continue;
      yield problem({ code: 'archive-trailing', message: 'bytes stand behind the end blocks', offset: at + first });
      return;
    }
  }

  /** False when the stream ends within the body. */
  private async *entry(header: TarEntry, offset: number): AsyncGenerator<SnapshotItem, boolean> {
    const { name, size } = header;
    const { queue } = this.bytes;
    const index = this.index++;
    this.total += name === MANIFEST_NAME ? 0 : size;
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    const fault = this.faultOf(header);
    if (fault) {
      yield problem({ ...fault, entry: name, offset });
      return (await queue.skip(padded)) === padded;
    }
    const raw = await queue.take(padded);
    if (raw.length < size) return false;
    const body = raw.subarray(0, size);
    if (header.remark !== null) yield problem({ code: 'archive-altered', message: header.remark, entry: name, offset: offset - BLOCK });
    if (!isZero(raw.subarray(size)))
      yield problem({ code: 'archive-altered', message: 'the padding is not zero', entry: name, offset: offset + size });
    yield* this.body(name, index, offset, body);
    return raw.length === padded;
  }

  private faultOf(header: TarEntry): Pick<ArchiveProblem, 'code' | 'message'> | null {
    if (header.fault) return header.fault;
    if (!this.names.add(header.name)) return { code: 'entry-duplicate', message: 'an entry of this name stands before it' };
    const { headerBytes, manifestBytes, entryBytes } = this.limits;
    const cap = header.name === HEADER_NAME ? headerBytes : header.name === MANIFEST_NAME ? manifestBytes : entryBytes;
    if (header.size > cap) return { code: 'entry-limit', message: `${header.size} bytes, the limit is ${cap}` };
    if (this.hasManifest) return { code: 'archive-unlogged', message: 'the entry stands behind the manifest' };
    return null;
  }

  private async *body(name: string, index: number, offset: number, body: Buffer): Items {
    const sha256 = createHash('sha256').update(body).digest('hex');
    if (name === HEADER_NAME) yield* this.readHeader(body, sha256, index);
    else if (name === MANIFEST_NAME) yield* this.readManifest(body, index);
    else if (isSegmentName(name)) yield* this.segment(name, body, sha256, index);
    else {
      for (const p of this.chain.entry(name, { index, bytes: body.length, sha256 })) yield problem(p);
      yield { type: 'entry', entry: { name, index, offset, body, sha256 } };
    }
  }

  private *readHeader(body: Buffer, sha256: string, index: number): Generator<SnapshotItem> {
    if (index !== 0) yield problem({ code: 'archive-altered', message: 'the header is not the first entry', entry: HEADER_NAME });
    const json = this.json(body);
    this.header = { sha256, id: '' };
    if (!isOfFormat(json)) {
      yield problem({ code: 'archive-log', message: 'the header is not JSON of this format', entry: HEADER_NAME });
      return;
    }
    const header = parseHeader(json);
    this.header = { sha256, id: header.capture_id };
    this.series = parseSeries(header);
    yield { type: 'header', header };
  }

  private *readManifest(body: Buffer, index: number): Generator<SnapshotItem> {
    this.hasManifest = true;
    const manifest = parseManifest(this.json(body));
    if (typeof manifest === 'string') {
      yield problem({ code: 'archive-log', message: `the manifest ${manifest}`, entry: MANIFEST_NAME });
      return;
    }
    for (const p of this.chain.manifest(manifest, this.header, index, this.total)) yield problem(p);
    yield { type: 'manifest', manifest };
  }

  private async *segment(name: string, body: Buffer, sha256: string, index: number): Items {
    let line = 0;
    for (const text of linesOf(body)) {
      line++;
      const bad = (message: string): SnapshotItem => problem({ code: 'archive-log', message: `line ${line} ${message}`, entry: name });
      const long = text.length > this.limits.lineBytes;
      const json = long ? undefined : this.json(text);
      if (line === 1) {
        const head = parseSegmentHead(json);
        if (head === null) yield bad('is not the head of a segment');
        for (const p of this.chain.segment(head, { name, bytes: body.length, sha256 }, index)) yield problem(p);
        continue;
      }
      const record = long ? `is longer than ${this.limits.lineBytes} bytes` : json === undefined ? 'is not JSON' : parseRecord(json);
      if (typeof record === 'string') {
        yield bad(record);
        continue;
      }
      for (const p of this.chain.record(record, name)) yield problem(p);
      if (record.ref !== undefined) yield* this.borrow(record, record.ref);
      yield { type: 'record', record };
    }
    if (line === 0) yield problem({ code: 'archive-log', message: 'the segment is empty', entry: name });
  }

  /** A body that stands in an earlier archive of the series comes where its record does. */
  private async *borrow(record: LogRecord, ref: number): Items {
    const body = await this.borrower.body(this.series, record, ref);
    if (!Buffer.isBuffer(body)) yield problem(body);
    else yield { type: 'entry', entry: { name: record.path, index: null, offset: null, body, sha256: record.sha256 ?? '' } };
  }

  private async *close(where: string, offset: number): Items {
    await this.bytes.finish();
    const { failure, limit, trailing } = this.bytes;
    if (limit !== null && !this.stopped) yield this.stop('archive-limit', limit, offset);
    if (failure !== null && !failure.cut) yield this.stop('archive-damaged', failure.message, offset);
    if (trailing > 0)
      yield problem({ code: 'archive-trailing', message: `${trailing} bytes stand behind the end of the compressed stream` });
    const unrecorded = yield* problems(this.chain.close(this.hasManifest));
    if (this.hasManifest && (this.stopped || (this.ended && failure === null))) return;
    const why = failure === null ? where : `${where} (${failure.message})`;
    const tail = unrecorded > 0 ? `; ${unrecorded} entries were not recorded any more, so nothing vouches for them` : '';
    yield problem({
      code: 'archive-incomplete',
      message: `${this.hasManifest ? 'the end is missing' : 'there is no manifest'}: ${why}${tail}`,
      offset,
    });
  }
}

function problem(p: ArchiveProblem): SnapshotItem {
  return { type: 'problem', problem: p };
}

function* problems(source: Generator<ArchiveProblem, number>): Generator<SnapshotItem, number> {
  for (;;) {
    const next = source.next();
    if (next.done === true) return next.value;
    yield problem(next.value);
  }
}
