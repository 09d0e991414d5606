import type { CaseDb } from '../db/query.ts';
import type { Format } from '../render/format.ts';

export type { Format };

/** Which network namespaces a tool shows: that of the capture itself (as the live tool would), all, or one by number. */
export type NetnsChoice = 'own' | 'all' | number;

/** What a live tool answers from: one capture of one case. */
export interface ToolContext {
  readonly db: CaseDb;
  readonly captureId: number;
  readonly netns: NetnsChoice;
  /** `table` means the tool's own layout. */
  readonly format: Format;
}

/** What the live tool would have written. Lines carry their newline and have been through render/cell.ts. */
export interface ToolAnswer {
  readonly out: Iterable<string>;
  /** Standard error, known before the first line of output. */
  readonly err: readonly string[];
  /** Read after `out` is drained. */
  exit(): number;
}

/** `args` is what stands after the tool's name, without coldstat's own long options. */
export type Tool = (args: readonly string[], context: ToolContext) => ToolAnswer;
