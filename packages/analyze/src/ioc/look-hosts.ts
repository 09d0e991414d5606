import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Address, parseAddress } from './address.ts';
import { type Hit, textOf } from './hit.ts';
import { hostName } from './meaning.ts';
import type { Candidate } from './slots.ts';
import type { Wanted } from './wanted.ts';

/** A name by /etc/hosts, and the indicators that mean it. */
interface Named {
  readonly candidate: Candidate;
  readonly name: string;
}

/** What /etc/hosts of a capture says. */
export interface HostsFile {
  readonly names: ReadonlyMap<Address, ReadonlySet<string>>;
  /** Addresses that bear the name of an indicator. */
  readonly wanted: ReadonlyMap<Address, readonly Named[]>;
  readonly hits: readonly Hit[];
}

interface Row {
  readonly address: Value;
  readonly name: Value;
  readonly source_id: number | null;
  readonly line: number | null;
}

/** Reads it once for each capture. Names at 0.0.0.0 and at loopback addresses are hits, but do not make sockets of these addresses ones. */
export function lookHosts(db: CaseDb, captureId: number, wanted: Wanted): HostsFile {
  const names = new Map<Address, Set<string>>();
  const addresses = new Map<Address, Named[]>();
  const hits: Hit[] = [];
  for (const row of db.iterate<Row>('SELECT address, name, source_id, line FROM hosts WHERE capture_id = ? ORDER BY rowid', captureId)) {
    const address = parseAddress(textOf(row.address) ?? '');
    const name = hostName(textOf(row.name) ?? '');
    const base = { seen: 'hosts file', detail: row.address, pid: null, sourceId: row.source_id, line: row.line };
    if (name !== null) {
      const found = [...wanted.host(name)];
      for (const candidate of found) if (candidate.rest.length === 0) hits.push({ ...base, candidate, field: 'name', value: row.name });
      if (address !== null && !isBlocked(address)) {
        if (found.length > 0)
          push(
            addresses,
            address,
            found.map((candidate) => ({ candidate, name })),
          );
        names.set(address, (names.get(address) ?? new Set()).add(name));
      }
    }
    if (address !== null)
      for (const candidate of wanted.address(address))
        if (candidate.rest.length === 0) hits.push({ ...base, candidate, field: 'address', value: row.address, detail: row.name });
  }
  return { names, wanted: addresses, hits };
}

function push<K, V>(map: Map<K, V[]>, key: K, values: readonly V[]): void {
  map.set(key, [...(map.get(key) ?? []), ...values]);
}

/** Where lists of blocked names send them. */
function isBlocked(address: Address): boolean {
  return typeof address === 'number' ? address >>> 24 === 127 || address === 0 : address <= 1n;
}
