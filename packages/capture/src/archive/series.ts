/** Series of archives (docs/ARCHIVE-FORMAT.md §9): names, the member of the header, the lines of the stream. */

/** `series` of a header. Reading is tolerant: a series whose id or moment is not in the form is none. */
export interface SeriesHeader {
  /** Random UUID, the same in every archive of the series. */
  readonly id: string;
  /** Running number of the moment on the schedule, from 1; those that were missed have one too. */
  readonly moment: number;
  readonly [member: string]: unknown;
}

const SERIES_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const MAX_MOMENTS = 999_999;

export function isSeriesId(text: string): boolean {
  return SERIES_ID.test(text);
}

/** Name of the archive of a moment, without the ending of its compression. */
export function momentName(moment: number): string {
  return `moment-${String(moment).padStart(6, '0')}`;
}

/** The moment of a file of a series by its name, encrypted ones included; null for any other name. */
export function momentOf(name: string): number | null {
  const found = /^moment-(\d{6})\.tar(?:\.zst|\.gz)?(?:\.age)?$/.exec(name);
  return found === null ? null : Number(found[1]);
}

/** First words of a stream of archives; a space and the id of the series follow. */
export const STREAM_MAGIC = 'coldstat-series 1';
/** Bytes of a line of the stream, without its newline. */
export const STREAM_LINE = 200;
/** Bytes of one piece of an archive in the stream. */
export const STREAM_PIECE: number = 1 << 20;
