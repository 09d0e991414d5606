import { parseRpcDump, type RpcRegistration } from '../procfs/rpc-dump.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const rpcRegistrations: Table = {
  name: 'rpc_registrations',
  doc: 'What the portmapper of the host had registered, when it was asked on request (--with rpcbind).',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['dump_version', 'INTEGER', '2, 3 or 4: version of the portmapper protocol that was asked.'],
    ['program', 'INTEGER', 'RPC program number.'],
    ['version', 'INTEGER', 'Version of the program.'],
    ['protocol', 'INTEGER', 'IP protocol, 6 or 17; told by version 2 only.'],
    ['port', 'INTEGER', 'Port: as told by version 2, for the others the last two numbers of an IP universal address; NULL otherwise.'],
    ['netid', 'BYTES', 'tcp, udp, tcp6, local …; told by versions 3 and 4.'],
    ['address', 'BYTES', 'Universal address; told by versions 3 and 4.'],
    ['owner', 'BYTES', 'Who registered it; told by versions 3 and 4.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Running number within the answer, counted from 1.'],
  ],
  indexes: [['capture_id', 'dump_version']],
};

/** The last two numbers of `h1.h2.h3.h4.p1.p2` or `::.p1.p2` (RFC 1833 §2.1, RFC 5665). */
function universalPort(address: Buffer): number | null {
  const m = /\.(\d{1,3})\.(\d{1,3})$/.exec(address.toString('latin1'));
  if (m === null) return null;
  const [high, low] = [Number(m[1]), Number(m[2])];
  return high > 255 || low > 255 ? null : high * 256 + low;
}

const optional = (bytes: Buffer | null) => (bytes === null ? null : bytesValue(bytes));

export const rpcRegistrationsFeeds: readonly Feed[] = ([2, 3, 4] as const).map((version) =>
  rowFeed<RpcRegistration>({
    parser: 'rpc-dump',
    match: new RegExp(`^reply/rpcbind/v${version}-dump$`),
    table: 'rpc_registrations',
    parse: parseRpcDump(version),
    rows:
      ({ sourceId }) =>
      (r) => [
        version,
        r.program,
        r.version,
        r.protocol,
        r.port ?? (r.address === null ? null : universalPort(r.address)),
        optional(r.netid),
        optional(r.address),
        optional(r.owner),
        sourceId,
        r.line,
      ],
  }),
);
