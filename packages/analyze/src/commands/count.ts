import { UserError } from './io.ts';

/** The number that an option takes, 0 or more. Throws UserError. */
export function count(option: string, text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new UserError(`${option} needs a number, not ${text}`);
  return Number(text);
}
