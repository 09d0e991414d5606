import type { Repeat } from '../tool.ts';

/** What a command line asked for. Built by grammar.ts, read by everything else. */

/** One value of a criterion, and whether a listed process or file had it: lsof's exit code and `-V` speak of each value. */
export interface Wanted<V> {
  readonly value: V;
  /** As typed, for messages. */
  readonly text: string;
  found: boolean;
}

/** A set of process, group or user numbers: `-p`, `-g`, `-u`. */
export interface Picks<X = unknown> {
  readonly include: Map<number, Wanted<X>>;
  readonly exclude: Set<number>;
}

export interface CommandPicks {
  /** Every name, the last one first, as lsof keeps them; an excluded one is never found. */
  readonly typed: Wanted<string>[];
  readonly include: Wanted<string>[];
  readonly exclude: string[];
  readonly patterns: Wanted<RegExp>[];
}

/** `-d`: either all items exclude, or all include. */
export interface FdPicks {
  exclude: boolean;
  readonly ranges: (readonly [low: number, high: number])[];
  readonly names: Set<string>;
}

/** One address of `-i`; null stands for any. Addresses are in the textual form of the tables. */
export interface InetPick {
  readonly proto: 'tcp' | 'udp' | 'udplite' | null;
  readonly family: 4 | 6 | null;
  readonly address: string | null;
  readonly low: number | null;
  readonly high: number | null;
}

interface InetPicks {
  /** Plain `-i`, `-i4`, `-i6`: bit NET. */
  all: { found: boolean } | null;
  /** Family a bare `-i4` or `-i6` set; null for both. */
  family: 4 | 6 | null;
  /** Each `-i` with an address is one entry to be found, made of one or more picks: bit NA. */
  readonly addresses: Wanted<readonly InetPick[]>[];
}

export interface StatePicks {
  readonly include: Wanted<string>[];
  readonly exclude: Set<string>;
}

export interface Fields {
  /** Letters asked for; `p` is always there. */
  readonly letters: ReadonlySet<string>;
  /** `-F` or `-F0`: every letter but `r`. */
  readonly all: boolean;
  /** `0`: NUL after each field. */
  readonly nul: boolean;
}

export type Compat = '4.93' | '4.95' | '4.99';

export interface Options {
  compat: Compat;
  /** `--strict`: the live tool's known bugs too. */
  strict: boolean;
  and: boolean;
  readonly commands: CommandPicks;
  readonly pids: Picks;
  readonly pgids: Picks;
  readonly uids: Picks;
  /** `-Z`: patterns of security contexts, with * and ?. */
  readonly contexts: Wanted<string>[];
  contextColumn: boolean;
  fds: FdPicks | null;
  inet: InetPicks;
  readonly states: { readonly tcp: StatePicks; readonly udp: StatePicks };
  unix: boolean;
  nfs: { found: boolean } | null;
  /** `-K`: show tasks and select them; `i`: do not list tasks at all. */
  tasks: 'unset' | 'select' | 'ignore';
  tasksFound: boolean;
  /** `+L`: show link counts; with a number select what has fewer. */
  linkColumn: boolean;
  linksBelow: number | null;
  readonly names: string[];
  readonly directories: { readonly path: string; readonly deep: boolean }[];
  crossFileSystems: boolean;
  /** `+f`, `-f`: names are file systems, or plain files. */
  nameKind: 'either' | 'file-system' | 'file';
  commandWidth: number;
  numericHosts: boolean;
  numericPorts: boolean;
  numericUsers: boolean;
  ppidColumn: boolean;
  pgidColumn: boolean;
  flagColumn: 'none' | 'names' | 'hex';
  offsets: boolean;
  sizes: boolean;
  /** Digits of a decimal offset before it turns hexadecimal; 0 for never. */
  offsetDigits: number;
  human: boolean;
  terse: boolean;
  fields: Fields | null;
  json: 'none' | 'document' | 'lines';
  tcpState: boolean;
  tcpQueues: boolean;
  endpoints: 'none' | 'names' | 'files';
  noTables: boolean;
  warnings: boolean;
  verbose: boolean;
  mayFail: boolean;
  mountTable: boolean;
  portmap: boolean;
  /** `-r`, `+r`; `marker` is the argument of m, strftime's. */
  repeat: (Repeat & { readonly marker: string | null }) | null;
  help: boolean;
  fieldHelp: boolean;
  version: boolean;
}

function picks(): Picks {
  return { include: new Map(), exclude: new Set() };
}

export function defaultOptions(): Options {
  return {
    compat: '4.95',
    strict: false,
    and: false,
    commands: { typed: [], include: [], exclude: [], patterns: [] },
    pids: picks(),
    pgids: picks(),
    uids: picks(),
    contexts: [],
    contextColumn: false,
    fds: null,
    inet: { all: null, family: null, addresses: [] },
    states: { tcp: { include: [], exclude: new Set() }, udp: { include: [], exclude: new Set() } },
    unix: false,
    nfs: null,
    tasks: 'unset',
    tasksFound: false,
    linkColumn: false,
    linksBelow: null,
    names: [],
    directories: [],
    crossFileSystems: false,
    nameKind: 'either',
    commandWidth: 9,
    numericHosts: false,
    numericPorts: false,
    numericUsers: false,
    ppidColumn: false,
    pgidColumn: false,
    flagColumn: 'none',
    offsets: false,
    sizes: false,
    offsetDigits: 8,
    human: false,
    terse: false,
    fields: null,
    json: 'none',
    tcpState: true,
    tcpQueues: false,
    endpoints: 'none',
    noTables: false,
    warnings: true,
    verbose: false,
    mayFail: false,
    mountTable: false,
    portmap: false,
    repeat: null,
    help: false,
    fieldHelp: false,
    version: false,
  };
}
