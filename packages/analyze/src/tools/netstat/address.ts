import { terminal } from '../../render/cell.ts';
import type { Names } from '../names.ts';
import type { Request } from './options.ts';

/** Room for address and port, without the colon between them. */
const ROOM = 22;
/** What the port keeps of it at most. */
const PORT_ROOM = 18;

/** `host:port`, without -W cut to 23 characters: the port keeps its first 18, the host what is left. */
export function endpoint(host: string, port: string, wide: boolean): string {
  if (wide || host.length + port.length <= ROOM) return `${host}:${port}`;
  const kept = port.slice(0, PORT_ROOM);
  return `${host.slice(0, ROOM - kept.length)}:${kept}`;
}

/** IPv4-mapped addresses as the IPv4 address. With names `::` is `[::]`, 0.0.0.0 stays; in 1.60 both are `*`. */
export function hostCell(address: string | null, names: Names, request: Pick<Request, 'numericHosts' | 'old'>): string {
  if (address === null) return '?';
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  if (request.old && !request.numericHosts && (address === '0.0.0.0' || address === '::')) return '*';
  if (request.numericHosts || address === '0.0.0.0') return plain;
  if (address === '::') return '[::]';
  const name = names.host(address);
  return name === undefined ? plain : terminal(name);
}

/** `protocol` is the one /etc/services is asked for, or raw: then the number is that of a protocol. */
export function portCell(port: number | null, protocol: string, names: Names, request: Pick<Request, 'numericPorts'>): string {
  if (port === null) return '?';
  if (port === 0) return '*';
  if (request.numericPorts) return String(port);
  const name = protocol === 'raw' ? names.protocol(port) : names.service(port, protocol);
  return name === undefined ? String(port) : terminal(name);
}
