import { type Header, parseSeries } from '@coldstat/capture/archive';

interface Link {
  readonly moment: number;
  readonly sha256: string;
}

/** Holds each archive of a series against the one that was looked at before: every one names the archive before it, with its hash (docs/ARCHIVE-FORMAT.md §9.1). */
export class SeriesChain {
  readonly #last = new Map<string, Link>();

  /** What does not fit; null when nothing is to be said. `sha256` is of the archive as it is stored. */
  next(header: Header | null, sha256: string): { readonly altered: boolean; readonly message: string } | null {
    const series = header === null ? null : parseSeries(header);
    if (series === null) return null;
    const last = this.#last.get(series.id);
    this.#last.set(series.id, { moment: series.moment, sha256 });
    const previous = previousOf(series['previous']);
    // The first that is looked at may be any: nobody said that all are here.
    if (last === undefined || previous === null) return null;
    if (previous.moment !== last.moment)
      return {
        altered: false,
        message: `the archive before it is that of moment ${previous.moment}, and here stands that of moment ${last.moment}`,
      };
    if (previous.sha256 === last.sha256) return null;
    return {
      altered: true,
      message: `the archive of moment ${last.moment} is not the one that stood before it: that had the SHA-256 ${previous.sha256}`,
    };
  }
}

function previousOf(value: unknown): Link | null {
  if (typeof value !== 'object' || value === null) return null;
  const { moment, sha256 } = value as { readonly moment?: unknown; readonly sha256?: unknown };
  return typeof moment === 'number' && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? { moment, sha256 } : null;
}
