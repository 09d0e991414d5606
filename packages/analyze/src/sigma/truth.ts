/** Null is unknown: what was not captured can make a condition neither true nor false. */
export type Truth = boolean | null;

export function and(parts: Iterable<Truth>): Truth {
  let all: Truth = true;
  for (const part of parts) {
    if (part === false) return false;
    if (part === null) all = null;
  }
  return all;
}

export function or(parts: Iterable<Truth>): Truth {
  let any: Truth = false;
  for (const part of parts) {
    if (part === true) return true;
    if (part === null) any = null;
  }
  return any;
}

export function not(part: Truth): Truth {
  return part === null ? null : !part;
}

/** A reason in place of a result. */
export interface Refused {
  readonly reason: string;
}

export function isRefused(value: object): value is Refused {
  return 'reason' in value;
}
