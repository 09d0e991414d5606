/** One line of the log (docs/ARCHIVE-FORMAT.md §5): what became of one source. */
export interface LogRecord {
  readonly seq: number;
  readonly path: string;
  /** Microseconds on the monotonic clock since the header's; null for foreign evidence, where nobody noted them. */
  readonly start: number | null;
  readonly end: number | null;
  readonly bytes?: number;
  readonly sha256?: string;
  readonly errno?: string;
  readonly truncated?: true;
  readonly limit?: 'bytes' | 'time';
  readonly blocked?: true;
  /** Inode of the network namespace, decimal text. */
  readonly netns?: string;
  readonly pid?: number;
  readonly tid?: number;
  readonly note?: string;
  /** The earlier moment of the series in whose archive the body stands. */
  readonly ref?: number;
}
