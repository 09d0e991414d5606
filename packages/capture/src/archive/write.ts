import { createHash, hash } from 'node:crypto';
import { type Readable, Writable } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { HEADER_NAME, MANIFEST_NAME, segmentName } from './layout.ts';
import type { Manifest } from './manifest.ts';
import type { LogRecord } from './record.ts';
import { FdSink, type Sink } from './sink.ts';

export type Compression = 'zstd' | 'gzip' | 'none';

/** tar hands over 512-byte pieces; a call into the compressor costs the same for one as for this many bytes. */
const BLOCK = 256 * 1024;
/** Bytes taken in and not yet written, above which `ready` waits. */
const HIGH = 8 * 1024 * 1024;
const SEGMENT_RECORDS = 256;
/** All that tar-stream asks of a time; a Date would make the runtime read the time zone of the host. */
const EPOCH = { getTime: () => 0 } as Date;

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
  readonly #pack: Pack = pack();
  readonly #output: Output;
  readonly #flush: () => void;
  readonly #ended: Promise<void>;
  #error: Error | null = null;
  #waiting: (() => void)[] = [];
  #outstanding = 0;
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
    this.#flush = gather(this.#pack, target, flush);
    this.#ended = new Promise((resolve) => {
      const fail = (error: Error): void => {
        this.#error ??= error;
        this.#pack.destroy();
        this.#wake();
        resolve();
      };
      this.#output.on('finish', resolve).on('error', fail);
      seal?.input.on('error', fail);
      seal?.output.on('error', fail).pipe(this.#output);
      target.on('error', fail);
      this.#pack.on('error', fail);
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
    this.#records.push(JSON.stringify({ seq: ++this.#seq, ...record }));
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
    this.#entry(name, body, this.#flush);
  }

  #entry(name: string, body: Buffer, then?: () => void): void {
    if (this.#error) return;
    this.entries++;
    this.bytes += body.length;
    this.#outstanding += body.length + 512;
    this.#pack.entry({ name, mode: 0o444, mtime: EPOCH, size: body.length, type: 'file' }, body, () => {
      this.#outstanding -= body.length + 512;
      then?.();
      if (this.#outstanding < HIGH) this.#wake();
    });
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Whether `ready` is to be waited for. */
  get full(): boolean {
    return this.#error !== null || this.#outstanding >= HIGH;
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
    this.#pack.finalize();
    await this.#ended;
    if (this.#error) throw this.#error;
    return { sha256: this.#output.sha256(), bytes: this.#output.bytes };
  }
}

/** Brings out what a compressor holds back, then calls. */
type Flush = (done: () => void) => void;

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
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  zstd.pipe(output);
  return { target: zstd, flush: (done) => zstd.flush(constants.ZSTD_e_flush, done) };
}

/**
 * Feeds the tar stream into the target in large blocks; gives the way to bring out a part block. The target is ended only when no flush is under way:
 * a compressor of Node that finds an empty flush behind its last chunk ends the stream twice.
 */
function gather(source: Pack, target: Writable, flush: Flush): () => void {
  let held: Buffer[] = [];
  let size = 0;
  let flushing = 0;
  let ended = false;
  const put = (): void => {
    if (size === 0) return;
    const room = target.write(Buffer.concat(held));
    held = [];
    size = 0;
    if (room) return;
    source.pause();
    target.once('drain', () => source.resume());
  };
  const close = (): void => {
    if (ended && flushing === 0) target.end();
  };
  source.on('data', (chunk: Buffer) => {
    held.push(chunk);
    size += chunk.length;
    if (size >= BLOCK) put();
  });
  source.on('end', () => {
    put();
    ended = true;
    close();
  });
  return () =>
    setImmediate(() => {
      if (ended) return;
      put();
      flushing++;
      flush(() => {
        flushing--;
        close();
      });
    });
}
