import type { Header, Manifest } from '@coldstat/capture/archive';
import type { Names } from './names.ts';

/** What tells in a header that its archive is redacted (docs/ARCHIVE-FORMAT.md §4). */
export interface Redacted {
  readonly tool: string;
  /** The same key was meant for several archives, so that what is the same in them has the same replacement. */
  readonly keyed: boolean;
  /** What state the original was in. */
  readonly source: string;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The header by what may be told of it: members that are not named here are left out. */
export function redactHeader(h: Header, redacted: Redacted, names: Names): object {
  const { tool, host, kernel, clock, self } = h;
  const name = (value: unknown): string | null => (typeof value === 'string' ? names.host(value) : null);
  const number = (value: unknown): Json => (typeof value === 'number' ? value : null);
  const plain = (value: unknown): string | null =>
    typeof value === 'string' && /^[\x20-\x7e]{0,200}$/.test(value) && !names.identifies(value) ? value : null;
  const path = (value: unknown): string | null => (typeof value === 'string' ? names.path(Buffer.from(value).toString('latin1')) : null);
  const paths = (value: unknown): Json => (Array.isArray(value) ? value.map(path).filter((text) => text !== null) : null);
  return {
    format: h.format,
    version: h.version,
    capture_id: typeof h.capture_id === 'string' ? uuidOf(h.capture_id, names) : null,
    redacted: { ...redacted },
    case: null,
    operator: null,
    reason: null,
    time_offset_ms: number(h.time_offset_ms),
    tool: { name: plain(tool?.name), version: plain(tool?.version), node: plain(tool?.node), argv: [], exec_path: path(tool?.exec_path) },
    host: {
      nodename: name(host?.nodename),
      sysname: plain(host?.sysname),
      release: plain(host?.release),
      version: plain(host?.version),
      machine: plain(host?.machine),
      domainname: name(host?.domainname),
    },
    kernel: {
      boot_id: typeof kernel?.boot_id === 'string' ? names.hexDigits(kernel.boot_id) : null,
      byte_order: kernel?.byte_order === 'little' || kernel?.byte_order === 'big' ? kernel.byte_order : null,
      word_bits: number(kernel?.word_bits),
      page_size: number(kernel?.page_size),
      ticks_per_second: number(kernel?.ticks_per_second),
      btime: number(kernel?.btime),
    },
    clock: redactClock(clock),
    self: {
      ...Object.fromEntries(['pid', 'ppid', 'euid', 'egid', 'tracer_pid', 'seccomp'].map((key) => [key, number(self?.[key])])),
      cap_eff: plain(self?.cap_eff),
      namespaces: numbersOf(self?.namespaces),
      proc_root: path(self?.proc_root),
      preload: path(self?.['preload']),
      preload_file: path(self?.['preload_file']),
      environment: [],
      libraries: paths(self?.['libraries']),
      hidepid: plain(self?.['hidepid']),
      ...(typeof self?.['others_hidden'] === 'boolean' ? { others_hidden: self['others_hidden'] } : {}),
    },
    options: {
      with: Array.isArray(h.options?.['with']) ? h.options['with'].filter((word) => typeof word === 'string' && /^[\w-]+$/.test(word)) : [],
    },
  };
}

/** A manifest but for what the writer sums up itself. */
export function redactManifest(
  m: Manifest,
  id: string,
  names: Names,
): Omit<Manifest, 'format' | 'version' | 'header_sha256' | 'segments' | 'entries' | 'bytes'> {
  const files = m.self?.['files'];
  const numbers = Object.fromEntries(Object.entries(m.self ?? {}).filter(([key, value]) => /^\w+$/.test(key) && typeof value === 'number'));
  return {
    capture_id: uuidOf(id, names),
    counts: numbersOf(m.counts) as Manifest['counts'],
    windows: Object.fromEntries(
      Object.entries(m.windows ?? {}).filter(
        ([key, span]) => /^\w+$/.test(key) && Array.isArray(span) && span.every((n) => typeof n === 'number'),
      ),
    ),
    clock: redactClock(m.clock) as unknown as Manifest['clock'],
    self: {
      ...numbers,
      files: Array.isArray(files)
        ? files.filter((f) => typeof f === 'string').map((f) => names.path(Buffer.from(f).toString('latin1')))
        : [],
    },
    exit: ['complete', 'refused', 'interrupted', 'timeout'].includes(m.exit) ? m.exit : 'interrupted',
  };
}

/** Of an archive that breaks off there is none: the redacted one says that it was interrupted. */
export function noManifest(h: Header, names: Names): ReturnType<typeof redactManifest> {
  const clock = redactClock(h.clock) as unknown as Manifest['clock'];
  return { capture_id: uuidOf(h.capture_id, names), counts: {}, windows: {}, clock, self: {}, exit: 'interrupted' };
}

function uuidOf(id: string, names: Names): string {
  return names.hexDigits(/^[0-9a-fA-F-]{1,64}$/.test(id) ? id : '00000000-0000-4000-8000-000000000000');
}

function redactClock(clock: Header['clock']): Json {
  const digits = (value: unknown): string | null => (typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? value : null);
  return {
    realtime_ns: digits(clock?.realtime_ns),
    monotonic_ns: digits(clock?.monotonic_ns),
    boottime_ns: digits(clock?.boottime_ns),
    timezone: null,
  };
}

/** Members that are numbers, or digits. */
function numbersOf(value: unknown): { readonly [key: string]: Json } {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter(([key, v]) => /^\w+$/.test(key) && (typeof v === 'number' || (typeof v === 'string' && /^\d+$/.test(v)))),
  );
}
