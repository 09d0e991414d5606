import { ARCHIVE_PROBLEMS } from '@coldstat/capture/archive';
import { LINE_PROBLEMS } from '../procfs/lines.ts';

/** What the loader itself finds. */
export const LOAD_PROBLEMS = {
  'row-refused': 'A row could not be stored: another row of this capture bears the same key, or a value is too large for its column.',
  'capture-twice': 'Another archive in this case bears the same capture id and has other bytes: one of them was changed or cut.',
} as const;

/** Every code in the table problems, with its sentence. */
export const PROBLEM_CODES: Readonly<Record<string, string>> = { ...ARCHIVE_PROBLEMS, ...LINE_PROBLEMS, ...LOAD_PROBLEMS };
