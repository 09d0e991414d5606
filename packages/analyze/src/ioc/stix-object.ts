import { parseAddress, parseBlock } from './address.ts';
import type { End, Refused, Term } from './indicator.ts';
import { hash, hostName, port, url } from './meaning.ts';

/** What is said of an end of a connection besides its value; see settled(). */
interface RefType {
  readonly kind: 'ref-type';
  readonly text: string;
  readonly end: End;
}

export type Draft = readonly (Term | RefType)[] | Refused;

type Told = readonly Term[] | Refused;

const wrong = (reason: string): Refused => ({ reason });

/** What `PATH OPERATOR 'VALUE'` of a STIX pattern asks of a row. */
export function termsOfComparison(path: string, operator: string, value: string): Draft {
  const property = path.replace(/^network-traffic:(src|dst)_ref\.value$/, '$1').replaceAll("'", '');
  if (operator === 'ISSUBSET' && /^(?:ipv[46]-addr:value|src|dst)$/.test(property)) return addressTerm(value, property);
  if (operator !== '=' && operator !== '==' && operator !== 'IN')
    return wrong(`${operator} with ${path}: only = and IN, and ISSUBSET of addresses`);
  const end = /^network-traffic:(src|dst)_ref\.type$/.exec(property)?.[1] as End | undefined;
  if (end !== undefined) return [{ kind: 'ref-type', text: value, end }];
  const known = PROPERTIES[property] ?? hashProperty(property);
  return known === undefined ? wrong(`${path} is not among what coldstat looks for`) : known(value, property);
}

/**
 * `network-traffic:dst_ref.type = 'ipv4-addr'` tells what the value beside it is, which the value tells by itself: the type goes when the two agree.
 * Alone it is no indicator.
 */
export function settled(draft: Draft): readonly Term[] | Refused {
  if ('reason' in draft) return draft;
  const terms = draft.filter((term) => term.kind !== 'ref-type');
  for (const said of draft) {
    if (said.kind !== 'ref-type') continue;
    const value = terms.find(({ kind, end }) => end === said.end && (kind === 'address' || kind === 'block' || kind === 'host'));
    const name = `network-traffic:${said.end}_ref`;
    if (value === undefined) return wrong(`${name}.type is understood only beside ${name}.value`);
    if (typeOf(value) !== said.text) return wrong(`${name}.value is no ${said.text.slice(0, 40)}, as its type says`);
  }
  return terms;
}

function typeOf(term: Term): string {
  const address = term.kind === 'address' ? term.address : term.kind === 'block' ? term.base : null;
  return address === null ? 'domain-name' : typeof address === 'number' ? 'ipv4-addr' : 'ipv6-addr';
}

const text =
  (kind: 'file' | 'name' | 'command' | 'user' | 'path'): ((value: string) => Told) =>
  (value) =>
    value === '' ? wrong('compares with nothing') : [{ kind, text: value }];

const PROPERTIES: Readonly<Record<string, (value: string, property: string) => Told>> = {
  'ipv4-addr:value': addressTerm,
  'ipv6-addr:value': addressTerm,
  src: endTerm,
  dst: endTerm,
  'network-traffic:src_port': (value) => portTerm(value, 'src'),
  'network-traffic:dst_port': (value) => portTerm(value, 'dst'),
  'network-traffic:protocols[*]': (value) =>
    /^(?:tcp|udp)$/i.test(value)
      ? [{ kind: 'protocol', text: value.toLowerCase() }]
      : wrong(`the protocol ${value.slice(0, 40)} is in no table of sockets`),
  'domain-name:value': hostTerm,
  'url:value': (value) => {
    const meaning = url(value);
    return 'reason' in meaning ? wrong(meaning.reason) : (meaning.alternatives[0] ?? wrong('is no URL'));
  },
  'file:name': (value) => (value.startsWith('/') ? text('path')(value) : text('file')(value)),
  'directory:path': text('path'),
  'process:name': text('name'),
  'process:image_ref.name': text('file'),
  'process:command_line': text('command'),
  'user-account:user_id': text('user'),
  'user-account:account_login': text('user'),
};

const LENGTHS: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64, sha512: 128 };

function hashProperty(property: string): ((value: string) => Told) | undefined {
  const algorithm = /^(?:file|artifact):hashes\.(.+)$/.exec(property)?.[1]?.toLowerCase().replaceAll(/[-_]/g, '');
  if (algorithm === undefined) return undefined;
  return (value) => {
    if (LENGTHS[algorithm] === undefined) return wrong(`hashes of the kind ${algorithm.slice(0, 20)} are in no capture`);
    const meaning = value.length === LENGTHS[algorithm] ? hash(value) : wrong('is no hash of its kind');
    return 'reason' in meaning ? wrong(meaning.reason) : (meaning.alternatives[0] ?? wrong('is no hash'));
  };
}

function addressTerm(value: string, property: string): Told {
  const end = property === 'src' || property === 'dst' ? { end: property as End } : {};
  const address = parseAddress(value);
  if (address !== null) return [{ kind: 'address', address, ...end }];
  const block = parseBlock(value);
  return block === null ? wrong(`${value.slice(0, 60)} is no address`) : [{ kind: 'block', ...block, ...end }];
}

function endTerm(value: string, property: string): Told {
  const told = addressTerm(value, property);
  if (!('reason' in told)) return told;
  const name = hostName(value);
  return name === null || /^[\d.]+$/.test(name) ? told : [{ kind: 'host', text: name, end: property as End }];
}

function hostTerm(value: string): Told {
  const name = hostName(value);
  return name === null ? wrong(`${value.slice(0, 60)} is no host name`) : [{ kind: 'host', text: name }];
}

function portTerm(value: string, end: End): Told {
  const meaning = port(value);
  if ('reason' in meaning) return wrong(meaning.reason);
  return [{ kind: 'port', port: Number(value), end }];
}
