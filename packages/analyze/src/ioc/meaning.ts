import { domainToASCII } from 'node:url';
import { parseAddress } from './address.ts';
import { addressForm } from './address-form.ts';
import type { Meaning, Term } from './indicator.ts';

/** Takes back what people write so that nobody clicks: hxxp, [.], (dot), [:], [@]. */
export function refang(text: string): string {
  if (!/[[({]|^\s*(?:hxx|fxp|meow)/i.test(text)) return text;
  return text
    .replace(/[[({](?:\.|dot)[\])}]/gi, '.')
    .replace(/[[({]:(?:\/\/)?[\])}]/g, (m) => (m.includes('//') ? '://' : ':'))
    .replace(/[[({](?:@|at)[\])}]/gi, '@')
    .replace(/\[\.|\.\]/g, '.')
    .replace(/^(\s*)(?:hxxp|meow)(s?)(?=:)/i, '$1http$2')
    .replace(/^(\s*)fxp(s?)(?=:)/i, '$1ftp$2');
}

const refused = (reason: string): Meaning => ({ reason });
const one = (type: string, ...terms: readonly Term[]): Meaning => ({ type, alternatives: [terms] });

/** Small letters, without the dot at the end, other letters than ASCII as in DNS; null when it can be no host name. */
export function hostName(text: string): string | null {
  const ascii = /^[\0-~]*$/.test(text) ? text : domainToASCII(text);
  const name = ascii.toLowerCase().replace(/\.$/, '');
  return name.length < 254 && /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(name)
    ? name
    : null;
}

/** `ADDRESS:PORT`, `[ADDRESS]:PORT`, `HOST:PORT`; `|` for the colon. Null when it is none. */
export function endpoint(text: string): Meaning | null {
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:|\s]+|[0-9A-Fa-f:.]+(?=\|)))[:|](\d{1,5})$/.exec(text);
  const number = portNumber(parts?.[3] ?? '');
  const place = parts?.[1] ?? parts?.[2] ?? '';
  if (number === null) return null;
  const address = parseAddress(place);
  const behind = { kind: 'port', port: number, end: 'dst' } as const;
  if (address !== null) return one('address and port', { kind: 'address', address, end: 'dst' }, behind);
  const host = hostName(place);
  return host?.includes('.') && !/^[\d.]+$/.test(host) ? one('host and port', { kind: 'domain', text: host, end: 'dst' }, behind) : null;
}

function portNumber(text: string): number | null {
  const number = Number(text);
  return /^\d{1,5}$/.test(text) && number > 0 && number < 65536 ? number : null;
}

export function address(text: string): Meaning {
  return addressForm(text) ?? endpoint(text) ?? refused('is no address');
}

export function host(text: string, kind: 'host' | 'domain'): Meaning {
  const bare = text.replace(/^\*?\./, '');
  if (parseAddress(bare) !== null) return address(bare);
  const name = hostName(bare);
  if (name === null || /^[\d.]+$/.test(name)) return refused('is no host name');
  return one('host', { kind: bare === text ? kind : 'domain', text: name });
}

/** The host of a URL is what a capture can show: a name, an address, either with a port where the URL says one. */
export function url(text: string): Meaning {
  const parts = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@\s]*@)?(\[[0-9A-Fa-f:.]+\]|[^/?#:\s]+)(?::(\d{1,5}))?(?=[/?#]|$)/i.exec(text);
  if (parts === null) return refused('is no URL with a host');
  const place = (parts[1] ?? '').replace(/^\[|\]$/g, '');
  const inner = parseAddress(place);
  const name = hostName(place);
  const first: Term | null =
    inner !== null ? { kind: 'address', address: inner } : name === null || /^[\d.]+$/.test(name) ? null : { kind: 'host', text: name };
  if (first === null) return refused('is a URL without a host name or address');
  const number = parts[2] === undefined ? null : portNumber(parts[2]);
  if (parts[2] !== undefined && number === null) return refused('is a URL with a port that is none');
  return number === null ? one('url', first) : one('url', { ...first, end: 'dst' }, { kind: 'port', port: number, end: 'dst' });
}

export function port(text: string): Meaning {
  const protocol = /tcp|udp/i.exec(text)?.[0].toLowerCase();
  const number = portNumber(text.replace(/\/?(?:tcp|udp)\/?/i, ''));
  if (number === null) return refused('is no port from 1 to 65535');
  const term = { kind: 'port', port: number } as const;
  return protocol === undefined ? one('port', term) : one('port', term, { kind: 'protocol', text: protocol });
}

export function hash(text: string): Meaning {
  const hex = text.toLowerCase();
  if (!/^[0-9a-f]+$/.test(hex)) return refused('is no hash in hexadecimal');
  const kind = { 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' }[hex.length];
  if (kind === undefined) return refused('is no MD5, SHA-1, SHA-256 or SHA-512 by its length');
  return one(kind, { kind: kind === 'sha256' ? 'hash' : 'other-hash', text: hex });
}

const textual =
  (type: string, ...kinds: readonly ('path' | 'name' | 'file' | 'command' | 'user')[]): ((text: string) => Meaning) =>
  (text) => {
    if (text === '') return refused('is empty');
    return { type, alternatives: kinds.map((kind) => [textTerm(kind, text)]) };
  };

/** In names and paths of lists * and ? stand for others; STIX has them as they are. */
export function textTerm(kind: 'path' | 'name' | 'file' | 'command' | 'user', text: string): Term {
  const glob = (kind === 'path' || kind === 'name' || kind === 'file') && /[*?]/.test(text);
  return glob ? { kind: `${kind}-glob`, text } : { kind, text };
}

export function wholePath(text: string): Meaning {
  return text.length < 2 ? refused('is the root of all paths') : one('path', textTerm('path', text));
}

/** A file name that is a whole path is one. */
export function fileName(text: string): Meaning {
  if (text.startsWith('/')) return wholePath(text);
  return text.includes('/') || text === '' ? refused('is no name of a file') : textual('file name', 'file')(text);
}

type Reading = (text: string) => Meaning;

const READINGS: readonly (readonly [Reading, string])[] = [
  [address, 'ip:port ip-port ip ipv4 ipv6 ip-src ip-dst ipaddr ip-address address addr ipv4-addr ipv6-addr cidr net network block subnet'],
  [(text) => host(text, 'domain'), 'domain domain-name fqdn dns'],
  [(text) => host(text, 'host'), 'host hostname'],
  [url, 'url uri link'],
  [port, 'port'],
  [(text) => port(`tcp/${text}`), 'tcp'],
  [(text) => port(`udp/${text}`), 'udp'],
  [
    hash,
    'hash md5 sha1 sha256 sha512 sha-1 sha-256 filehash md5-hash sha1-hash sha256-hash sha512-hash filehash-md5 filehash-sha1 filehash-sha256',
  ],
  [textual('path', 'path'), 'path filepath file-path'],
  [fileName, 'file filename file-name'],
  [textual('name', 'name'), 'process comm process-name module'],
  [textual('name', 'name', 'file'), 'name'],
  [textual('command', 'command'), 'command cmdline command-line'],
  [textual('user', 'user'), 'user uid account username user-account target-user'],
];

/** Words for a type: before a colon in a plain list, in the type column of CSV. */
export const MEANINGS: ReadonlyMap<string, Reading> = new Map(
  READINGS.flatMap(([meaning, words]) => words.split(' ').map((word): [string, Reading] => [word, meaning])),
);
