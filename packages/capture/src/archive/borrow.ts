import { isEntryName } from './layout.ts';
import type { Limits } from './limits.ts';
import type { NameSet } from './name-set.ts';
import type { ArchiveProblem, ArchiveProblemCode } from './problem.ts';
import type { LogRecord } from './record.ts';
import type { SeriesHeader } from './series.ts';

/** Bodies that stand in earlier archives of a series. */
export interface EarlierBodies {
  /** The body with this SHA-256 out of the moment `ref` of this series; null when it is not to be had. */
  find(series: SeriesHeader, wanted: { readonly sha256: string; readonly bytes: number; readonly ref: number }): Promise<Buffer | null>;
}

/** Fetches the bodies that records refer to in earlier archives of the series (docs/ARCHIVE-FORMAT.md §9.1). */
export class Borrower {
  private readonly limits: Limits;
  private readonly names: NameSet;
  private readonly earlier: EarlierBodies | null;
  /** They count against the limit in total. */
  private bytes = 0;

  /** `names` are those that stand in the archive. */
  constructor(limits: Limits, names: NameSet, earlier: EarlierBodies | null) {
    this.limits = limits;
    this.names = names;
    this.earlier = earlier;
  }

  /** The body that a record refers to, or why it is not to be had. */
  async body(series: SeriesHeader | null, record: LogRecord, ref: number): Promise<Buffer | ArchiveProblem> {
    const { path, sha256 = '', bytes = 0 } = record;
    const fault = (code: ArchiveProblemCode, message: string): ArchiveProblem => ({ code, message, entry: path });
    if (series === null || ref >= series.moment)
      return fault('archive-log', `the record refers to moment ${ref}, which is none before this one`);
    if (!isEntryName(path))
      return fault('entry-name', 'the record of a body in an earlier archive bears a name that the format does not allow');
    if (!this.names.add(path)) return fault('entry-duplicate', 'an entry of this name stands before it');
    if (bytes > this.limits.entryBytes || this.bytes + bytes > this.limits.totalBytes)
      return fault('entry-limit', `${bytes} bytes of moment ${ref} are above the limit`);
    const body = (await this.earlier?.find(series, { sha256, bytes, ref })) ?? null;
    if (body === null)
      return fault('series-missing', `its ${bytes} bytes stand in the archive of moment ${ref} of the series, which is not at hand`);
    this.bytes += bytes;
    return body;
  }
}
