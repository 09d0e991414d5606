import { createHash } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Clock, Header, LogRecord, Manifest } from '@coldstat/capture/archive';
import { FORMAT, FORMAT_VERSION, HEADER_NAME, MANIFEST_NAME, segmentName } from '@coldstat/capture/archive';
import { pack } from 'tar-stream';

export interface ArchiveParts {
  /** Entry name to body, in this order. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** Members that replace those of DEFAULT_HEADER, one level deep. */
  readonly header?: { readonly [K in keyof Header]?: Header[K] extends object ? Partial<Header[K]> : Header[K] };
  /** Members added to the record of an entry. */
  readonly records?: Readonly<Record<string, Partial<LogRecord>>>;
  /** Records of sources that have no entry. */
  readonly refused?: readonly (Partial<LogRecord> & { readonly path: string })[];
  readonly manifest?: Partial<Manifest> | null;
  readonly compress?: 'zstd' | 'gzip' | 'none';
}

const CLOCK = { realtime_ns: '1790000000000000000', monotonic_ns: '5000000000', boottime_ns: '5000000000', timezone: 'UTC' };

export const DEFAULT_HEADER: Header = {
  format: FORMAT,
  version: FORMAT_VERSION,
  capture_id: '6f9fd5a4-0000-4000-8000-000000000001',
  case: null,
  operator: null,
  reason: null,
  time_offset_ms: null,
  tool: { name: 'coldstat-capture', version: '0.1.0', node: 'v24.0.0', argv: ['coldstat-capture'], exec_path: '/usr/bin/node' },
  host: { nodename: 'web1', sysname: 'Linux', release: '6.1.0', version: '#1 SMP', machine: 'x86_64', domainname: '(none)' },
  kernel: {
    boot_id: '11111111-2222-3333-4444-555555555555',
    byte_order: 'little',
    word_bits: 64,
    page_size: 4096,
    ticks_per_second: 100,
    btime: 1789990000,
  },
  clock: CLOCK,
  self: {
    pid: 4242,
    euid: 0,
    cap_eff: '000001ffffffffff',
    namespaces: { net: '4026531833', pid: '4026531836', mnt: '4026531832', user: '4026531837' },
    proc_root: '/proc',
  },
  options: {},
};

const hash = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** A correct archive from object literals: header, bodies, one segment of the log, manifest. */
export async function makeArchive(parts: ArchiveParts): Promise<Buffer> {
  return compress(await tarOf(archiveEntries(parts)), parts.compress ?? 'zstd');
}

/** The same before it becomes a tar, for tests that disturb it. */
export function archiveEntries(parts: ArchiveParts): [string, Buffer][] {
  const header = mergedHeader(parts.header ?? {});
  const entries: [string, Buffer][] = [[HEADER_NAME, Buffer.from(JSON.stringify(header))]];
  const lines: string[] = [JSON.stringify({ segment: 1, prev: '0'.repeat(64) })];
  let seq = 0;
  for (const [name, content] of Object.entries(parts.files)) {
    const body = Buffer.from(content);
    entries.push([name, body]);
    seq++;
    const times = { start: seq * 100, end: seq * 100 + 50 };
    lines.push(JSON.stringify({ seq, path: name, ...times, bytes: body.length, sha256: hash(body), ...parts.records?.[name] }));
  }
  for (const record of parts.refused ?? []) {
    seq++;
    lines.push(JSON.stringify({ seq, start: seq * 100, end: seq * 100 + 50, ...record }));
  }
  entries.push([segmentName(1), Buffer.from(`${lines.join('\n')}\n`)]);
  if (parts.manifest !== null) entries.push([MANIFEST_NAME, manifestOf(header, entries, parts.manifest ?? {})]);
  return entries;
}

function mergedHeader(over: NonNullable<ArchiveParts['header']>): Header {
  const merged: Record<string, unknown> = { ...DEFAULT_HEADER };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    const both = typeof old === 'object' && old !== null && typeof value === 'object' && value !== null && !Array.isArray(value);
    merged[key] = both ? { ...old, ...value } : value;
  }
  return merged as unknown as Header;
}

function manifestOf(header: Header, entries: readonly [string, Buffer][], over: Partial<Manifest>): Buffer {
  const segments = entries
    .filter(([name]) => name.startsWith('log/'))
    .map(([name, body]) => ({ name, bytes: body.length, sha256: hash(body) }));
  const manifest: Manifest = {
    format: FORMAT,
    version: FORMAT_VERSION,
    capture_id: header.capture_id,
    header_sha256: hash(entries[0]?.[1] ?? Buffer.alloc(0)),
    segments,
    entries: entries.length,
    bytes: entries.reduce((sum, [, body]) => sum + body.length, 0),
    counts: { processes: 0, threads: 0, descriptors: 0, namespaces: 1, errors: 0, truncated: 0, blocked: 0 },
    windows: { tables_a: [0, 100], descriptors: [100, 200], tables_b: [200, 300], total: [0, 300] },
    clock: over.clock ?? endClock(header.clock),
    self: {},
    exit: 'complete',
    ...over,
  };
  return Buffer.from(JSON.stringify(manifest));
}

/** A millisecond later. */
function endClock(clock: Clock): Clock {
  return { ...clock, realtime_ns: `${BigInt(clock.realtime_ns) + 1_000_000n}` };
}

/** A tar stream in the subset of the format, made by tar-stream. */
export async function tarOf(entries: readonly (readonly [string, Buffer])[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, body] of entries) tar.entry({ name, mode: 0o444, mtime: new Date(0) }, body);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function compress(tar: Buffer, how: 'zstd' | 'gzip' | 'none'): Buffer {
  if (how === 'none') return tar;
  return how === 'gzip' ? gzipSync(tar) : zstdCompressSync(tar, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}
