import { UserError } from '../user-error.ts';
import type { Columns } from './csv-plan.ts';
import type { Entry } from './indicator.ts';
import { parseJson } from './json.ts';
import { looksLikeCsv, readCsv } from './read-csv.ts';
import { isMisp, readMisp } from './read-misp.ts';
import { isStix, readStix } from './read-stix.ts';
import { readText } from './read-text.ts';

export const LIST_FORMS = ['text', 'csv', 'stix', 'misp'] as const;
export type ListForm = (typeof LIST_FORMS)[number];

export interface ListOptions {
  /** How it is to be read; null to tell by its content and name. */
  readonly form: ListForm | null;
  readonly onlyToIds: boolean;
  /** Hears of each attribute of MISP that onlyToIds left out. */
  readonly withheld: () => void;
  /** Hears which columns of a table are read. */
  readonly columns: (columns: Columns) => void;
}

/** Longest list: what one string holds. */
const MAX_BYTES = 500 << 20;

/** Everything a list holds, in its order. Throws UserError when it is none of the forms. */
export function readList(bytes: Buffer, list: string, options: ListOptions): Iterable<Entry> {
  if (bytes.length > MAX_BYTES) throw new UserError(`${list}: is larger than ${MAX_BYTES >> 20} MiB`, 'split it');
  const text = decoded(bytes);
  const form = options.form ?? formOf(text, list);
  if (form === 'text') return readText(text, list);
  if (form === 'csv') return readCsv(text, list, options.columns);
  const json = parseJson(text);
  if (json === null) throw new UserError(`${list}: is no JSON`, 'plain lists and CSV: --as text, --as csv');
  if (form !== 'misp' && isStix(json.value)) return readStix(json.value, list);
  if (form !== 'stix' && isMisp(json.value)) return readMisp(json.value, list, options.onlyToIds, options.withheld);
  const names = { stix: 'no bundle of STIX', misp: 'no event of MISP', json: 'neither a bundle of STIX nor an event of MISP' };
  throw new UserError(`${list}: is JSON, but ${names[form]}`);
}

function formOf(text: string, list: string): ListForm | 'json' {
  // [2001:db8::1]:443 begins with a bracket too; a list in JSON has a brace or bracket behind it.
  if (/^\s*(?:\{|\[\s*[{[\]])/.test(text)) return 'json';
  return /\.(?:csv|tsv)$/i.test(list) || looksLikeCsv(text) ? 'csv' : 'text';
}

function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(2, bytes.length & ~1))
      .swap16()
      .toString('utf16le');
  return bytes.toString('utf8', bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
}
