/**
 * What a report says, as the page gets it: JSON. Every text went through render/cell.ts; the page makes text nodes of it and nothing else.
 * The sources of the page (packages/analyze/page) import these types and no code of this room.
 */

export type Cell = string | number | null;

/**
 * How a column is shown: `handle` is what coldstat raw takes; `facet` has few different values, which can be chosen from; `word` is short and not
 * broken; `long` is a sentence.
 */
type ColumnKind = 'text' | 'long' | 'word' | 'mono' | 'number' | 'handle' | 'facet';

export interface Column {
  readonly title: string;
  readonly kind: ColumnKind;
  /** One sentence, where the title alone does not say it. */
  readonly doc?: string;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface LedgerReport {
  /** The line that stands under every listing. */
  readonly line: string;
  readonly table: Table;
}

/** What one rule of triage says of a capture. */
export interface AnswerReport {
  readonly rule: string;
  /** Whose rule it is. */
  readonly from: 'coldstat' | 'operator' | 'sigma';
  readonly title: string;
  readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'info';
  readonly result: 'found' | 'clear' | 'blind';
  readonly why: string;
  readonly attack: readonly string[];
  readonly benign: readonly string[];
  readonly next: string;
  readonly missing: readonly string[];
  readonly findings: readonly FindingReport[];
  /** There were more than are kept. */
  readonly cut: boolean;
  /** Findings that are not told because the operator knows them. */
  readonly suppressed: number;
}

/** Which rules were asked, and which could not be. */
export interface RulesReport {
  readonly coldstat: number;
  readonly operator: number;
  readonly sigma: number;
  readonly notAsked: readonly { readonly what: string; readonly reason: string }[];
  /** Sigma rules of other logsources. */
  readonly notApplicable: number;
}

interface FindingReport {
  readonly sentence: string;
  /** Line of a file for --suppress. */
  readonly key: string;
  /** Handles of the rows it rests on. */
  readonly evidence: readonly string[];
}

/** A process of the tree, in the order of the tree. */
export interface ProcessReport {
  readonly pid: number;
  readonly depth: number;
  /** Why it stands at the root though it has a parent; null else. */
  readonly root: string | null;
  readonly name: string;
  readonly user: string;
  readonly start: string;
  readonly command: string;
  readonly exe: string;
  readonly state: string;
  readonly kernel: boolean;
  readonly container: string;
  /** Namespaces that are not the capture's own. */
  readonly namespaces: string;
  /** Marks that doubt it, as listings print them. */
  readonly marks: string;
  readonly handle: string | null;
}

/** One end of an internet socket, for the map. */
export interface Talk {
  /** Row in the table of sockets. */
  readonly row: number;
  readonly protocol: string;
  readonly netNs: number | null;
  readonly local: readonly [address: string, port: number];
  readonly remote: readonly [address: string, port: number];
  /** Programs that hold it; empty with the reason in the row. */
  readonly programs: readonly string[];
  readonly reason: string;
}

export interface CaptureReport {
  readonly id: number;
  readonly host: string;
  /** UTC to the second; - when unknown. */
  readonly started: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly counts: { readonly processes: number; readonly descriptors: number; readonly sockets: number };
  readonly ledger: LedgerReport;
  readonly answers: readonly AnswerReport[];
  readonly listeners: Table;
  readonly sockets: Table;
  /** Pids that hold each row of sockets. */
  readonly holders: readonly (readonly number[])[];
  /** Why sockets have no holder that ordinary tools would see, and descriptors no row: those classes that occur. */
  readonly classes: Table;
  readonly talks: readonly Talk[];
  /** Listening ports: `NETNS PROTOCOL PORT`. */
  readonly listening: readonly string[];
  readonly processes: readonly ProcessReport[];
  readonly marks: Table;
  readonly problems: Table;
}

export interface ChangesReport {
  readonly before: number;
  readonly after: number;
  /** Why the two cannot be compared; null when they can. */
  readonly refused: string | null;
  /** What makes the comparison say less than it seems to. */
  readonly weaker: readonly string[];
  readonly table: Table;
}

export interface EventReport {
  /** Milliseconds since 1970; null when unknown. */
  readonly earliest: number | null;
  readonly latest: number | null;
  readonly host: string;
  readonly kind: string;
  readonly about: string;
  readonly what: string;
  readonly pid: number | null;
  readonly capture: number;
  readonly basis: string;
  readonly handle: string | null;
}

export interface TimelineReport {
  readonly notes: readonly string[];
  readonly events: readonly EventReport[];
  /** Events that are left out because there are too many. */
  readonly left: number;
}

export interface SavedQuery {
  readonly name: string;
  readonly doc: string;
  readonly sql: string;
}

/** What the page of `coldstat serve` has besides: relative to its own address, which bears the token. */
export interface Live {
  readonly queries: readonly SavedQuery[];
  /** Seconds, 0 for any number, and rows after which a statement is stopped. */
  readonly seconds: number;
  readonly rows: number;
}

export interface ReportDocument {
  readonly tool: string;
  readonly rules: RulesReport;
  readonly captures: readonly CaptureReport[];
  /** Capture that is shown at first: of two whose comparison was asked for the later; null for the last. */
  readonly shown: number | null;
  readonly timeline: TimelineReport;
  readonly changes: readonly ChangesReport[];
  /** Addresses of captured hosts and what they are called. */
  readonly names: Readonly<Record<string, string>>;
  readonly live: Live | null;
}
