import { isUtf8 } from 'node:buffer';
import type { Value } from '../render/value.ts';

/** In the order in which a responder asks, and in which differences are told. */
export const KINDS = [
  'listener',
  'outbound',
  'process',
  'exe',
  'cwd',
  'user',
  'module',
  'interface',
  'route',
  'service',
  'mount',
  'namespace',
  'socket',
  'unix',
  'descriptor',
] as const;
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
  /** What the thing is called without the numbers that the next capture will not have: pids, inodes, ports that the kernel chose. */
  readonly stable: Value;
  /** Of a process, what is asked first: who it runs as, under whom, from which file. Null for other things. */
  readonly about: Value;
  /** Handles of the rows it rests on, for coldstat raw; null where there is no row. */
  readonly beforeAt: string | null;
  readonly afterAt: string | null;
}

/** Something with an identity and what may change about it. A field that is null is unknown: it does not differ from anything. */
export interface Thing {
  readonly identity: Value;
  readonly stable: Value;
  /** Handle of its row. */
  readonly at: string | null;
  readonly fields: Readonly<Record<string, Value>>;
  /** What is said when the whole came or went; the fields when it is absent. */
  readonly told?: Value;
  /** Change.about; only asked of things that are told of. */
  readonly about?: () => Value;
}

/** Whether something was not there when a capture was made that lacks it; else that is unknown. */
export interface Absent<T> {
  readonly before: (thing: T) => boolean;
  readonly after: (thing: T) => boolean;
}

/** Compares by key. A thing that came or went is told with its fields in one cell; what one capture could not see neither came nor went. */
export function* compareThings<T extends Thing>(
  kind: Kind,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  absent: Absent<T>,
): Generator<Change, void> {
  for (const [key, thing] of before) {
    const other = after.get(key);
    if (other !== undefined) yield* compareFields(kind, thing, other);
    else if (absent.after(thing)) yield gone(kind, thing, summary(thing));
  }
  for (const [key, thing] of after) {
    if (!before.has(key) && absent.before(thing)) yield came(kind, thing, summary(thing));
  }
}

type Named = Pick<Thing, 'identity' | 'stable' | 'at' | 'about'>;

export function gone(kind: Kind, { identity, stable, at, about }: Named, before: Value): Change {
  return {
    change: 'removed',
    kind,
    identity,
    field: null,
    before,
    after: null,
    stable,
    about: about?.() ?? null,
    beforeAt: at,
    afterAt: null,
  };
}

export function came(kind: Kind, { identity, stable, at, about }: Named, after: Value): Change {
  return {
    change: 'added',
    kind,
    identity,
    field: null,
    before: null,
    after,
    stable,
    about: about?.() ?? null,
    beforeAt: null,
    afterAt: at,
  };
}

/** Told under the name that it has afterwards. */
export function turned(
  change: 'changed' | 'replaced',
  kind: Kind,
  field: string,
  [old, before]: readonly [Named, Value],
  [now, after]: readonly [Named, Value],
): Change {
  const about = now.about?.() ?? null;
  return { change, kind, identity: now.identity, field, before, after, stable: now.stable, about, beforeAt: old.at, afterAt: now.at };
}

export function* compareFields(kind: Kind, before: Thing, after: Thing): Generator<Change, void> {
  for (const [field, old] of Object.entries(before.fields)) {
    const now = after.fields[field] ?? null;
    if (old === null || now === null || sameValue(old, now)) continue;
    yield turned('changed', kind, field, [before, old], [after, now]);
  }
}

function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  return a === b;
}

/** The fields of a thing in one value: `name=value` and blanks between. */
function summary({ fields, told }: Thing): Value {
  if (told !== undefined) return told;
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
