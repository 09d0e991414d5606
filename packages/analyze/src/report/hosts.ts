import type { CaseDb } from '../db/query.ts';
import { pageCell } from '../render/cell.ts';
import type { Value } from '../render/value.ts';

const ADDRESSES = `SELECT DISTINCT a.address, c.host FROM interface_addresses a JOIN captures c ON c.capture_id = a.capture_id
  WHERE a.address IS NOT NULL AND c.host IS NOT NULL ORDER BY a.address, c.host`;

/** Addresses that a captured host bears on an interface, with its name: loopback and link-local ones, which every host has, are left out. */
export function hostAddresses(db: CaseDb): Record<string, string> {
  const names = new Map<string, string>();
  for (const { address, host } of db.all<{ address: Value; host: Value }>(ADDRESSES)) {
    const [ip, name] = [String(pageCell(address)), String(pageCell(host))];
    if (/^(127\.|::1$|fe80:|169\.254\.)/i.test(ip)) continue;
    const known = names.get(ip);
    names.set(ip, known === undefined || known === name ? name : `${known}, ${name}`);
  }
  return Object.fromEntries(names);
}
