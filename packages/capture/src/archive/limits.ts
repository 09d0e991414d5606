/** What a reader puts up with (docs/ARCHIVE-FORMAT.md §1.5). Every one is an option. */
export interface Limits {
  /** Entries in the archive. */
  readonly entries: number;
  /** Bytes of one entry. */
  readonly entryBytes: number;
  /** Bytes of the uncompressed stream. */
  readonly totalBytes: number;
  /** Uncompressed bytes to a stored byte, looked at after `ratioAfter` uncompressed bytes. */
  readonly ratio: number;
  readonly ratioAfter: number;
  /** Bytes of one line of the log. */
  readonly lineBytes: number;
  /** Bytes of header.json (docs/ARCHIVE-FORMAT.md §4). */
  readonly headerBytes: number;
  /** Bytes of manifest.json, which is parsed in one piece: room for 100,000 segments. */
  readonly manifestBytes: number;
}

/** Objects and lists within one another in the JSON of an archive; its own go six deep. */
export const MAX_NESTING = 32;

const MIB = 1 << 20;

export const DEFAULT_LIMITS: Limits = {
  entries: 5_000_000,
  entryBytes: 256 * MIB,
  totalBytes: 4096 * MIB,
  ratio: 200,
  ratioAfter: MIB,
  lineBytes: 64 * 1024,
  headerBytes: 256 * 1024,
  manifestBytes: 16 * MIB,
};
