import type { Names } from '../names.ts';
import { escaped } from './cells.ts';
import type { Evidence } from './evidence.ts';

/** Names of RPC programs by `PROTO PORT`, from version 2 of the captured portmapper's answer; the first registration of a port counts. */
export function portMap({ db, captureId }: Evidence, names: Pick<Names, 'rpcProgram'>): ReadonlyMap<string, string> {
  const rows = db.all<{ program: number; protocol: number; port: number }>(
    `SELECT program, protocol, port FROM rpc_registrations
      WHERE capture_id = ? AND dump_version = 2 AND protocol IN (6, 17) AND port IS NOT NULL ORDER BY source_id DESC, line DESC`,
    captureId,
  );
  return new Map(
    rows.map(({ program, protocol, port }) => {
      const name = names.rpcProgram(program);
      return [`${protocol === 6 ? 'tcp' : 'udp'} ${port}`, name === undefined || name === null ? String(program) : escaped(name)];
    }),
  );
}
