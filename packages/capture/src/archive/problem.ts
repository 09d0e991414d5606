/** What can be wrong with a container, as data beside what could be read (docs/PROBLEMS.md). The analyzer adds the codes for content. */
export const ARCHIVE_PROBLEMS = {
  'archive-incomplete': 'The archive breaks off: it has no manifest or its end is missing. Everything up to the break was read.',
  'archive-damaged': 'The structure of the archive breaks at this offset; nothing after it was read.',
  'archive-limit': 'The archive exceeds a limit of the reader at this offset; nothing after it was read.',
  'archive-trailing': 'There are bytes after the end of the archive; they were not interpreted.',
  'archive-altered': 'An entry, a segment of the log or the header does not have the hash the archive gives for it.',
  'archive-unlogged': 'An entry stands in the archive that no record of the log names.',
  'archive-missing': 'The log names a body that does not stand in the archive.',
  'series-missing': 'A body stands in an earlier archive of the series, and that is not here, or does not hold it.',
  'archive-log': 'A line of the log, the header or the manifest is not in the form.',
  'entry-name': 'An entry bears a name that the format does not allow; it was set aside and not interpreted.',
  'entry-type': 'An entry is not a regular file; it was set aside and not interpreted.',
  'entry-duplicate': 'Two entries bear the same name; the first one counts, this one was set aside.',
  'entry-limit': 'An entry exceeds a limit of the reader; it was set aside.',
  'list-form': 'A line of a list or a frame of a pack is not in the form of the archive format.',
} as const;

export type ArchiveProblemCode = keyof typeof ARCHIVE_PROBLEMS;

export interface ArchiveProblem {
  readonly code: ArchiveProblemCode;
  readonly message: string;
  /** Entry it concerns, as spelled in the archive (latin1), where there is one. */
  readonly entry?: string;
  /** Byte offset in the uncompressed tar stream. */
  readonly offset?: number;
}

/** Problems that say that somebody's hand or a bad disk was at it, not merely that it breaks off. */
export const ALTERED: ReadonlySet<ArchiveProblemCode> = new Set([
  'archive-damaged',
  'archive-trailing',
  'archive-altered',
  'archive-unlogged',
  'archive-missing',
  'archive-log',
  'entry-name',
  'entry-type',
  'entry-duplicate',
]);
