import { pageCell } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import type { Cell } from './document.ts';

export type Endpoint = readonly [address: string, port: number];

/** Address and port of an internet protocol as ledger/socket-tables.ts joins them; null for what is no such pair. */
export function splitEndpoint(protocol: string, text: Value): Endpoint | null {
  if (typeof text !== 'string' || !/^(tcp|udp|udplite|raw|icmp)6?$|^sctp$/.test(protocol)) return null;
  const colon = text.lastIndexOf(':');
  const port = text.slice(colon + 1);
  return colon > 0 && /^\d{1,5}$/.test(port) ? [text.slice(0, colon), Number(port)] : null;
}

/** IPv6 in brackets; what is no endpoint as it is. */
export function endpointText(endpoint: Endpoint | null, value: Value): Cell {
  if (endpoint === null) return pageCell(value);
  const [address, port] = endpoint;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
