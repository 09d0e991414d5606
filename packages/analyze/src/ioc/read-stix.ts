import type { Entry } from './indicator.ts';
import { isObject, type JsonObject, listOf, stringOf } from './json.ts';
import { parsePattern, understood } from './stix-pattern.ts';

/** A STIX 2.1 bundle, or one indicator. */
export function isStix(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  return value['type'] === 'bundle' || (value['type'] === 'indicator' && typeof value['pattern'] === 'string');
}

/** Indicators of a bundle; its other objects are no indicators. Times of validity are not looked at: there is no clock in an answer. */
export function* readStix(bundle: JsonObject, list: string): Generator<Entry, void> {
  for (const object of bundle['type'] === 'bundle' ? listOf(bundle['objects']) : [bundle]) {
    if (isObject(object) && object['type'] === 'indicator') yield* indicatorOf(object, list);
  }
}

function* indicatorOf(object: JsonObject, list: string): Generator<Entry, void> {
  const place = stringOf(object['id']) ?? 'indicator without an id';
  const pattern = stringOf(object['pattern']);
  const text = pattern ?? '';
  const kind = object['pattern_type'];
  if (object['revoked'] === true) return yield { list, place, text, reason: 'was revoked' };
  if (kind !== undefined && kind !== 'stix')
    return yield { list, place, text, reason: `is a pattern of ${String(kind).slice(0, 20)}, not of STIX` };
  if (pattern === null) return yield { list, place, text, reason: 'has no pattern' };
  const parsed = parsePattern(pattern);
  if ('reason' in parsed) return yield { list, place, text, reason: parsed.reason };
  for (const alternative of parsed) {
    if ('reason' in alternative)
      yield { list, place, text, reason: parsed.length > 1 ? `in part: ${alternative.reason}` : alternative.reason };
  }
  const meaning = understood(parsed);
  if (meaning === null) return;
  const about = stringOf(object['name']) ?? stringOf(object['description']);
  yield { indicator: { text, type: meaning.type, list, place, about }, alternatives: meaning.alternatives };
}
