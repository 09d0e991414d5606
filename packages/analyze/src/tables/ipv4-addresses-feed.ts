import { parseIpv4Addresses } from '../syscall/ipv4-addresses.ts';
import { messageRanges } from '../syscall/messages.ts';
import { Pieces } from '../syscall/pieces.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { run } from './pack-feed.ts';

const IPV4_ADDRESSES = 'ipv4-addresses';

/** Before the dumps of sockets, whose path has the same form. */
export const ipv4AddressesFeeds: readonly Feed[] = [
  {
    parser: IPV4_ADDRESSES,
    match: new RegExp(`^netlink/\\d{1,15}/${IPV4_ADDRESSES}$`),
    pieces: (body, order) => new Pieces(() => messageRanges(body, order)),
    read(entry, load) {
      const [add, end] = [load.into('ipv4_addresses'), load.into('diag_dumps')];
      const { netNs, sourceId } = entry;
      return run(parseIpv4Addresses, entry, load, (r) => {
        if (r.kind === 'end') end([netNs, IPV4_ADDRESSES, r.word, r.errno, sourceId, r.line]);
        else {
          const label = r.label === null ? null : bytesValue(r.label);
          add([netNs, r.ifindex, label, r.address, r.peer, r.prefix, r.scope, r.flags, r.broadcast, sourceId, r.line]);
        }
      });
    },
  },
];
