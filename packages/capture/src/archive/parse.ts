import { isUtf8 } from 'node:buffer';
import type { Clock, Header, TextOrHex } from './header.ts';
import { FORMAT } from './layout.ts';
import { MAX_NESTING } from './limits.ts';
import type { Manifest } from './manifest.ts';
import type { LogRecord } from './record.ts';
import { isSeriesId, MAX_MOMENTS, type SeriesHeader } from './series.ts';

type Members = Readonly<Record<string, unknown>>;

function isObject(v: unknown): v is Members {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** UTF-8 bytes to text, undefined when they are not UTF-8. */
export function utf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** More opening brackets than may stand within one another: most texts have far fewer, and need no second look. */
const MANY_BRACKETS = new RegExp(`^(?:[^[{]*[[{]){${MAX_NESTING + 1}}`);

export function isNestedTooDeep(json: string): boolean {
  if (!MANY_BRACKETS.test(json)) return false;
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > MAX_NESTING) return true;
  }
  return false;
}

const text = (v: unknown): string | null => (typeof v === 'string' ? v : null);
const whole = (v: unknown): number | null => (typeof v === 'number' && Number.isSafeInteger(v) ? v : null);
const object = (v: unknown): Members => (isObject(v) ? v : {});
const texts = (v: unknown): string[] => (Array.isArray(v) ? v.filter((x) => typeof x === 'string') : []);
const oneOf = <T>(v: unknown, ...known: readonly T[]): T | null => known.find((k) => k === v) ?? null;

function textOrHex(v: unknown): TextOrHex | null {
  if (typeof v === 'string') return v;
  return isObject(v) && typeof v['hex'] === 'string' && /^(?:[0-9a-f]{2})*$/.test(v['hex']) ? { hex: v['hex'] } : null;
}

function clock(v: unknown): Clock {
  const c = object(v);
  return {
    realtime_ns: nanoseconds(c['realtime_ns']) ?? '',
    monotonic_ns: nanoseconds(c['monotonic_ns']) ?? '',
    boottime_ns: nanoseconds(c['boottime_ns']),
    timezone: text(c['timezone']),
  };
}

function nanoseconds(v: unknown): string | null {
  return typeof v === 'string' && /^-?\d{1,19}$/.test(v) ? v : null;
}

/** Whether the JSON says that it is of this format, in whatever version. */
export function isOfFormat(v: unknown): v is Members {
  return isObject(v) && v['format'] === FORMAT;
}

/** header.json, tolerant: absent or of the wrong type is null. The object keeps the members it came with. */
export function parseHeader(v: Members): Header {
  const tool = object(v['tool']);
  const host = object(v['host']);
  const kernel = object(v['kernel']);
  const self = object(v['self']);
  const namespaces = Object.entries(object(self['namespaces'])).filter((e): e is [string, string] => typeof e[1] === 'string');
  return {
    ...v,
    format: FORMAT,
    version: whole(v['version']) ?? 0,
    capture_id: text(v['capture_id']) ?? '',
    case: textOrHex(v['case']),
    operator: textOrHex(v['operator']),
    reason: textOrHex(v['reason']),
    time_offset_ms: whole(v['time_offset_ms']),
    tool: {
      name: text(tool['name']) ?? '',
      version: text(tool['version']) ?? '',
      node: text(tool['node']) ?? '',
      argv: texts(tool['argv']),
      exec_path: text(tool['exec_path']) ?? '',
    },
    host: {
      nodename: textOrHex(host['nodename']),
      sysname: text(host['sysname']),
      release: textOrHex(host['release']),
      version: textOrHex(host['version']),
      machine: text(host['machine']),
      domainname: textOrHex(host['domainname']),
    },
    kernel: {
      boot_id: text(kernel['boot_id']),
      byte_order: oneOf(kernel['byte_order'], 'little', 'big'),
      word_bits: oneOf(kernel['word_bits'], 32, 64),
      page_size: whole(kernel['page_size']),
      ticks_per_second: whole(kernel['ticks_per_second']),
      btime: whole(kernel['btime']),
    },
    clock: clock(v['clock']),
    self: {
      ...self,
      pid: whole(self['pid']),
      euid: whole(self['euid']),
      cap_eff: text(self['cap_eff']),
      namespaces: Object.fromEntries(namespaces),
      proc_root: text(self['proc_root']),
    },
    options: object(v['options']),
  };
}

/** The series an archive belongs to; null for one that stands alone. */
export function parseSeries(header: Header): SeriesHeader | null {
  const { series } = header;
  if (!isObject(series)) return null;
  const [id, moment] = [text(series['id']), whole(series['moment'])];
  if (id === null || !isSeriesId(id) || moment === null || moment < 1 || moment > MAX_MOMENTS) return null;
  return { ...series, id, moment };
}

const SHA256 = /^[0-9a-f]{64}$/;

/** manifest.json; a string says what is missing. */
export function parseManifest(v: unknown): Manifest | string {
  if (!isOfFormat(v)) return 'is not of this format';
  const segments = v['segments'];
  if (!Array.isArray(segments)) return 'has no list of segments';
  for (const s of segments) {
    if (!isObject(s) || text(s['name']) === null || whole(s['bytes']) === null || !SHA256.test(text(s['sha256']) ?? '')) {
      return 'has a segment that is not in the form';
    }
  }
  const exit = oneOf(v['exit'], 'complete', 'refused', 'interrupted', 'timeout');
  const [entries, bytes, sha] = [whole(v['entries']), whole(v['bytes']), text(v['header_sha256'])];
  if (exit === null || entries === null || bytes === null || sha === null) return 'lacks a member that it must have';
  return {
    ...v,
    format: FORMAT,
    version: whole(v['version']) ?? 0,
    capture_id: text(v['capture_id']) ?? '',
    header_sha256: sha,
    segments,
    entries,
    bytes,
    counts: numbers(v['counts']),
    windows: windows(v['windows']),
    clock: clock(v['clock']),
    self: object(v['self']),
    exit,
  };
}

function numbers(v: unknown): Record<string, number> {
  return Object.fromEntries(Object.entries(object(v)).filter((e): e is [string, number] => whole(e[1]) !== null));
}

function windows(v: unknown): Record<string, readonly [number, number]> {
  const pair = (w: unknown): w is [number, number] => Array.isArray(w) && w.length === 2 && w.every((n) => whole(n) !== null);
  return Object.fromEntries(Object.entries(object(v)).filter((e): e is [string, [number, number]] => pair(e[1])));
}

/** First line of a segment. */
export function parseSegmentHead(v: unknown): { readonly segment: number; readonly prev: string } | null {
  if (!isObject(v)) return null;
  const [segment, prev] = [whole(v['segment']), text(v['prev'])];
  return segment === null || prev === null || !SHA256.test(prev) ? null : { segment, prev };
}

/** One line of the log; a string says what is wrong with it. Members it does not know are left out. */
export function parseRecord(v: unknown): LogRecord | string {
  if (!isObject(v)) return 'is not an object';
  const [seq, path, start, end] = [whole(v['seq']), text(v['path']), whole(v['start']), whole(v['end'])];
  if (seq === null || path === null || start === null || end === null) return 'lacks seq, path, start or end';
  const [bytes, sha256, errno, netns] = [whole(v['bytes']), text(v['sha256']), text(v['errno']), text(v['netns'])];
  const [pid, tid, note, limit] = [whole(v['pid']), whole(v['tid']), text(v['note']), oneOf(v['limit'], 'bytes' as const, 'time' as const)];
  if ((bytes === null) !== (sha256 === null)) return 'has bytes without sha256 or the reverse';
  if (sha256 !== null && !SHA256.test(sha256)) return 'has a sha256 that is none';
  const ref = v['ref'] === undefined ? null : whole(v['ref']);
  if (v['ref'] !== undefined && (ref === null || ref < 1 || bytes === null)) return 'has a ref that leads nowhere';
  return {
    seq,
    path,
    start,
    end,
    ...(bytes !== null && { bytes }),
    ...(sha256 !== null && { sha256 }),
    ...(errno !== null && { errno }),
    ...(v['truncated'] === true && { truncated: true as const }),
    ...(limit !== null && { limit }),
    ...(v['blocked'] === true && { blocked: true as const }),
    ...(netns !== null && /^\d{1,20}$/.test(netns) && { netns }),
    ...(pid !== null && { pid }),
    ...(tid !== null && { tid }),
    ...(note !== null && { note }),
    ...(ref !== null && { ref }),
  };
}

/** Lines without their newlines. */
export function* linesOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; ) {
    const lf = body.indexOf(10, at);
    const end = lf < 0 ? body.length : lf;
    yield body.subarray(at, end);
    at = end + 1;
  }
}
