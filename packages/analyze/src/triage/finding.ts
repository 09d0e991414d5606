import { isUtf8 } from 'node:buffer';
import { undeleted } from '../db/deleted.ts';
import type { Value } from '../render/value.ts';
import { UserError } from '../user-error.ts';
import type { Rule } from './rule.ts';

export type Row = Readonly<Record<string, Value>>;

/** A row that a rule found. */
export interface Finding {
  readonly rule: Rule;
  readonly captureId: number;
  /** The capture it was compared with. */
  readonly beforeId: number | null;
  /** Text with the values of the host in it, to be rendered like any other value. */
  readonly sentence: Value;
  /** `RULE:VALUE|VALUE`, in printable ASCII without blanks. */
  readonly key: string;
  /** What coldstat raw takes for each row it rests on. */
  readonly evidence: readonly string[];
  readonly row: Row;
}

/** Throws UserError when the SQL does not give a column that the rule names. */
export function findingOf(rule: Rule, row: Row, captureId: number, beforeId: number | null): Finding {
  const column = (field: string, name: string): Value => {
    const value = row[name];
    if (value === undefined) throw new UserError(`${rule.file}: ${field}: the SQL gives no column ${name}`);
    return value;
  };
  return {
    rule,
    captureId,
    beforeId,
    sentence: sentence(rule.finding, (name) => column('finding', name)),
    key: `${rule.id}:${rule.key.map((name) => keyText(column('key', name))).join('|')}`,
    evidence: [...new Set(rule.evidence.flatMap((name) => handles(column('evidence', name))))],
    row,
  };
}

function sentence(template: string, column: (name: string) => Value): Value {
  const parts = template.split(/\{([a-z_0-9]+)\}/).map((part, i) => (i % 2 === 0 ? part : (column(part) ?? 'unknown')));
  if (!parts.some((part) => part instanceof Uint8Array)) return parts.join('');
  const bytes = Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? Buffer.from(part) : Buffer.from(String(part)))));
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
}

/** Every byte that is not plainly visible, and those with a meaning in a suppression file, as %XX; a path is the same after an upgrade has deleted its file. */
function keyText(value: Value): string {
  const named = undeleted(value);
  const bytes = named === null ? Buffer.from('-') : named instanceof Uint8Array ? Buffer.from(named) : Buffer.from(String(named));
  let text = '';
  for (const b of bytes)
    text +=
      b > 0x20 && b < 0x7f && !'%*?|#\\'.includes(String.fromCharCode(b)) ? String.fromCharCode(b) : `%${b.toString(16).padStart(2, '0')}`;
  return text;
}

const HANDLE = /^[1-9]\d{0,8}:[1-9]\d{0,8}(:[1-9]\d{0,9})?$/;

/** A handle, or several as a JSON array, as the table marks has them. */
function handles(value: Value): string[] {
  if (typeof value !== 'string') return [];
  return (/^\[("[\d:]*",?)*\]$/.test(value) ? (JSON.parse(value) as string[]) : [value]).filter((text) => HANDLE.test(text));
}
