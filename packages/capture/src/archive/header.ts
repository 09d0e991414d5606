/** Shape of header.json (docs/ARCHIVE-FORMAT.md §4). Reading is tolerant: a member that is absent or of the wrong type is null. */

/** Text, or bytes that are not text. */
export type TextOrHex = string | { readonly hex: string };

export interface Clock {
  /** Nanoseconds since 1970, of the host's own clock, as decimal text; empty where it is not known. */
  readonly realtime_ns: string;
  readonly monotonic_ns: string;
  readonly boottime_ns: string | null;
  readonly timezone: string | null;
}

export interface Header {
  readonly format: 'coldstat-archive';
  readonly version: number;
  readonly capture_id: string;
  readonly case: TextOrHex | null;
  readonly operator: TextOrHex | null;
  readonly reason: TextOrHex | null;
  readonly time_offset_ms: number | null;
  readonly tool: {
    readonly name: string;
    readonly version: string;
    readonly node: string;
    readonly argv: readonly string[];
    readonly exec_path: string;
  };
  readonly host: {
    readonly nodename: TextOrHex | null;
    readonly sysname: string | null;
    readonly release: TextOrHex | null;
    readonly version: TextOrHex | null;
    readonly machine: string | null;
    readonly domainname: TextOrHex | null;
  };
  readonly kernel: {
    readonly boot_id: string | null;
    readonly byte_order: 'little' | 'big' | null;
    readonly word_bits: 32 | 64 | null;
    readonly page_size: number | null;
    readonly ticks_per_second: number | null;
    /** Seconds since 1970, as /proc/stat gave it. */
    readonly btime: number | null;
  };
  readonly clock: Clock;
  readonly self: Readonly<Record<string, unknown>> & {
    readonly pid: number | null;
    readonly euid: number | null;
    readonly cap_eff: string | null;
    /** Namespace kind to inode number as decimal text, `{"net":"4026531833"}`. */
    readonly namespaces: Readonly<Record<string, string>>;
    readonly proc_root: string | null;
  };
  readonly options: Readonly<Record<string, unknown>>;
  /** As it came; parseSeries tells what of it is in the form. */
  readonly series?: unknown;
}
