import type { Value } from '../../render/value.ts';

/** NAME of objects without a path, from the text of the link and fdinfo. */

const MAX_TARGETS = 32;

type Info = readonly (readonly [string, string])[];

export function infoValue(info: Info, key: string): string | null {
  return info.find(([k]) => k === key)?.[1]?.trim() ?? null;
}

/** `kind` and `target` are those of `fds`: `pipe:[5]` is `pipe`, `anon_inode:[eventfd]` is `[eventfd:ID]`, `net:[4026531833]` is `net`. */
export function anonName(kind: string, target: Value, info: Info): Value {
  if (typeof target !== 'string') return target;
  if (kind === 'pipe') return 'pipe';
  if (kind === 'namespace') return /^[^:]*/.exec(target)?.[0] ?? target;
  if (kind !== 'anon_inode') return target;
  const text = target.replace(/^anon_inode:/, '');
  if (text === '[eventfd]') return bracketed('eventfd', infoValue(info, 'eventfd-id'), text);
  if (text === '[pidfd]') return bracketed('pidfd', infoValue(info, 'Pid'), text);
  return text === '[eventpoll]' ? eventpoll(info, text) : text;
}

function bracketed(word: string, id: string | null, plain: string): string {
  return id === null ? plain : `[${word}:${id}]`;
}

function eventpoll(info: Info, plain: string): string {
  const targets = info.flatMap(([key, value]) => (key === 'tfd' ? [Number.parseInt(value, 10)] : [])).sort((a, b) => a - b);
  if (targets.length === 0) return plain;
  const more = targets.length > MAX_TARGETS ? '...' : '';
  return `[eventpoll:${targets.slice(0, MAX_TARGETS).join(',')}${more}]`;
}
