import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Address, masked, parseAddress } from './address.ts';
import { type Hit, Memo } from './hit.ts';
import type { Term } from './indicator.ts';
import type { HostsFile } from './look-hosts.ts';
import type { Candidate } from './slots.ts';
import type { Wanted } from './wanted.ts';

interface End {
  readonly address: Address | null;
  readonly port: number | null;
  readonly names: ReadonlySet<string> | undefined;
}

/** A table whose rows have one or two ends of a connection; `columns`: protocol, address, port, address, port, all SQL. */
interface ConnectionTable {
  readonly seen: string;
  readonly table: string;
  readonly columns: readonly [string, string, string, string, string];
  readonly fields: readonly [string, string, string, string];
  /** SQL of what a hit tells besides, and of who holds it. */
  readonly state: string;
  readonly inode: string;
  readonly pid: string;
  readonly where?: string;
}

const ENDS = ['local address', 'local port', 'remote address', 'remote port'] as const;
const OWN = ['proto', 'local_address', 'local_port', 'remote_address', 'remote_port'] as const;

const TABLES: readonly ConnectionTable[] = [
  { seen: 'socket', table: 'sockets_inet', columns: OWN, fields: ENDS, state: 'state', inode: 'inode', pid: 'NULL' },
  { seen: 'socket', table: 'diag_inet', columns: OWN, fields: ENDS, state: 'state', inode: 'inode', pid: 'NULL' },
  {
    seen: 'socket name',
    table: 'socket_names',
    columns: ['NULL', 'address', 'port', 'NULL', 'NULL'],
    fields: ['address', 'port', '', ''],
    state: 'side',
    inode: 'NULL',
    pid: 'pid',
    where: "family IN ('AF_INET', 'AF_INET6')",
  },
  {
    seen: 'tracked connection',
    table: 'conntrack',
    columns: ['protocol', 'src', 'sport', 'dst', 'dport'],
    fields: ['source', 'source port', 'destination', 'destination port'],
    state: 'state',
    inode: 'NULL',
    pid: 'NULL',
  },
  {
    seen: 'tracked connection',
    table: 'conntrack',
    columns: ['protocol', 'reply_src', 'reply_sport', 'reply_dst', 'reply_dport'],
    fields: ['source of the reply', 'port of the reply', 'destination of the reply', 'destination port of the reply'],
    state: 'state',
    inode: 'NULL',
    pid: 'NULL',
    where: 'reply_src IS NOT dst OR reply_dst IS NOT src',
  },
  {
    seen: 'neighbour',
    table: 'neighbours',
    columns: ['NULL', 'address', 'NULL', 'NULL', 'NULL'],
    fields: ['address', '', '', ''],
    state: 'hw_address',
    inode: 'NULL',
    pid: 'NULL',
  },
  {
    seen: 'route',
    table: 'routes',
    columns: ['NULL', 'gateway', 'NULL', 'CASE WHEN prefix = iif(family = 4, 32, 128) THEN destination END', 'NULL'],
    fields: ['gateway', '', 'destination', ''],
    state: 'interface',
    inode: 'NULL',
    pid: 'NULL',
  },
  {
    seen: 'own address',
    table: 'interface_addresses',
    columns: ['NULL', 'address', 'NULL', 'NULL', 'NULL'],
    fields: ['address', '', '', ''],
    state: 'interface',
    inode: 'NULL',
    pid: 'NULL',
  },
];

interface Details {
  readonly state: Value;
  readonly inode: Value;
  readonly pid: number | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

/** Sockets and other rows with addresses and ports. What both passes, or the table and the kernel's own list, show is told once. */
export function* lookConnections(db: CaseDb, captureId: number, wanted: Wanted, hosts: HostsFile): Generator<Hit, void> {
  if (!wanted.asksAddresses && wanted.ports.size === 0 && hosts.wanted.size === 0) return;
  const memo = new Memo<Candidate | { readonly candidate: Candidate; readonly name: string }>(function* (text) {
    const address = parseAddress(text);
    if (address === null) return;
    yield* wanted.address(address);
    yield* hosts.wanted.get(address) ?? [];
  });
  const told = new Set<string>();
  for (const table of TABLES) yield* lookTable(db, captureId, table, { wanted, hosts, memo, told });
}

interface Looking {
  readonly wanted: Wanted;
  readonly hosts: HostsFile;
  readonly memo: Memo<Candidate | { readonly candidate: Candidate; readonly name: string }>;
  readonly told: Set<string>;
}

function* lookTable(db: CaseDb, captureId: number, table: ConnectionTable, looking: Looking): Generator<Hit, void> {
  const where = table.where === undefined ? '' : ` AND (${table.where})`;
  const sql = `SELECT rowid, ${table.columns.join(', ')} FROM ${table.table} WHERE capture_id = ?${where} ORDER BY rowid`;
  const details = `SELECT ${table.state} AS state, ${table.inode} AS inode, ${table.pid} AS pid, source_id, line FROM ${table.table} WHERE rowid = ?`;
  for (const row of db.rows(sql, captureId).rows) {
    for (const { candidate, field, value, name } of matches(row, table, looking)) {
      const more = db.get<Details>(details, row[0] ?? null);
      if (more === undefined) continue;
      const { place, list, text } = candidate.indicator;
      const key = `${table.seen}\n${field}\n${row.slice(1).join(' ')}\n${more.inode}\n${more.pid}\n${list}\n${place}\n${text}`;
      if (looking.told.has(key)) continue;
      looking.told.add(key);
      yield {
        candidate,
        seen: table.seen,
        field: name === null ? field : `${field}, named ${name} by /etc/hosts`,
        value,
        detail: shown(row, more.state),
        pid: more.pid ?? holder(db, captureId, more.inode),
        sourceId: more.source_id,
        line: more.line,
      };
    }
  }
}

interface Match {
  readonly candidate: Candidate;
  readonly field: string;
  readonly value: Value;
  /** The name an address bears, when that is what matched. */
  readonly name: string | null;
}

function* matches(row: readonly Value[], { fields }: ConnectionTable, looking: Looking): Generator<Match, void> {
  const [, protocol, localAddress, localPort, remoteAddress, remotePort] = row;
  // The far end of a listener is no address.
  const alone = remoteAddress === null || (Number(remotePort) === 0 && /^(?:0\.0\.0\.0|::)$/.test(String(remoteAddress)));
  const ported = protocol === null || /^(?:tcp|udp|sctp|dccp|mptcp)/.test(String(protocol));
  const whole = new Set<Candidate>();
  const connection = (): Connection => ({
    protocol: textual(protocol),
    ends: [
      endOf(localAddress, ported ? localPort : null, looking.hosts),
      ...(alone ? [] : [endOf(remoteAddress, ported ? remotePort : null, looking.hosts)]),
    ],
  });
  function* told(candidate: Candidate, field: string, value: Value, name: string | null): Generator<Match, void> {
    if (candidate.rest.length === 0) yield { candidate, field, value, name };
    else if (!whole.has(candidate) && meets(candidate.rest, connection())) {
      whole.add(candidate);
      yield { candidate, field: 'connection', value, name };
    }
  }
  for (const [address, port, addressField, portField] of [
    [localAddress, localPort, fields[0], fields[1]],
    ...(alone ? [] : [[remoteAddress, remotePort, fields[2], fields[3]]]),
  ] as [Value, Value, string, string][]) {
    if (typeof address === 'string')
      for (const found of looking.memo.of(address))
        yield* 'name' in found ? told(found.candidate, addressField, address, found.name) : told(found, addressField, address, null);
    if (ported && typeof port === 'number') for (const found of looking.wanted.ports.find(port)) yield* told(found, portField, port, null);
  }
}

interface Connection {
  readonly protocol: string;
  readonly ends: readonly End[];
}

function endOf(address: Value | undefined, port: Value | undefined, hosts: HostsFile): End {
  const parsed = typeof address === 'string' ? parseAddress(address) : null;
  return { address: parsed, port: typeof port === 'number' ? port : null, names: parsed === null ? undefined : hosts.names.get(parsed) };
}

/** Whether all terms hold of the connection, with its ends one way round or the other. */
function meets(terms: readonly Term[], { protocol, ends }: Connection): boolean {
  const turned = ends.length === 2 ? [ends, [...ends].reverse()] : [ends, [undefined, ...ends]];
  return turned.some(([src, dst]) =>
    terms.every((term) => {
      if (term.kind === 'protocol') return protocol.startsWith(term.text);
      const asked = term.end === 'src' ? [src] : term.end === 'dst' ? [dst] : ends;
      return asked.some((end) => end !== undefined && endMeets(term, end));
    }),
  );
}

function endMeets(term: Term, end: End): boolean {
  switch (term.kind) {
    case 'address':
      return end.address === term.address;
    case 'block':
      return end.address !== null && typeof end.address === typeof term.base && masked(end.address, term.bits) === term.base;
    case 'port':
      return end.port === term.port;
    case 'host':
      return end.names?.has(term.text) ?? false;
    case 'domain':
      return [...(end.names ?? [])].some((name) => name === term.text || name.endsWith(`.${term.text}`));
    default:
      return false;
  }
}

function textual(value: Value | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

function shown(row: readonly Value[], state: Value): string {
  const [, protocol, localAddress, localPort, remoteAddress, remotePort] = row.map(textual);
  const end = (address = '', port = ''): string =>
    port === '' ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return [protocol, end(localAddress, localPort), remoteAddress === '' ? '' : `- ${end(remoteAddress, remotePort)}`, textual(state)]
    .filter((part) => part !== '')
    .join(' ');
}

function holder(db: CaseDb, captureId: number, inode: Value): number | null {
  if (typeof inode !== 'number' || inode === 0) return null;
  return (
    db.get<{ pid: number | null }>('SELECT min(pid) AS pid FROM fds WHERE capture_id = ? AND socket_inode = ?', captureId, inode)?.pid ??
    null
  );
}
