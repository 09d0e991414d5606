import type { Address } from './address.ts';

/** What a list says is to be looked for. */
export interface Indicator {
  /** As the list has it, without the dots and letters that make it harmless to click. */
  readonly text: string;
  readonly type: string;
  /** The list, as the operator named it. */
  readonly list: string;
  /** Line, counted from 1, or id of the object in the list. */
  readonly place: number | string;
  /** What the list says about it. */
  readonly about: string | null;
}

/**
 * One thing that must hold. `end`: of the end of a connection that the list calls source or destination; a captured socket does not tell which
 * of its ends that is, so both are tried.
 */
export type Term =
  | { readonly kind: 'address'; readonly address: Address; readonly end?: End }
  | { readonly kind: 'block'; readonly base: Address; readonly bits: number; readonly end?: End }
  | { readonly kind: 'port'; readonly port: number; readonly end?: End }
  | { readonly kind: TextKind; readonly text: string; readonly end?: End };

export type End = 'src' | 'dst';

/** `domain`: the host name and those below it. `name`: of a process or module. `file`: last part of a path. `hash`: SHA-256, small letters. `other-hash`: one that no capture has. */
type TextKind =
  | ('host' | 'domain' | 'command' | 'user' | 'hash' | 'other-hash' | 'protocol')
  | ('path' | 'path-glob' | 'name' | 'name-glob' | 'file' | 'file-glob');

/** An indicator with what it means: any of the alternatives, each of which is terms that one row must meet. */
export interface Understood {
  readonly indicator: Indicator;
  readonly alternatives: readonly (readonly Term[])[];
}

/** Something in a list that says nothing coldstat can look for. */
export interface Unread {
  readonly list: string;
  readonly place: number | string;
  readonly text: string;
  readonly reason: string;
}

export type Entry = Understood | Unread;

export function isUnread(entry: Entry): entry is Unread {
  return 'reason' in entry;
}

/** Reason why text means nothing, in place of alternatives. */
export interface Refused {
  readonly reason: string;
}

export type Meaning = { readonly type: string; readonly alternatives: readonly (readonly Term[])[] } | Refused;
