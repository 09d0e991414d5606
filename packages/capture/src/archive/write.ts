import { createHash, hash } from 'node:crypto';
import { type Readable, Writable } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { BLOCK, Feed, type Flush, HIGH } from './feed.ts';
import { HEADER_NAME, MANIFEST_NAME, segmentName } from './layout.ts';
import type { Manifest } from './manifest.ts';
import type { LogRecord } from './record.ts';
import { FdSink, type Sink } from './sink.ts';
import { TarBlocks } from './tar-blocks.ts';

export type Compression = 'zstd' | 'gzip' | 'none';

const SEGMENT_RECORDS = 256;

/** Where the archive goes, hashed as it is written. */
class Output extends Writable {
  readonly #sink: Sink;
  readonly #hash = createHash('sha256');
  bytes = 0;

  constructor(sink: Sink) {
    super({ highWaterMark: 4 * BLOCK });
    this.#sink = sink;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#hash.update(chunk);
    this.bytes += chunk.length;
    this.#sink.put(chunk, done);
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}

/** Something that the compressed stream passes through on its way out: what goes into `input` comes, changed, from `output`. */
export interface Seal {
  readonly input: Writable;
  readonly output: Readable;
}

/** What the writer adds to a manifest by itself. */
type Summed = 'format' | 'version' | 'header_sha256' | 'segments' | 'entries' | 'bytes';

/** Writes one archive (docs/ARCHIVE-FORMAT.md): header, bodies with their records, manifest. */
export class ArchiveWriter {
  readonly #output: Output;
  readonly #feed: Feed;
  readonly #tar: TarBlocks;
  readonly #ended: Promise<void>;
  #error: Error | null = null;
  #waiting: (() => void)[] = [];
  #seq = 0;
  #records: string[] = [];
  #headerSha = '';
  readonly #segments: { name: string; bytes: number; sha256: string }[] = [];
  entries = 0;
  bytes = 0;

  /** `to` is an open descriptor or what stands before one. */
  constructor(to: number | Sink, compression: Compression, seal: Seal | null = null) {
    this.#output = new Output(typeof to === 'number' ? new FdSink(to) : to);
    const { target, flush } = compressorTo(seal?.input ?? this.#output, compression);
    this.#feed = new Feed(target, flush, compression !== 'none', () => this.#wake());
    this.#tar = new TarBlocks(
      () => this.#feed.block(),
      (bytes) => this.#feed.put(bytes),
    );
    this.#ended = new Promise((resolve) => {
      const fail = (error: Error): void => {
        this.#error ??= error;
        this.#wake();
        resolve();
      };
      this.#output.on('finish', resolve).on('error', fail);
      seal?.input.on('error', fail);
      seal?.output.on('error', fail).pipe(this.#output);
      target.on('error', fail);
    });
  }

  header(header: object): void {
    const body = Buffer.from(`${JSON.stringify(header, null, 1)}\n`, 'utf8');
    this.#headerSha = hash('sha256', body, 'hex');
    this.#entry(HEADER_NAME, body);
  }

  /** A body and its record. `sha256` was computed where the body was read. */
  body(record: Omit<LogRecord, 'seq' | 'bytes'>, body: Buffer): void {
    this.#entry(record.path, body);
    const { path, start, end, ...rest } = record;
    this.#record({ path, start, end, bytes: body.length, ...rest });
  }

  /** The same where the record is text already, a JSON object without `seq`; null where no body is to be stored. */
  plain(path: string, record: string, body: Buffer | null): void {
    if (body !== null) this.#entry(path, body);
    this.#line(`{"seq":${++this.#seq},${record.slice(1)}`);
  }

  /** The record of a source that became no entry. */
  miss(record: Omit<LogRecord, 'seq'>): void {
    this.#record(record);
  }

  /** The record of a body that stands in the archive of an earlier moment of the series. */
  refer(record: Omit<LogRecord, 'seq' | 'bytes' | 'ref'>, bytes: number, ref: number): void {
    const { path, start, end, ...rest } = record;
    this.#record({ path, start, end, bytes, ...rest, ref });
  }

  #record(record: Omit<LogRecord, 'seq'>): void {
    this.#line(JSON.stringify({ seq: ++this.#seq, ...record }));
  }

  #line(record: string): void {
    this.#records.push(record);
    if (this.#records.length >= SEGMENT_RECORDS) this.cut();
  }

  /** Ends a segment of the log and brings everything so far to the output, so that a killed capture keeps it. */
  cut(): void {
    if (this.#records.length === 0) return;
    const segment = this.#segments.length + 1;
    const prev = this.#segments.at(-1)?.sha256 ?? '0'.repeat(64);
    const text = `${[JSON.stringify({ segment, prev }), ...this.#records].join('\n')}\n`;
    const body = Buffer.from(text, 'utf8');
    this.#records = [];
    const name = segmentName(segment);
    this.#segments.push({ name, bytes: body.length, sha256: hash('sha256', body, 'hex') });
    this.#entry(name, body);
    this.#tar.flush();
    this.#feed.flush();
  }

  #entry(name: string, body: Buffer): void {
    if (this.#error) return;
    this.entries++;
    this.bytes += body.length;
    this.#tar.entry(name, body);
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Whether `ready` is to be waited for. */
  get full(): boolean {
    return this.#error !== null || this.#feed.outstanding >= HIGH;
  }

  /** Resolves when more may be given; rejects when the output failed. */
  async ready(): Promise<void> {
    if (!this.#error && this.full) await new Promise<void>((resume) => this.#waiting.push(resume));
    if (this.#error) throw this.#error;
  }

  /** Writes the manifest and the end; gives the hash and size of the archive as it was written out. */
  async finish(manifest: Omit<Manifest, Summed>): Promise<{ sha256: string; bytes: number }> {
    this.cut();
    const whole: Manifest = {
      format: 'coldstat-archive',
      version: 1,
      header_sha256: this.#headerSha,
      segments: this.#segments,
      entries: this.entries,
      bytes: this.bytes,
      ...manifest,
    };
    this.#entry(MANIFEST_NAME, Buffer.from(`${JSON.stringify(whole, null, 1)}\n`, 'utf8'));
    this.#tar.end();
    this.#feed.end();
    await this.#ended;
    if (this.#error) throw this.#error;
    return { sha256: this.#output.sha256(), bytes: this.#output.bytes };
  }
}

/** The stream to write tar into, and how to bring out what it holds back. */
function compressorTo(output: Writable, compression: Compression): { target: Writable; flush: Flush } {
  if (compression === 'none') return { target: output, flush: (done) => done() };
  if (compression === 'gzip') {
    const gzip = createGzip({ level: 6, chunkSize: BLOCK });
    gzip.pipe(output);
    return { target: gzip, flush: (done) => gzip.flush(constants.Z_SYNC_FLUSH, done) };
  }
  const zstd = createZstdCompress({
    chunkSize: BLOCK,
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  zstd.pipe(output);
  return { target: zstd, flush: (done) => zstd.flush(constants.ZSTD_e_flush, done) };
}
