import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';

/** Numbers that differ from host to host, as the classes that do not. */

const RANGE = "SELECT value FROM facts WHERE capture_id = ? AND name LIKE '%sys/net/ipv4/ip_local_port_range%' LIMIT 1";

/** Whether the kernel chose the port itself: one of ip_local_port_range, where it was not captured one from 32768. Raw sockets have no port. */
export function ephemeralPorts(db: CaseDb, captureId: number): (proto: string, port: number) => boolean {
  const text = db.get<{ value: Value }>(RANGE, captureId)?.value;
  const range = /^\s*(\d{1,5})\s+(\d{1,5})\s*$/.exec(String(text ?? ''));
  const [low, high] = range === null ? [32768, 65535] : [Number(range[1]), Number(range[2])];
  // The echo id of a ping socket is the program's process id or any number.
  return (proto, port) => proto.startsWith('icmp') || (!proto.startsWith('raw') && port >= low && port <= high);
}

/** root, system (below 1000), user, nobody (65534); null when unknown. */
export function uidClass(uid: Value): string | null {
  if (uid === null) return null;
  if (Number(uid) === 0) return 'root';
  if (Number(uid) === 65534) return 'nobody';
  return Number(uid) < 1000 ? 'system' : 'user';
}

/** any, loopback, link-local, multicast or address: one that belongs to the host alone. */
export function addressClass(address: Value): string | null {
  if (address === null) return null;
  const text = String(address).replace(/^::ffff:(?=\d+\.)/, '');
  if (text === '0.0.0.0' || text === '::') return 'any';
  if (text.startsWith('127.') || text === '::1') return 'loopback';
  if (text.startsWith('169.254.') || /^fe[89ab]/i.test(text)) return 'link-local';
  return /^(22[4-9]|23\d)\.|^ff/i.test(text) ? 'multicast' : 'address';
}
