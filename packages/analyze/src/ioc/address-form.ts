import { type Block, blocksBetween, parseAddress, parseBlock } from './address.ts';
import type { Meaning } from './indicator.ts';

/** Three octets, and more of an address behind them. */
const BEGINS = /^[[(]?\d{1,3}(?:\.\d{1,3}){2}[.,[({]|^(?:\d{1,3}\.)+\*/;

/** Addresses that are one, a block or a range, as `198.51.100.7-20`, `198.51.100.*`, `[2001:db8::7]`; null for what is to be read in another way. */
export function addressForm(given: string): Meaning | null {
  if (!/^[\d[]|:/.test(given)) return null;
  const text = given.replace(/(?<=\d)\.$/, '');
  const address = parseAddress(/^\[(.+)\]$/.exec(text)?.[1] ?? text);
  if (address !== null) return { type: 'address', alternatives: [[{ kind: 'address', address }]] };
  const block = parseBlock(text) ?? octets(text);
  if (block !== null) return { type: 'block', alternatives: [[{ kind: 'block', ...block }]] };
  return range(text);
}

/** Why text that begins as an address is none; null when it does not, or has an ending that makes a host name of it. */
export function noAddress(text: string): string | null {
  if (!BEGINS.test(text) || /^(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*[a-z0-9]\.?$/i.test(text)) return null;
  if (/^[\d.]+\/[\d.]+$/.test(text)) return 'is no block of addresses such as 198.51.100.0/24';
  if (/^[\d.]+$/.test(text)) return 'looks like an address and is none';
  return 'begins as an address, but is no address, ADDRESS:PORT, block or range';
}

/** `198.51.100.*`, `198.51.*.*`: whole octets, and anything behind them. */
function octets(text: string): Block | null {
  const parts = text.split('.');
  const kept = parts.filter((part) => part !== '*').length;
  if (parts.length !== 4 || kept === 0 || kept === 4 || parts.slice(kept).some((part) => part !== '*')) return null;
  return parseBlock(`${parts.map((part) => (part === '*' ? '0' : part)).join('.')}/${kept * 8}`);
}

/** `FIRST-LAST`, or the last octet alone behind the dash. */
function range(text: string): Meaning | null {
  const parts = /^([0-9A-Fa-f:.]+) ?[-\u2013] ?([0-9A-Fa-f:.]+)$/.exec(text);
  const first = parseAddress(parts?.[1] ?? '');
  if (parts === null || first === null) return null;
  const [, from = '', to = ''] = parts;
  const last = parseAddress(typeof first === 'number' && /^\d{1,3}$/.test(to) ? from.replace(/\d+$/, to) : to);
  if (last === null) return null;
  const blocks = blocksBetween(first, last);
  if (blocks.length === 0) return { reason: 'is no range of addresses: its end is not behind its beginning' };
  return { type: 'range', alternatives: blocks.map((block) => [{ kind: 'block', ...block }]) };
}
