import { ARCHIVE_PROBLEMS } from '@coldstat/capture/archive';
import { LINE_PROBLEMS } from '../procfs/lines.ts';

/** What the loader itself finds. */
const LOAD_PROBLEMS = {
  'row-refused':
    'A row could not be stored: another row of this capture bears the same key, or a value is too large for its column (where the message says so, that cell alone is NULL).',
  'capture-twice': 'Another archive in this case bears the same capture id and has other bytes: one of them was changed or cut.',
} as const;

/** Words in `sources.note` (docs/ARCHIVE-FORMAT.md §5): why there is no body, or what it lacks. */
const NOTES = {
  vanished: 'It was there and is gone, or another process bears its number now.',
  'not-tried': 'The capture ended before its turn came, or the source was known to answer nothing (then with errno).',
  'not-local': 'It lies on a file system that may hang the reader, so it was left alone.',
  'not-stat': 'Descriptors were read without stat, because stat hung before.',
  'asked-tcp': 'A local service was asked on request, over TCP on the loopback.',
  'asked-unix': 'A local service was asked on request, over its unix socket.',
  unreachable: 'A network namespace that only a descriptor or a mount holds: its tables cannot be read from files.',
  'no-ffi': 'Nothing on the host could make system calls for the capture (neither Node 26 nor koffi): this part is missing as a whole.',
  'other-pids': 'The mount of proc numbers processes otherwise than the capture does: system calls that take a number were not made.',
  'module-loaded': 'The kernel loaded a module to answer this.',
  'probe-cut': 'The time for the probe for unlisted processes was over before its last number.',
  redacted: 'It was there, and coldstat redact left it out of the archive that was made to be shared.',
  'reader-died': 'The process that was reading it ended on it.',
  'not-a-file': 'In foreign evidence a link, device, fifo or directory stands where a file belongs: it was not opened or followed.',
  'not-a-link': 'In foreign evidence a file stands where a link belongs: where it pointed is lost.',
} as const;

interface Section {
  readonly title: string;
  readonly doc: string;
  readonly codes: Readonly<Record<string, string>>;
}

/**
 * docs/PROBLEMS.md, in its order.
 * @public read by docs/generate.mjs
 */
export const PROBLEM_SECTIONS: readonly Section[] = [
  { title: 'The container', doc: 'Found by the reader of the archive.', codes: ARCHIVE_PROBLEMS },
  { title: 'The content', doc: 'Found by the parsers, line by line.', codes: LINE_PROBLEMS },
  { title: 'The load', doc: 'Found when bodies, records and rows are brought together.', codes: LOAD_PROBLEMS },
  { title: 'Notes of sources', doc: 'Words in `sources.note`; they are no problems of their own.', codes: NOTES },
];

/** Every code in the table problems, with its sentence. */
export const PROBLEM_CODES: Readonly<Record<string, string>> = { ...ARCHIVE_PROBLEMS, ...LINE_PROBLEMS, ...LOAD_PROBLEMS };
