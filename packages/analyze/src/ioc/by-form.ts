import { parseAddress } from './address.ts';
import { addressForm, noAddress } from './address-form.ts';
import type { Meaning, Term } from './indicator.ts';
import { endpoint, hash, host, hostName, MEANINGS, port, textTerm, url, wholePath } from './meaning.ts';

/** Longer text is no indicator. */
const MAX_TEXT = 4096;

const refused = (reason: string): Meaning => ({ reason });

/** What text means by its form alone. A type before a colon takes what is behind it as it stands; else quotes and commas around it are not part of it. */
export function meaningByForm(given: string): Meaning {
  if (given.length > MAX_TEXT) return refused(`is longer than ${MAX_TEXT} characters`);
  const address = parseAddress(given);
  if (address !== null) return { type: 'address', alternatives: [[{ kind: 'address', address }]] };
  const typed = /^([a-z][a-z0-9_-]{1,15}):(?!\/\/)\s*(\S.*)$/i.exec(given);
  const named = typed === null ? undefined : MEANINGS.get((typed[1] ?? '').toLowerCase());
  if (named !== undefined) return named(typed?.[2] ?? '');
  const text = trimmed(given);
  if (text === '') return refused('is empty');
  if (text !== given) return meaningByForm(text);
  if (/^[0-9A-Fa-f]{32,128}$/.test(text)) return hash(text);
  if (text.startsWith('/') || text.startsWith('@/')) return several(text, /[,;|"]/) ?? wholePath(text);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return several(text, /[\s|"<>]|[,;][a-z]+:\/\//i) ?? url(text);
  if (/^:?\d+$/.test(text)) return port(text.replace(':', ''));
  if (/^(?:tcp|udp)\/\d{1,5}$|^\d{1,5}\/(?:tcp|udp)$/i.test(text)) return port(text);
  const addresses = addressForm(text);
  if (addresses !== null) return addresses;
  return text.includes('/') ? withSlash(text) : (endpoint(text) ?? word(text));
}

/** Without the quotes, brackets and separators of the text an indicator was taken from. */
function trimmed(text: string): string {
  const bare = text.replace(/^["'`<\u00ab\u2018-\u201f\u200b\ufeff]+/, '').replace(/["'`>,;\u00bb\u2018-\u201f\u200b\ufeff]+$/, '');
  // (sd-pam) is a name with its brackets.
  return /^\([^()]*[.:/][^()]*\)$/.test(bare) ? bare.slice(1, -1) : bare;
}

/** More than one thing in a line, or a row of a table. */
function several(text: string, marks: RegExp): Meaning | null {
  const found = marks.exec(text)?.[0][0];
  if (found === undefined) return null;
  return refused(
    `has ${/\s/.test(found) ? 'blanks' : found}: one indicator a line; tables by --as csv, what is really so by a type, as in name:TEXT or path:TEXT`,
  );
}

/** `evil.example/path`, a URL that lost its scheme; anything else with a slash is a path that begins nowhere. */
function withSlash(text: string): Meaning {
  const slash = text.indexOf('/');
  const place = text.slice(0, slash).replace(/:\d+$/, '');
  const address = parseAddress(place.replace(/^\[|\]$/g, '')) !== null;
  // What a prefix would be is no path: 198.51.100.0/24:443.
  const block = /^[\d.]+\/\d[\d.]*$/.test(text) || (address && /^\d{1,3}(?![\w./-])/.test(text.slice(slash + 1)));
  if (!block && (address || hostName(place)?.includes('.'))) {
    const lost = url(`http://${text}`);
    if (!('reason' in lost)) return several(text, /[\s|"<>,;]/) ?? covering(lost);
  }
  if (/^[0-9a-f:.]+\/\d+$/i.test(text)) return refused('is no block of addresses such as 198.51.100.0/24');
  return refused(noAddress(text) ?? 'has a slash and is neither a block, nor a URL, nor a whole path');
}

/** A host that no scheme makes the one of a URL stands for those below it as well. */
function covering(meaning: Extract<Meaning, { type: string }>): Meaning {
  const domain = (term: Term): Term => (term.kind === 'host' ? { ...term, kind: 'domain' } : term);
  return { type: meaning.type, alternatives: meaning.alternatives.map((terms) => terms.map(domain)) };
}

/** First lines of lists that were a table of one column. */
const HEADER = /^(?:value|indicators?|iocs?|observables?|i(?:p|oc)[ _-](?:addr(?:ess)?|value)|ips|domains|hosts|urls|hashes|ports)$/i;

/** A word may name a process or a file; with a dot, as in payload.sh, a host as well. */
function word(text: string): Meaning {
  if (/\s/.test(text)) return refused('has blanks: say what it is, as in command:TEXT or path:TEXT');
  // -198.51.100.7 and {198.51.100.7} begin as one too.
  const reason = noAddress(text.replace(/^[^\p{L}\p{N}[]+/u, ''));
  if (reason !== null) return refused(reason);
  if (/^[\d.]*\d[\d.]*$/.test(text)) return refused('looks like an address and is none');
  if (/^\d{4}-\d\d-\d\d/.test(text)) return refused('is a date');
  const more = several(text, /[,;|"#=<>]/);
  if (more !== null) return more;
  if (text.includes(':')) return refused('is neither an address nor one of the types before a colon');
  if (/^(?:AS\d+|CVE-\d+-\d+|0x[0-9a-f]+|[^\p{L}]*)$/iu.test(text)) return refused('is a number or sign: say what it is, as in name:TEXT');
  if (HEADER.test(text) || MEANINGS.has(text.toLowerCase())) return refused('is a word for a type: of a process or file say name:TEXT');
  if (text.includes('\\')) return refused('has a backslash, as no name does');
  if (text.includes('@')) return refused('mail addresses are in no capture');
  const name: Term[][] = [[textTerm('name', text)], [textTerm('file', text)]];
  const below = /^(?:\*\.[^*?[]+|\.[^*?[]+\.[^*?[]+)$/.test(text) ? host(text, 'domain') : null;
  if (below !== null && !('reason' in below)) return { type: 'host or name', alternatives: [...below.alternatives, ...name] };
  const asHost = text.includes('.') ? hostName(text) : null;
  if (asHost === null) return { type: 'name', alternatives: name };
  return { type: 'host or name', alternatives: [[{ kind: 'domain', text: asHost }], ...name] };
}
