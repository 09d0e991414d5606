import { type Header, type Manifest, parsePack, type SnapshotEntry, splitPass, type TextOrHex } from '@coldstat/capture/archive';
import type { Value } from '../render/value.ts';
import { bytesValue } from '../tables/bytes.ts';
import { captures } from '../tables/captures.ts';
import type { HostClock } from '../tables/feed.ts';

/** Where a capture came from and what was learnt beside its header. */
export interface CaptureOrigin {
  readonly captureId: number;
  readonly kind: string;
  readonly path: Value;
  readonly sha256: string;
  readonly bytes: number | null;
  readonly complete: boolean;
  readonly loadedBy: string;
  /** As the header says, or as the socket tables show. */
  readonly byteOrder: 'little' | 'big' | null;
}

type Cells = Record<string, Value | undefined>;

/** The row of `captures`, from header and manifest, or for evidence without a header from the bodies. */
export function captureRow(origin: CaptureOrigin, header: Header | null, manifest: Manifest | null, hints: Hints): Value[] {
  const cells: Cells = {
    ...(header === null ? hints.cells() : fromHeader(header)),
    ...fromManifest(manifest),
    capture_id: origin.captureId,
    kind: origin.kind,
    archive_path: origin.path,
    archive_sha256: origin.sha256,
    archive_bytes: origin.bytes,
    byte_order: origin.byteOrder,
    complete: origin.complete ? 1 : 0,
    loaded_by: origin.loadedBy,
  };
  return captures.columns.map(([name]) => cells[name] ?? null);
}

export function hostClock(header: Header | null): HostClock | null {
  const realtimeNs = integer(header?.clock?.realtime_ns);
  const boottimeNs = integer(header?.clock?.boottime_ns);
  const ticksPerSecond = header?.kernel?.ticks_per_second;
  if (realtimeNs === null || boottimeNs === null || typeof ticksPerSecond !== 'number' || !(ticksPerSecond > 0)) return null;
  return { realtimeNs, boottimeNs, ticksPerSecond: Math.trunc(ticksPerSecond) || 1 };
}

function fromHeader(h: Header): Cells {
  return {
    uuid: text(h.capture_id),
    host: textOrHex(h.host?.nodename),
    case_id: textOrHex(h.case),
    operator: textOrHex(h.operator),
    reason: textOrHex(h.reason),
    tool: typeof h.tool?.name === 'string' ? `${h.tool.name} ${h.tool.version}` : null,
    kernel_release: textOrHex(h.host?.release),
    kernel_version: textOrHex(h.host?.version),
    machine: text(h.host?.machine),
    page_size: integer(h.kernel?.page_size),
    ticks_per_second: integer(h.kernel?.ticks_per_second),
    boot_id: text(h.kernel?.boot_id),
    btime: integer(h.kernel?.btime),
    started_ns: integer(h.clock?.realtime_ns),
    started_mono_ns: integer(h.clock?.monotonic_ns),
    boottime_ns: integer(h.clock?.boottime_ns),
    time_offset_ms: integer(h.time_offset_ms),
    timezone: text(h.clock?.timezone),
    own_pid: integer(h.self?.pid),
    own_euid: integer(h.self?.euid),
    own_cap_eff: text(h.self?.cap_eff),
    own_net_ns: integer(h.self?.namespaces?.['net']),
    own_pid_ns: integer(h.self?.namespaces?.['pid']),
    own_mnt_ns: integer(h.self?.namespaces?.['mnt']),
    own_user_ns: integer(h.self?.namespaces?.['user']),
    header: JSON.stringify(h),
  };
}

function fromManifest(m: Manifest | null): Cells {
  if (m === null) return {};
  return { exit: text(m.exit), ended_ns: integer(m.clock?.realtime_ns), manifest: JSON.stringify(m) };
}

function text(v: unknown): string | null {
  return typeof v === 'string' ? v : null;
}

/** An integer that fits SQLite, from a number or decimal text; null for anything else. */
function integer(v: unknown): bigint | null {
  if (typeof v === 'number') return Number.isSafeInteger(v) ? BigInt(v) : null;
  return typeof v === 'string' && /^-?\d{1,18}$|^[1-8]\d{18}$/.test(v) ? BigInt(v) : null;
}

function textOrHex(v: TextOrHex | null | undefined): Value {
  if (typeof v === 'string') return v;
  const hex = typeof v === 'object' && v !== null ? v.hex : undefined;
  return typeof hex === 'string' && /^(?:[0-9a-f]{2})*$/i.test(hex) ? bytesValue(Buffer.from(hex, 'hex')) : null;
}

/** What the bodies of evidence without a header tell about the host. */
export class Hints {
  readonly #cells: Cells = {};

  see(entry: SnapshotEntry): void {
    const { path } = splitPass(entry.name);
    if (path === 'proc/sys.pack') {
      for (const { frame } of parsePack(entry.body).frames) if ('body' in frame) this.#file(`proc/sys/${frame.name}`, frame.body);
    } else this.#file(path, entry.body);
  }

  #file(path: string, body: Buffer): void {
    const start = body.subarray(0, 4096);
    const at = start.indexOf(10);
    const line = at < 0 ? start : start.subarray(0, at);
    if (path === 'proc/sys/kernel/hostname') this.#cells['host'] = bytesValue(line);
    else if (path === 'etc/hostname') this.#cells['host'] ??= bytesValue(line);
    else if (path === 'proc/sys/kernel/random/boot_id') this.#cells['boot_id'] = bootId(line);
    else if (path === 'proc/sys/kernel/osrelease') this.#cells['kernel_release'] = bytesValue(line);
    else if (path === 'proc/version') this.#cells['kernel_release'] ??= release(line);
    else if (path === 'proc/stat') this.#cells['btime'] ??= btime(body);
  }

  cells(): Cells {
    return this.#cells;
  }
}

function bootId(line: Buffer): string | null {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(line.toString('latin1'))?.[0] ?? null;
}

/** `Linux version RELEASE (…` (linux_proc_banner in init/version.c). */
function release(line: Buffer): Value {
  const words = /^Linux version (\S+) /.exec(line.toString('latin1'));
  return words === null ? null : bytesValue(Buffer.from(words[1] ?? '', 'latin1'));
}

function btime(body: Buffer): bigint | null {
  return integer(/^btime (\d{1,12})$/m.exec(body.toString('latin1', 0, 1024 * 1024))?.[1]);
}
