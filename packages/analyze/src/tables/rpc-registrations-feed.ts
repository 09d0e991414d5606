import { parseRpcDump, type RpcRegistration } from '../procfs/rpc-dump.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

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
