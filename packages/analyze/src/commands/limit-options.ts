import { DEFAULT_LIMITS, type Limits } from '@coldstat/capture/archive';
import type { Command as Program } from 'commander';
import { UserError } from './io.ts';
import { ageOption } from './own-command.ts';

export interface LimitOptions {
  readonly maxEntries?: string;
  readonly maxEntryBytes?: string;
  readonly maxTotalBytes?: string;
  readonly maxRatio?: string;
}

/** Adds the limits of the archive reader (docs/ARCHIVE-FORMAT.md §1.5) to a command, and the keys of encrypted archives. */
export function limitOptions(program: Program): Program {
  const { entries, entryBytes, totalBytes, ratio } = DEFAULT_LIMITS;
  return ageOption(program)
    .option('--max-entries <n>', `entries an archive may have (default: ${entries})`)
    .option('--max-entry-bytes <n>', `bytes one entry may have (default: ${entryBytes})`)
    .option('--max-total-bytes <n>', `bytes the uncompressed archive may have (default: ${totalBytes})`)
    .option('--max-ratio <n>', `times it may expand (default: ${ratio})`);
}

/** The limits that were given. Throws UserError for what is no positive whole number. */
export function limitsOf(options: LimitOptions): Partial<Limits> {
  return {
    ...one('entries', '--max-entries', options.maxEntries),
    ...one('entryBytes', '--max-entry-bytes', options.maxEntryBytes),
    ...one('totalBytes', '--max-total-bytes', options.maxTotalBytes),
    ...one('ratio', '--max-ratio', options.maxRatio),
  };
}

function one(name: keyof Limits, option: string, text: string | undefined): Partial<Limits> {
  if (text === undefined) return {};
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UserError(`${option} takes a positive whole number, not ${JSON.stringify(text)}`);
  return { [name]: Number(text) };
}
