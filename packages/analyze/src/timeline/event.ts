import type { Value } from '../render/value.ts';

export const EVENT_KINDS = [
  'capture-start',
  'capture-end',
  'process-start',
  'appeared',
  'gone',
  'changed',
  'replaced',
  'first-sight',
  'last-sight',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/**
 * Something that happened at some time from `earliest` to `latest`, nanoseconds since 1970 in UTC, the operator's correction of the host's
 * clock added. `earliest` is null when nothing is known before: it was there when the first capture looked.
 */
export interface Event {
  readonly earliest: bigint | null;
  readonly latest: bigint | null;
  readonly host: Value;
  readonly kind: EventKind;
  /** capture, process, listener, socket, unix, module */
  readonly about: string;
  readonly what: Value;
  readonly pid: number | null;
  readonly captureId: number;
  readonly handle: string | null;
  /** What the time rests on. */
  readonly basis: string;
}
