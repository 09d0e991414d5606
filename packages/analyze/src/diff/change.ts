import { isUtf8 } from 'node:buffer';
import type { Value } from '../render/value.ts';

export const KINDS = ['process', 'exe', 'cwd', 'listener', 'socket', 'descriptor', 'user', 'service', 'interface', 'module'] as const;
export type Kind = (typeof KINDS)[number];

/** `replaced`: the same place, taken by another: a restarted program, an address with another socket or owner. */
export interface Change {
  readonly change: 'added' | 'removed' | 'changed' | 'replaced';
  readonly kind: Kind;
  readonly identity: Value;
  /** What differs; null when the whole thing came or went. */
  readonly field: string | null;
  readonly before: Value;
  readonly after: Value;
}

/** Something with an identity and what may change about it. A field that is null is unknown: it does not differ from anything. */
export interface Thing {
  readonly identity: Value;
  readonly fields: Readonly<Record<string, Value>>;
}

/** Compares by key. A thing that came or went is told with its fields in one cell. */
export function* compareThings(kind: Kind, before: ReadonlyMap<string, Thing>, after: ReadonlyMap<string, Thing>): Generator<Change, void> {
  for (const [key, thing] of before) {
    const other = after.get(key);
    if (other === undefined) yield { change: 'removed', kind, identity: thing.identity, field: null, before: summary(thing), after: null };
    else yield* compareFields(kind, thing, other);
  }
  for (const [key, thing] of after) {
    if (!before.has(key)) yield { change: 'added', kind, identity: thing.identity, field: null, before: null, after: summary(thing) };
  }
}

export function* compareFields(kind: Kind, before: Thing, after: Thing): Generator<Change, void> {
  for (const [field, old] of Object.entries(before.fields)) {
    const now = after.fields[field] ?? null;
    if (old === null || now === null || sameValue(old, now)) continue;
    yield { change: 'changed', kind, identity: after.identity, field, before: old, after: now };
  }
}

function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  return a === b;
}

/** The fields of a thing in one value: `name=value` and blanks between. */
function summary({ fields }: Thing): Value {
  const known = Object.entries(fields).filter(([, value]) => value !== null);
  return joined(...known.flatMap(([name, value], i) => [`${i > 0 ? ' ' : ''}${name}=`, value]));
}

/** Values one after the other, byte for byte; bytes where the whole is not text. */
export function joined(...values: readonly Value[]): Value {
  if (values.every((v) => !(v instanceof Uint8Array))) return values.map((v) => v ?? '').join('');
  const bytes = Buffer.concat(values.map((v) => (v instanceof Uint8Array ? v : Buffer.from(String(v ?? '')))));
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : bytes;
}

/** A value as part of a key: bytes and text never meet. */
export function keyPart(value: Value): string {
  return value instanceof Uint8Array ? `x${Buffer.from(value).toString('hex')}` : `${typeof value === 'string' ? 's' : 'n'}${value}`;
}
