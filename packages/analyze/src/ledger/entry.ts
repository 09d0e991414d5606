import type { Value } from '../render/value.ts';

/**
 * One line of the ledger. `holds`: what was compared agrees, or there is a known and harmless reason. `broken`: it does not agree, or there is
 * no reason. `blind`: the capture does not hold what the question needs. `count`: not a question, a number.
 */
export interface LedgerEntry {
  readonly section:
    | 'taken'
    | 'sources'
    | 'counters'
    | 'order'
    | 'cross-view'
    | 'capture'
    | 'socket without holder'
    | 'holder'
    | 'descriptor without row';
  /** What was asked. */
  readonly check: string;
  /** Network namespace it is about; null when it is about the host. */
  readonly netNs: number | null;
  readonly result: 'holds' | 'broken' | 'blind' | 'count';
  readonly expected: number | null;
  readonly found: number | null;
  /** What the answer rests on, in a sentence. */
  readonly basis: string;
  /** What is let pass before something is called broken; null where nothing is, or for what is no check. */
  readonly tolerance: string | null;
}

/** A row that a check rests on. */
export interface Evidence {
  readonly subject: Value;
  readonly says: Value;
  readonly pass: string | null;
  readonly sourceId: number | null;
  readonly line: number | null;
}

export function entry(
  section: LedgerEntry['section'],
  check: string,
  result: LedgerEntry['result'],
  basis: string,
  numbers: {
    readonly netNs?: number | null;
    readonly expected?: number | null;
    readonly found?: number | null;
    readonly tolerance?: string;
  } = {},
): LedgerEntry {
  const { netNs = null, expected = null, found = null, tolerance = null } = numbers;
  return { section, check, netNs, result, expected, found, basis, tolerance };
}
