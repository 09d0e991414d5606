import { jsonValue, terminal } from '../render/cell.ts';
import type { Event } from '../timeline/event.ts';
import { isoMicroseconds } from './time.ts';

/** OpenSearch indexes no longer keyword than this (bytes); longer messages would be found by nobody. */
const LONGEST = 32_766;

/**
 * One JSON object a line with the fields that Timesketch demands (message, datetime, timestamp_desc) and the rest as attributes. `datetime` is the earliest
 * time at which it may have happened, else the latest; both stand in the attributes. Events without any time cannot be told to Timesketch: `untimed` gets them.
 */
export function* timesketchLines(events: Iterable<Event>, untimed: (event: Event) => void): Generator<string, void> {
  for (const event of events) {
    const [earliest, latest] = [event.earliest, event.latest].map((ns) => (ns === null ? null : isoMicroseconds(ns)));
    const datetime = earliest ?? latest ?? null;
    if (datetime === null) {
      untimed(event);
      continue;
    }
    const host = terminal(event.host, 'utf8');
    const message = cut(`${event.about} ${event.kind}: ${terminal(event.what, 'utf8')}`);
    const fields: readonly (readonly [string, string | number | null])[] = [
      ['message', message],
      ['datetime', datetime],
      ['timestamp_desc', described(event)],
      ['data_type', `coldstat:${event.about}:${event.kind}`],
      ['host', host],
      ['pid', event.pid],
      ['earliest', earliest ?? null],
      ['latest', latest ?? null],
      ['basis', event.basis],
      ['capture', event.captureId],
      ['handle', event.handle],
    ];
    const told = fields.filter(([, value]) => value !== null);
    yield `{${told.map(([name, value]) => `${JSON.stringify(name)}:${jsonValue(value)}`).join(',')}}\n`;
  }
}

/** What the time means: that of an event, or the bounds of one. */
function described({ kind, earliest, latest }: Event): string {
  const word = kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll('-', ' ');
  if (earliest === latest) return word;
  return earliest === null ? `${word} (at the latest)` : `${word} (at the earliest)`;
}

function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= LONGEST) return text;
  const mark = ` [cut, ${bytes.length} bytes]`;
  // Not within a character.
  let end = LONGEST - Buffer.byteLength(mark);
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end) + mark;
}
