import { terminal } from '../render/cell.ts';
import type { Event } from '../timeline/event.ts';

/**
 * One line an event in the form that mactime of The Sleuth Kit reads: MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime, whole seconds since 1970.
 * The earliest time at which it may have been stands as crtime, the birth of what the line names, the latest as the other three: mactime has no word for none.
 * Events without a time have no line; `untimed` gets them.
 */
export function* bodyfileLines(events: Iterable<Event>, untimed: (event: Event) => void): Generator<string, void> {
  for (const event of events) {
    const birth = seconds(event.earliest ?? event.latest);
    const latest = seconds(event.latest) ?? birth;
    if (birth === null) {
      untimed(event);
      continue;
    }
    const name =
      terminal(`[${event.about} ${event.kind}] `, 'utf8') +
      terminal(event.what, 'utf8') +
      terminal(` (host ${terminal(event.host)})`, 'utf8');
    yield `0|${name.replaceAll('|', '\\x7c')}|${event.pid ?? 0}|----------|0|0|0|${latest}|${latest}|${latest}|${birth}\n`;
  }
}

/** mactime takes 0 for no time and knows none before. */
function seconds(ns: bigint | null): bigint | null {
  return ns === null || ns < 1_000_000_000n ? null : ns / 1_000_000_000n;
}
