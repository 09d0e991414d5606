import { parseAddress } from './address.ts';
import type { Entry, Meaning } from './indicator.ts';
import { isObject, type JsonObject, stringOf } from './json.ts';
import { address, fileName, hash, host, MEANINGS, port, refang, url } from './meaning.ts';

/** Types of attributes. Of two values with | between them each is an indicator, but an address or name with a port is one. */
const TYPES: Readonly<Record<string, (value: string) => readonly Meaning[]>> = {
  'ip-src': (v) => [address(v)],
  'ip-dst': (v) => [address(v)],
  'ip-src|port': withPort,
  'ip-dst|port': withPort,
  domain: (v) => [host(v, 'domain')],
  hostname: (v) => [host(v, 'host')],
  'hostname|port': withPort,
  'domain|ip': (v) => {
    const [name = '', ip = ''] = v.split('|');
    return [host(name, 'domain'), address(ip)];
  },
  url: (v) => [url(v)],
  uri: (v) => [url(v)],
  link: (v) => [url(v)],
  port: (v) => [port(v)],
  md5: (v) => [hash(v)],
  sha1: (v) => [hash(v)],
  sha256: (v) => [hash(v)],
  sha512: (v) => [hash(v)],
  filename: (v) => [fileName(v)],
  'filename|md5': namedHash,
  'filename|sha1': namedHash,
  'filename|sha256': namedHash,
  'filename|sha512': namedHash,
  'target-user': (v) => [MEANINGS.get('user')?.(v) ?? { reason: 'is no user' }],
};

/** What a type of MISP makes of a value, in the lists that its tables are; undefined when it is not among those looked for. */
export function meaningsOfType(type: string): ((value: string) => readonly Meaning[]) | undefined {
  return Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
}

function withPort(value: string): readonly Meaning[] {
  const [place = '', number = ''] = value.split('|');
  const [a, b] = [place.includes('/') || parseAddress(place) !== null ? address(place) : host(place, 'host'), port(number)];
  if ('reason' in a) return [a];
  if ('reason' in b) return [b];
  const terms = [...(a.alternatives[0] ?? []), ...(b.alternatives[0] ?? [])].map((term) => ({ ...term, end: 'dst' as const }));
  return [{ type: `${a.type} and port`, alternatives: [terms] }];
}

function namedHash(value: string): readonly Meaning[] {
  const at = value.lastIndexOf('|');
  return [fileName(value.slice(0, Math.max(at, 0))), hash(value.slice(at + 1))];
}

/** An event, a list of them, what a search gives, or attributes alone. */
export function isMisp(value: unknown): boolean {
  return [...attributesOf(value, 0)].length > 0 || (isObject(value) && ('Event' in value || 'response' in value || 'Attribute' in value));
}

/** `onlyToIds`: leave out attributes that are not meant for detection (`to_ids` false); `withheld` hears how many. */
export function* readMisp(value: unknown, list: string, onlyToIds: boolean, withheld: () => void): Generator<Entry, void> {
  for (const { attribute, event } of attributesOf(value, 0)) {
    if (onlyToIds && attribute['to_ids'] !== true && attribute['to_ids'] !== '1') withheld();
    else yield* attributeEntries(attribute, event, list);
  }
}

interface Found {
  readonly attribute: JsonObject;
  /** What the event is about. */
  readonly event: string | null;
}

const MAX_DEPTH = 8;

function* attributesOf(value: unknown, depth: number, event: string | null = null): Generator<Found, void> {
  if (depth > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const item of value) yield* attributesOf(item, depth + 1, event);
  } else if (isObject(value)) {
    if (typeof value['type'] === 'string' && /^(?:string|number)$/.test(typeof value['value'])) return yield { attribute: value, event };
    const info = stringOf(value['info']) ?? event;
    for (const key of ['response', 'Event', 'Attribute', 'Object']) yield* attributesOf(value[key], depth + 1, info);
  }
}

function* attributeEntries(attribute: JsonObject, event: string | null, list: string): Generator<Entry, void> {
  const place = stringOf(attribute['uuid']) ?? stringOf(attribute['id']) ?? 'attribute without an id';
  const type = String(attribute['type']);
  const written = String(attribute['value']).trim();
  if (attribute['deleted'] === true || attribute['deleted'] === '1')
    return yield { list, place, text: written, reason: 'was deleted in MISP' };
  const take = meaningsOfType(type);
  if (take === undefined)
    return yield { list, place, text: written, reason: `attributes of the type ${type.slice(0, 40)} are not looked for` };
  const text = refang(written);
  const meanings = take(text);
  for (const meaning of meanings) if ('reason' in meaning) yield { list, place, text: written, reason: `as ${type}: ${meaning.reason}` };
  const alternatives = meanings.flatMap((meaning) => ('reason' in meaning ? [] : meaning.alternatives));
  const about = [stringOf(attribute['comment']), event].filter((part) => part !== null && part !== '').join('; ') || null;
  if (alternatives.length > 0) yield { indicator: { text, type, list, place, about }, alternatives };
}
