import { MEANINGS } from './meaning.ts';

/** What a word in a header makes of its column; `type` is a word of MEANINGS, `end` of which end of a connection it tells. */
export type Role =
  | { readonly kind: 'value' | 'type' | 'about' | 'other' }
  | { readonly kind: 'typed' | 'port'; readonly type: string; readonly end: string };

const squeezed = (cell: string): string => cell.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const VALUE = set('value indicator ioc observable indicatorvalue iocvalue observablevalue');
const TYPE = set('type kind indicatortype ioctype observabletype valuetype categorytype');
const ABOUT = set(
  `description comment comments about info note notes malware threat tag tags reference references malwareprintable malwarealias malwarefamily family
  signature threattype listingreason reason label title campaign actor malwarename threatname link urlhauslink referenceurl reporturl sourceurl`.replaceAll(
    /\s+/g,
    ' ',
  ),
);
/** Parts of names of columns that no feed has indicators in: times, numbers, places, where it is from. */
const OTHER = set(
  `id uid uuid guid date time timestamp created modified updated added seen online status state confidence score level count rank severity priority tlp
  country city region asn as org isp whois reporter source feed provider category protocol proto version type anonymous compromised age`.replaceAll(
    /\s+/g,
    ' ',
  ),
);

const THINGS =
  'ip|ipv4|ipv6|ipaddress|ipaddr|address|addr|ipport|port|host|hostname|domain|domainname|fqdn|url|uri|md5|sha1|sha256|sha512|hash|md5hash|sha1hash|sha256hash|filehash';
const THING = new RegExp(`^(?:${THINGS})$`);
const SIDED = new RegExp(`^(dst|dest|destination|remote|c2|server|target|src|source|local|client|attacker|malicious)(${THINGS})$`);
const ENDS: Readonly<Record<string, string>> = { dest: 'dst', destination: 'dst', remote: 'dst', source: 'src', local: 'src' };

/** Types by the word of a column, without the words for which a column of a feed has something else. */
const TYPES: ReadonlyMap<string, string> = new Map(
  [...MEANINGS.keys()].filter((word) => !/^(?:uid|link|account)$/.test(word)).map((word) => [squeezed(word), word]),
);

/** Null for a word that is not known; what is in the column tells then. */
export function roleOf(cell: string): Role | null {
  const name = squeezed(cell);
  if (VALUE.has(name)) return { kind: 'value' };
  if (TYPE.has(name)) return { kind: 'type' };
  if (ABOUT.has(name)) return { kind: 'about' };
  const words = cell
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  const sided = SIDED.exec(name);
  if (sided !== null) return typed(sided[2] ?? '', ENDS[sided[1] ?? ''] ?? sided[1] ?? '');
  if (TYPES.has(name) || THING.test(name)) return typed(name, '');
  if (words.length > 1 && THING.test(last)) return typed(last, words.slice(0, -1).join(' '));
  if (words.some((word) => OTHER.has(word)) || /^(?:first|last|date|time)|(?:date|time|seen|added|utc)$/.test(name))
    return { kind: 'other' };
  return null;
}

function typed(thing: string, end: string): Role {
  if (thing === 'port') return { kind: 'port', type: 'port', end };
  return { kind: 'typed', type: TYPES.get(thing) ?? thing, end };
}
