import { Marks } from '../../db/marks/read.ts';
import { ToolMistake } from '../mistake.ts';
import { takeOwnWords, takeWhy } from '../own-words.ts';
import { hasSelinux } from '../selinux.ts';
import type { Owners, Tool, ToolAnswer, ToolContext } from '../tool.ts';
import { localEnds, peerEnds } from './address.ts';
import { Cgroups } from './cgroups.ts';
import { anyDump, dumped } from './dumped.ts';
import { parseFilter } from './filter.ts';
import { type Holder, loadHolders } from './holders.ts';
import { type Line, layout } from './layout.ts';
import type { Predicate } from './match.ts';
import { type CapturedNames, capturedNames } from './names.ts';
import { OPTIONS, parseSs, type SsRequest, usage } from './options.ts';
import { records } from './records.ts';
import type { Sock } from './sock.ts';
import { type SocketSource, sockets } from './sockets.ts';
import { inMask, isSingle, stateWord } from './states.ts';
import { summary, summaryRows } from './summary.ts';
import { NOT_IN_PROC } from './tables.ts';
import { processCell, type TextOptions } from './text.ts';

/**
 * `coldstat ss`: what ss(8) of iproute2 6.1 prints when it reads /proc, from the rows of pass A. Cells only the kernel's socket dump could fill
 * (LISTEN Send-Q, unix peers and queues) are printed as ss prints them without it. Where ss is wrong reading /proc (unix names cut at a blank,
 * unconnected datagram sockets shown ESTAB, process names cut at `)`), the truth is printed unless `--strict` asks for the original.
 * `--compat ss=7` follows iproute2 7: no trailing blanks, `sec` after fractions. Other formats: see records.ts.
 */
export const ss: Tool = (args, context) => {
  const { rest: words, why } = takeWhy(args);
  const { rest, strict, profile } = takeOwnWords(words, 'ss', ['6.1', '7']);
  const cgroups = new Cgroups(context.db, context.captureId);
  const own: Own = { strict, version: profile === '7' ? 7 : 6, owners: why ? (context.owners?.() ?? null) : null, cgroups };
  const request = parseSs(rest, { selinux: hasSelinux(context), version: own.version });
  if (request.flags.has('help')) return { out: [usage()], err: [], exit: () => 0 };
  if (request.flags.has('version')) return { out: ['ss utility, coldstat, after iproute2-6.1.0\n'], err: [], exit: () => 0 };
  refuse(request);
  const names = capturedNames(context.db, context.captureId);
  const filter = parseFilter(request.filter, { ...names, dumped: anyDump(context), cgroup: (path) => own.cgroups.matching(path) });
  return { ...output(request, filter, names, own, context), err: notes(request, context), exit: () => 0 };
};

interface Own {
  readonly strict: boolean;
  readonly version: 6 | 7;
  /** Null without --why. */
  readonly owners: Owners | null;
  readonly cgroups: Cgroups;
}

function refuse(request: SsRequest): void {
  for (const o of OPTIONS) {
    if (o.taken === 'no' && request.flags.has(o.key)) throw new ToolMistake(`ss: --${o.long}: ${o.doc}`, 255);
  }
}

/** One line for each option or table that was asked for and that this evidence cannot answer. */
function notes(request: SsRequest, context: ToolContext): string[] {
  const from = anyDump(context);
  const silent = (o: (typeof OPTIONS)[number]): boolean =>
    o.taken !== 'noted' && (o.taken !== 'dump' || (from && !unanswered(o.key, context)));
  const said = OPTIONS.filter((o) => !silent(o) && request.flags.has(o.key)).map((o) => `ss: --${o.long}: ${o.doc}\n`);
  const named = new Set(OPTIONS.map((o) => o.key));
  const absent = [...request.tables].filter(
    (t) => NOT_IN_PROC.has(t) && !named.has(t.split('_')[0] ?? '') && request.flags.has('query') && unanswered(t, context),
  );
  return absent.length > 0 && absent.length < NOT_IN_PROC.size ? [...said, `ss: no table in /proc: ${absent.join(', ')}\n`] : said;
}

/** A table that /proc has not, and of which no dump was captured. */
function unanswered(table: string, context: ToolContext): boolean {
  const name = table.split('_')[0] ?? '';
  if (![...NOT_IN_PROC].some((t) => t.split('_')[0] === name)) return false;
  return dumped(context, [name, `inet-${name}`]).size === 0;
}

function output(
  request: SsRequest,
  filter: Predicate | undefined,
  names: CapturedNames,
  own: Own,
  context: ToolContext,
): Pick<ToolAnswer, 'out' | 'rows'> {
  const { flags } = request;
  const counts = flags.has('summary') ? summary(context.db, context.captureId, context.netns) : [];
  if (flags.has('summary') && request.bare) {
    return context.format === 'table' ? { out: counts } : { out: [], rows: summaryRows(context.db, context.captureId, context.netns) };
  }
  const found = select(request, filter, { db: context.db, captureId: context.captureId, netns: context.netns, strict: own.strict });
  const wantsHolders =
    flags.has('processes') || flags.has('threads') || flags.has('context') || flags.has('contexts') || context.format !== 'table';
  const mode = flags.has('threads') ? 'threads' : own.strict ? 'leaders' : 'all';
  const holders = wantsHolders ? loadHolders(context.db, context.captureId, mode) : new Map<number, Holder[]>();
  if (context.format !== 'table') return { out: [], rows: records(found, holders, own.owners) };
  const marks = own.strict ? null : new Marks(context.db, context.captureId);
  return { out: lines(counts, found, holders, request, own, names, marks) };
}

function* lines(
  counts: Iterable<string>,
  found: Iterable<Sock>,
  holders: ReadonlyMap<number, Holder[]>,
  request: SsRequest,
  own: Own,
  names: CapturedNames,
  marks: Marks | null,
): Generator<string> {
  yield* counts;
  const text = textOptions(request, own, names);
  const behind = (held: readonly Holder[]): string => (text.processes ? (marks?.behindHolders(held.map((h) => h.pid)) ?? '') : '');
  const made: Line[] = [];
  for (const sock of found) made.push(line(sock, holders, names, text, request.flags, behind));
  yield* layout(made, {
    netid: severalTables(request),
    state: !isSingle(request.states),
    header: !request.flags.has('no-header'),
    padLast: own.version === 6,
  });
}

function* select(request: SsRequest, filter: Predicate | undefined, source: SocketSource): Generator<Sock> {
  for (const sock of sockets(source, request.tables)) {
    if (sock.inet !== undefined && !(sock.inet.ipFamily === 4 ? request.ipv4 : request.ipv6)) continue;
    if (!inMask(request.states, sock.state)) continue;
    if (filter === undefined || filter(sock)) yield sock;
  }
}

/** Netid stands there unless exactly one table was asked for. */
function severalTables(request: SsRequest): boolean {
  return request.tables.size > 1;
}

function textOptions(request: SsRequest, own: Own, names: CapturedNames): TextOptions {
  const has = (key: string): boolean => request.flags.has(key);
  return {
    processes: has('processes') || has('threads') || has('context') || has('contexts'),
    threads: has('threads'),
    timers: has('options'),
    extended: has('extended'),
    info: has('info'),
    memory: has('memory'),
    tos: has('tos'),
    cgroup: has('cgroup'),
    sockopt: has('inet-sockopt'),
    bpf: has('bpf'),
    numeric: has('numeric'),
    oneline: has('oneline'),
    contexts: has('context') || has('contexts'),
    strict: own.strict,
    owners: own.owners,
    cgroups: own.cgroups,
    seconds: own.version === 7,
    ticksPerSecond: names.ticksPerSecond,
  };
}

/** ss prints 0 for the queues that /proc does not tell of unix and packet sockets. */
const queue = (n: number | null, sock: Sock): string =>
  String(n ?? (sock.family === 'unix' || sock.family === 'packet' ? 0 : '?')).padEnd(6);

function line(
  sock: Sock,
  holders: ReadonlyMap<number, Holder[]>,
  names: CapturedNames,
  text: TextOptions,
  flags: ReadonlySet<string>,
  behind: (held: readonly Holder[]) => string,
): Line {
  const address = { numeric: flags.has('numeric'), resolve: flags.has('resolve'), strict: text.strict };
  const [local, localPort] = localEnds(sock, names, address);
  const [peer, peerPort] = peerEnds(sock, names, address);
  const held = sock.inode === null || sock.inode === 0 ? [] : (holders.get(sock.inode) ?? []);
  return {
    netid: sock.netid,
    state: stateWord(sock.state),
    recvQ: queue(sock.recvQ, sock),
    sendQ: queue(sock.sendQ, sock),
    local,
    localPort,
    peer,
    peerPort,
    process: processCell(sock, held, text) + behind(held),
  };
}
