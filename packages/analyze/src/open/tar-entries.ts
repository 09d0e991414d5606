import { type ArchiveBytes, BLOCK, checksumIsRight, cString, isZero } from '@coldstat/capture/archive';

/** One entry of a tar made by any program. Names and link texts are latin1. */
export interface TarEntry {
  readonly name: string;
  readonly kind: 'file' | 'link' | 'directory' | 'other';
  readonly link: string;
  readonly mode: number;
  readonly size: number;
  /** Of the body in the uncompressed stream. */
  readonly offset: number;
}

export interface TarStop {
  readonly code: 'archive-damaged' | 'archive-incomplete';
  readonly message: string;
  readonly offset: number;
}

/** What extension headers said about the entry that follows them. */
interface Extension {
  name?: string;
  link?: string;
  size?: number;
  sparse?: true;
}

const MAX_PAX = 1 << 20;
const MAX_LONG_NAME = 1 << 16;
/** Extension headers before one entry. */
const MAX_CHAIN = 16;
/** No body of its own whatever the size says (POSIX pax, ustar interchange format): links, devices, directories, fifos. */
const BODILESS = /[1-6]/;

/**
 * Walks a tar of any dialect: ustar, pax (x; g is passed over: nothing that we ask for may be global), GNU (L, K, base-256 sizes).
 * The caller must take exactly what `next` announces through `body` or not at all.
 */
export class TarEntries {
  stop: TarStop | null = null;
  private readonly bytes: ArchiveBytes;
  private unread = 0;
  private padding = 0;

  constructor(bytes: ArchiveBytes) {
    this.bytes = bytes;
  }

  /** The body of the entry in hand; null when the stream ends within. */
  async body(entry: TarEntry): Promise<Buffer | null> {
    const body = await this.bytes.queue.take(entry.size);
    this.unread = 0;
    if (body.length < entry.size) return this.end('archive-incomplete', 'the tar stops within an entry', entry.offset);
    // It may have to wait, and must not hold the whole piece it was read in.
    return body.length * 2 < body.buffer.byteLength ? Buffer.from(body) : body;
  }

  async next(): Promise<TarEntry | null> {
    const extension: Extension = {};
    for (let chain = 0; chain <= MAX_CHAIN; chain++) {
      await this.bytes.queue.skip(this.unread + this.padding);
      this.unread = 0;
      this.padding = 0;
      const offset = this.bytes.queue.offset;
      const block = await this.bytes.queue.take(BLOCK);
      if (block.length < BLOCK) return this.end('archive-incomplete', 'the tar stops without its end blocks', offset);
      if (isZero(block)) return null;
      if (!checksumIsRight(block)) return this.end('archive-damaged', 'header checksum is wrong', offset);
      const size = sizeOf(block);
      if (size === null) return this.end('archive-damaged', 'size field is not a number', offset);
      const type = String.fromCharCode(block[156] as number);
      if (type === 'S' && !(await this.skipSparseMap(block)))
        return this.end('archive-incomplete', 'the tar stops within the map of a sparse file', offset);
      if (!'xgLKX'.includes(type)) return this.entry(block, type, size, extension);
      if (size > (type === 'L' || type === 'K' ? MAX_LONG_NAME : MAX_PAX))
        return this.end('archive-damaged', `extension header ${type} of ${size} bytes is too long`, offset);
      if (!(await this.extend(extension, type, size)))
        return this.end('archive-incomplete', `the tar stops within extension header ${type}`, offset);
    }
    return this.end('archive-damaged', `more than ${MAX_CHAIN} extension headers in a row`, this.bytes.queue.offset);
  }

  private end(code: TarStop['code'], message: string, offset: number): null {
    this.stop ??= { code, message, offset };
    return null;
  }

  private entry(block: Buffer, type: string, size: number, ext: Extension): TarEntry {
    const own = ext.size ?? size;
    const length = BODILESS.test(type) ? 0 : own;
    this.unread = length;
    this.padding = (BLOCK - (length % BLOCK)) % BLOCK;
    const kind = kindOf(type, ext.sparse === true);
    return {
      name: ext.name ?? nameOf(block),
      kind,
      link: ext.link ?? cString(block, 157, 100),
      mode: Number.parseInt(cString(block, 100, 8).trim() || '0', 8) & 0o7777,
      size: length,
      offset: this.bytes.queue.offset,
    };
  }

  /** Old GNU sparse files: blocks of the map that do not count into the size follow while the one before says so (GNU tar manual, "Sparse Formats"). */
  private async skipSparseMap(header: Buffer): Promise<boolean> {
    for (let more = header[482] as number; more !== 0; ) {
      const block = await this.bytes.queue.take(BLOCK);
      if (block.length < BLOCK) return false;
      more = block[504] as number;
    }
    return true;
  }

  private async extend(ext: Extension, type: string, size: number): Promise<boolean> {
    const body = await this.bytes.queue.take(size);
    this.padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (body.length < size) return false;
    if (type === 'L') ext.name = cString(body, 0, body.length);
    else if (type === 'K') ext.link = cString(body, 0, body.length);
    else if (type === 'x') readPax(body, ext);
    return true;
  }
}

function kindOf(type: string, sparse: boolean): TarEntry['kind'] {
  if (sparse) return 'other';
  if (type === '0' || type === '\0' || type === '7') return 'file';
  return type === '2' ? 'link' : type === '5' ? 'directory' : 'other';
}

/** The prefix field belongs to POSIX ustar; GNU keeps times there. */
function nameOf(block: Buffer): string {
  const name = cString(block, 0, 100);
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? cString(block, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal, or base-256 when the first byte has its high bit (GNU); null when negative, too large or neither. */
function sizeOf(block: Buffer): number | null {
  const first = block[124] as number;
  if (first === 0x80) {
    const value = block.readBigUInt64BE(128);
    return isZero(block.subarray(125, 128)) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
  }
  const text = cString(block, 124, 12).trim();
  return /^[0-7]{0,12}$/.test(text) ? Number.parseInt(text || '0', 8) : null;
}

/** Records `LENGTH KEY=VALUE\n`; what is not in the form ends the reading, and what was read before counts. */
function readPax(body: Buffer, ext: Extension): void {
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(0x20, at);
    const length = blank < 0 || blank - at > 8 ? 0 : Number(body.toString('latin1', at, blank));
    const end = at + length;
    if (!(length > blank - at + 2) || end > body.length || body[end - 1] !== 0x0a) return;
    const equals = body.indexOf(0x3d, blank);
    if (equals < 0 || equals >= end) return;
    apply(body.toString('latin1', blank + 1, equals), body.toString('latin1', equals + 1, end - 1), ext);
    at = end;
  }
}

function apply(key: string, value: string, ext: Extension): void {
  if (key === 'path') ext.name = value;
  else if (key === 'linkpath') ext.link = value;
  else if (key === 'size' && /^\d{1,15}$/.test(value)) ext.size = Number(value);
  else if (key.startsWith('GNU.sparse.')) ext.sparse = true;
}
