import { BlockList, isIP } from 'node:net';
import type Database from 'better-sqlite3';
import type { Value } from '../render/value.ts';
import { commandDigest, pathShape, pathVersionless, programKey } from './lasting.ts';
import { DELETED, textOf } from './text-of.ts';

/** A function that SQL over a case may call besides SQLite's own: one sentence each, for docs/SCHEMA.md and docs/RULES.md. */
export interface SqlFunction {
  readonly name: string;
  readonly signature: string;
  readonly doc: string;
  readonly call: (...args: Value[]) => Value;
}

/** Special-purpose blocks of RFC 6890 and its successors, as far as a responder asks; the first that holds an address names it. */
export const CLASSES: readonly (readonly [name: string, blocks: readonly string[]])[] = [
  ['unspecified', ['0.0.0.0/8', '::/128']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  ['documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32']],
  ['reserved', ['240.0.0.0/4', '192.0.0.0/24', '198.18.0.0/15', '100::/64']],
];

const LISTS: readonly (readonly [string, BlockList])[] = CLASSES.map(([name, blocks]) => {
  const list = new BlockList();
  for (const block of blocks) addBlock(list, block);
  return [name, list];
});

/** False when the text is no block. */
function addBlock(list: BlockList, text: string): boolean {
  const parts = /^([0-9A-Fa-f.:]{2,45})\/(\d{1,3})$/.exec(text);
  const address = parts?.[1] ?? '';
  const family = isIP(address);
  const bits = Number(parts?.[2]);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return false;
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return true;
}

/** An IPv4 address that stands in an IPv6 socket (`::ffff:1.2.3.4`) counts as the IPv4 address it is. */
function plain(address: Value): string | null {
  if (typeof address !== 'string') return null;
  const text = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(text) === 0 ? null : text;
}

function ipClass(address: Value): Value {
  const text = plain(address);
  if (text === null) return null;
  const family = isIP(text) === 4 ? 'ipv4' : 'ipv6';
  return LISTS.find(([, list]) => list.check(text, family))?.[0] ?? 'public';
}

function inCidr(address: Value, block: Value): Value {
  const text = plain(address);
  const list = new BlockList();
  if (text === null || typeof block !== 'string' || !addBlock(list, block)) return null;
  return list.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6') ? 1 : 0;
}

function pathBase(path: Value): Value {
  const text = textOf(path);
  return text === null ? null : text.replace(DELETED, '').replace(/^.*\//s, '');
}

function pathUnder(path: Value, directories: Value): Value {
  const text = textOf(path);
  if (text === null || typeof directories !== 'string') return null;
  return directories.split(' ').some((dir) => text === dir || text.startsWith(`${dir}/`)) ? 1 : 0;
}

/** Compiled once: a rule asks the same of every row. Forgotten when there are many, as when a pattern is made from rows. */
const MOST_PATTERNS = 1000;
const patterns = new Map<string, RegExp>();

/** `value REGEXP pattern` calls regexp(pattern, value). */
function regexp(pattern: Value, value: Value): Value {
  const text = textOf(value);
  if (text === null || typeof pattern !== 'string') return null;
  const known = patterns.get(pattern) ?? new RegExp(pattern, 's');
  if (patterns.size >= MOST_PATTERNS) patterns.clear();
  patterns.set(pattern, known);
  return known.test(text) ? 1 : 0;
}

function handle(capture: Value, source: Value, line: Value): Value {
  return source === null || capture === null ? null : `${capture}:${source}${line === null ? '' : `:${line}`}`;
}

export const SQL_FUNCTIONS: readonly SqlFunction[] = [
  {
    name: 'ip_class',
    signature: 'ip_class(address)',
    doc: `What kind of address it is: ${CLASSES.map(([name]) => name).join(', ')} or public; NULL when it is none. ::ffff:1.2.3.4 counts as 1.2.3.4.`,
    call: ipClass,
  },
  {
    name: 'in_cidr',
    signature: 'in_cidr(address, block)',
    doc: '1 when the block, as 10.0.0.0/8, holds the address, else 0.',
    call: inCidr,
  },
  { name: 'path_base', signature: 'path_base(path)', doc: 'What follows the last slash, without " (deleted)".', call: pathBase },
  {
    name: 'path_under',
    signature: 'path_under(path, directories)',
    doc: '1 when the path is one of these directories (blank separated) or lies below one, else 0.',
    call: pathUnder,
  },
  {
    name: 'path_versionless',
    signature: 'path_versionless(path)',
    doc: 'The path without " (deleted)" and with ~ for versions, commits and hashes of a store in the names: the same for two releases of a program.',
    call: pathVersionless,
  },
  {
    name: 'path_shape',
    signature: 'path_shape(path)',
    doc: 'The path without " (deleted)" and with ~ for the parts of its names that are numbers or look chosen by chance.',
    call: pathShape,
  },
  {
    name: 'program_key',
    signature: 'program_key(path, cmdline)',
    doc: 'The path without " (deleted)"; for shells, interpreters and tools that do what their arguments say with @ and command_digest(cmdline) behind it.',
    call: programKey,
  },
  {
    name: 'command_digest',
    signature: 'command_digest(cmdline)',
    doc: '16 hexadecimal digits of the SHA-256 of a command line, in which UUIDs and names of mktemp count as one: for keys of findings.',
    call: commandDigest,
  },
  {
    name: 'regexp',
    signature: 'value REGEXP pattern',
    doc: '1 when a part of the value matches, in the syntax of JavaScript; bytes that are not UTF-8 count one character each.',
    call: regexp,
  },
  {
    name: 'handle',
    signature: 'handle(capture_id, source_id, line)',
    doc: 'What coldstat raw takes to show the bytes; NULL without a source.',
    call: handle,
  },
];

/** Gives a connection these functions. They look at their arguments alone. */
export function registerFunctions(db: Database.Database): void {
  for (const { name, call } of SQL_FUNCTIONS) db.function(name, { deterministic: true }, call as (...args: unknown[]) => unknown);
}
