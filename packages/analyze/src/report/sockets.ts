import { handleOf } from '../db/handle.ts';
import { Marks } from '../db/marks/read.ts';
import type { CaseDb } from '../db/query.ts';
import { classMeanings, type Owned, ownership } from '../ledger/owned.ts';
import { pageCell, terminal } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import type { Cell, Column, Table, Talk } from './document.ts';
import { type Endpoint, endpointText, splitEndpoint } from './endpoint.ts';

export interface SocketReport {
  readonly listeners: Table;
  readonly sockets: Table;
  readonly holders: readonly (readonly number[])[];
  readonly classes: Table;
  readonly talks: readonly Talk[];
  readonly listening: readonly string[];
}

const COLUMNS: readonly Column[] = [
  { title: 'protocol', kind: 'facet' },
  { title: 'local', kind: 'mono' },
  { title: 'remote', kind: 'mono' },
  { title: 'state', kind: 'facet' },
  { title: 'held by', kind: 'text', doc: 'every process that holds it: name, pid, descriptor; pid/tid where only a thread holds it' },
  { title: 'class', kind: 'facet', doc: 'held, or why no process is seen to hold it' },
  { title: 'net ns', kind: 'facet' },
  { title: 'inode', kind: 'number' },
  { title: 'passes', kind: 'facet', doc: 'in which reading of the tables it stood: first (A), second (B) or both' },
  { title: 'marks', kind: 'text' },
  { title: 'bytes', kind: 'handle' },
];

const LISTENER_COLUMNS: readonly Column[] = [
  { title: 'protocol', kind: 'facet' },
  { title: 'address', kind: 'word' },
  { title: 'port', kind: 'number' },
  { title: 'reach', kind: 'facet', doc: 'from where it can be reached, by its address alone: firewalls are not captured' },
  { title: 'program', kind: 'word' },
  { title: 'pid', kind: 'number' },
  { title: 'user', kind: 'facet' },
  { title: 'executable', kind: 'mono' },
  { title: 'owner', kind: 'facet', doc: 'held, or why no process is seen to hold it' },
  { title: 'net ns', kind: 'facet' },
  { title: 'marks', kind: 'text' },
  { title: 'bytes', kind: 'handle' },
];

/** What a listener says of its holder. */
export interface HolderFacts {
  readonly user: Cell;
  readonly exe: Cell;
}

/** Sockets once for both passes with every holder, those that listen apart, and the ends of connections for the map. */
export function socketReport(
  db: CaseDb,
  captureId: number,
  ownNs: number | null,
  holderFacts: ReadonlyMap<number, HolderFacts>,
): SocketReport {
  const marks = new Marks(db, captureId);
  const report = { listeners: [] as Cell[][], rows: [] as Cell[][], holders: [] as number[][], talks: [] as Talk[] };
  const listening = new Set<string>();
  for (const owned of ownership(db, captureId, null)) {
    const protocol = String(pageCell(owned.protocol) ?? '');
    const local = splitEndpoint(protocol, owned.local);
    const remote = splitEndpoint(protocol, owned.remote);
    const pids = [...new Set(owned.holders.map((h) => h.pid))];
    const net = namespace(owned.netNs, ownNs);
    const marked = pageCell(marks.kinds(owned.sourceId, owned.line, pids[0] ?? null));
    const handle = handleOf(captureId, owned.sourceId, owned.line);
    const row = report.rows.length;
    report.rows.push([
      protocol === '' ? null : protocol,
      endpointText(local, owned.local),
      endpointText(remote, owned.remote),
      pageCell(owned.state),
      heldBy(owned),
      owned.class,
      net,
      owned.inode,
      pageCell(owned.passes),
      marked,
      handle,
    ]);
    report.holders.push(pids);
    if (local === null) continue;
    if (isListener(protocol, owned.state, remote)) {
      listening.add(`${owned.netNs} ${protocol} ${local[1]}`);
      for (const line of listenerRows(owned, protocol, local, net, holderFacts)) report.listeners.push([...line, marked, handle]);
    } else if (remote !== null && remote[1] !== 0 && /^(tcp|udp|sctp)/.test(protocol)) {
      const programs = [...new Set(owned.holders.map((h) => String(pageCell(h.program) ?? `pid ${h.pid}`)))];
      report.talks.push({ row, protocol, netNs: owned.netNs, local, remote, programs, reason: owned.class });
    }
  }
  report.listeners.sort((a, b) => REACH.indexOf(String(a[3])) - REACH.indexOf(String(b[3])) || Number(a[2]) - Number(b[2]));
  return {
    listeners: { columns: LISTENER_COLUMNS, rows: report.listeners },
    sockets: { columns: COLUMNS, rows: report.rows },
    holders: report.holders,
    classes: classTable(report.rows),
    talks: report.talks,
    listening: [...listening],
  };
}

/** Takes what comes from any peer: listening TCP, and unconnected sockets of the others. */
function isListener(protocol: string, state: Value, remote: Endpoint | null): boolean {
  if (/^(raw|icmp)/.test(protocol)) return false;
  return protocol.startsWith('tcp') ? state === 'LISTEN' : remote === null || remote[1] === 0;
}

function* listenerRows(
  owned: Owned,
  protocol: string,
  local: Endpoint,
  net: Cell,
  facts: ReadonlyMap<number, HolderFacts>,
): Generator<Cell[], void> {
  const head = [protocol, local[0], local[1], reach(local[0])];
  if (owned.holders.length === 0) yield [...head, null, null, null, null, owned.class, net];
  const seen = new Set<number>();
  for (const { pid, program } of owned.holders) {
    if (seen.has(pid)) continue;
    seen.add(pid);
    const of = facts.get(pid);
    yield [...head, pageCell(program), pid, of?.user ?? null, of?.exe ?? null, owned.class, net];
  }
}

/** What can be reached from most places first. */
const REACH = ['any address', 'one address', 'this host'];

/** By the address alone. */
function reach(address: string): string {
  if (address === '0.0.0.0' || address === '::') return 'any address';
  return /^(127\.|::1$|::ffff:127\.)/.test(address) ? 'this host' : 'one address';
}

function namespace(netNs: number | null, ownNs: number | null): Cell {
  return netNs !== null && netNs === ownNs ? 'own' : netNs === null ? null : String(netNs);
}

function heldBy({ holders }: Owned): string | null {
  if (holders.length === 0) return null;
  return holders
    .map(
      ({ pid, tid, fd, program }) => `${program === null ? '?' : terminal(program, 'utf8')} ${pid}${tid === 0 ? '' : `/${tid}`} fd ${fd}`,
    )
    .join(', ');
}

/** The classes that occur beside `held`, in the order of listings, with what they mean. */
function classTable(rows: readonly (readonly Cell[])[]): Table {
  const place = COLUMNS.findIndex((c) => c.title === 'class');
  const counts = new Map<Cell, number>();
  for (const row of rows) counts.set(row[place] ?? null, (counts.get(row[place] ?? null) ?? 0) + 1);
  return {
    columns: [
      { title: 'class', kind: 'word' },
      { title: 'rows', kind: 'number' },
      { title: 'what it means', kind: 'long' },
    ],
    rows: [...classMeanings()].flatMap(([name, meaning]) =>
      name === 'held' || !counts.has(name) ? [] : [[name, counts.get(name) ?? 0, meaning]],
    ),
  };
}
