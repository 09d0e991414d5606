import type { Given } from './options.ts';
import type { Schedule } from './series.ts';

/** The series that is asked for, null for one capture; or which options do not go together. `now` is the host's clock in milliseconds since 1970. */
export function planOf(given: Given, now: number): Schedule | null | string {
  const light = given.light === true;
  const { every, count = null, until } = given;
  if (every === undefined) {
    if (count !== null || until !== undefined) return '--count and --until need --every: how often';
    if (light && (given.sockopt === true || (given.with ?? []).length > 0)) return '--light leaves out what --with and --sockopt would add';
    return null;
  }
  if (given.base64 === true && (given.output ?? '-') !== '-')
    return 'a series goes into a directory as it is: --base64 is for standard output';
  const encrypted = (given.encryptTo ?? []).length + (given.recipientsFile ?? []).length > 0;
  const piped = given.output === '-' || given.base64 === true;
  if (encrypted && piped) return 'a series on a pipe is not encrypted archive by archive: coldstat-capture … -o - | age -r …';
  const left = until === undefined ? null : 'at' in until ? until.at - now : until.after;
  if (left !== null && left < 0) return '--until is over';
  const fit = left === null ? null : Math.floor(left / every) + 1;
  const last = fit === null || count === null ? (fit ?? count) : Math.min(fit, count);
  return { everyMs: every, count: last, light };
}
