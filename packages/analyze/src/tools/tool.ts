import type { CaseDb } from '../db/query.ts';
import { type Format, formatRows } from '../render/format.ts';
import type { Rows } from '../render/value.ts';

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
  /** Who holds the sockets, or why nobody does, for --why. */
  readonly owners?: () => Owners;
}

/** One word for a row of a socket table: held, or the class that says why ss, netstat and lsof show nobody (coldstat ownership --help). */
export interface Owners {
  classOf(row: { readonly inode: number | null; readonly sourceId: number | null; readonly line: number | null }): string;
}

/** What the live tool would have written. Lines carry their newline and have been through render/cell.ts. */
export interface ToolAnswer {
  readonly out: Iterable<string>;
  /** In other formats than table: what is listed; `out` is empty then. */
  readonly rows?: Rows;
  /** Standard error, known before the first line of output. */
  readonly err: readonly string[];
  /** Read after `out` is drained. */
  exit(): number;
  /** The command line asks for listing after listing (netstat -c, lsof -r). */
  readonly repeat?: Repeat;
  /** Lines around this listing as one of a series, in place of the common line before it; `title` says which capture it is of. */
  readonly around?: (title: string) => { readonly before: string; readonly after: string };
}

/** Listings over the captures of a host, in order of time, as the live tool makes them one after the other. */
export interface Repeat {
  /** Listings at most; null for no limit. */
  readonly times: number | null;
  /** End after the first listing of nothing. */
  readonly untilEmpty: boolean;
}

/** The text of one answer. */
export function answerLines({ out, rows }: ToolAnswer, format: Format): Iterable<string> {
  return rows === undefined ? out : formatRows(rows, format);
}

/** `args` is what stands after the tool's name, without coldstat's own long options. */
export type Tool = (args: readonly string[], context: ToolContext) => ToolAnswer;
