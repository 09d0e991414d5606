import type { CaseDb } from '../../db/query.ts';
import { terminal } from '../../render/cell.ts';
import { ToolMistake } from '../mistake.ts';
import type { Tool, ToolAnswer } from '../tool.ts';
import { parseRpcinfo, usage } from './options.ts';
import { askedInVain, likely, type Registration, registrations } from './registrations.ts';
import { longList, portmapList, shortList } from './text.ts';

/**
 * `coldstat rpcinfo`: what the portmapper of the host answered when the capture asked it (`coldstat-capture --with rpcbind`); /proc holds nothing of it.
 * Without an answer: says so, names what likely would have been registered, exit 1. Other formats: columns program version protocol port netid
 * address service owner source_id line.
 */
export const rpcinfo: Tool = (args, context) => {
  const request = parseRpcinfo(args);
  if (request.help) return { out: [usage()], err: [], exit: () => 0 };
  if (request.host !== undefined) checkHost(context.db, context.captureId, request.host);
  const rows = registrations(context.db, context.captureId, request.form === 'portmap' ? [2] : [3, 4]);
  if (rows.length === 0) return nothing(context.db, context.captureId);
  if (context.format !== 'table') return { out: [], rows: { columns: COLUMNS, rows: records(rows) }, err: [], exit: () => 0 };
  const lists = { portmap: portmapList, long: longList, short: shortList };
  return { out: lists[request.form](rows), err: [], exit: () => 0 };
};

const COLUMNS = ['program', 'version', 'protocol', 'port', 'netid', 'address', 'service', 'owner', 'source_id', 'line'] as const;

function* records(rows: Iterable<Registration>) {
  for (const r of rows) yield [r.program, r.version, r.protocol, r.port, r.netid, r.address, r.name, r.owner, r.source_id, r.line];
}

function nothing(db: CaseDb, captureId: number): ToolAnswer {
  const why = askedInVain(db, captureId);
  const err = [
    why === undefined
      ? "rpcinfo: can't contact portmapper: it was not asked when this was captured (coldstat-capture --with rpcbind asks it)\n"
      : `rpcinfo: can't contact portmapper: when this was captured it answered ${why}\n`,
  ];
  for (const { name, proto, port } of likely(db, captureId))
    err.push(`rpcinfo: likely, by /etc/services and /etc/rpc: ${terminal(name)} on ${proto} port ${port}\n`);
  return { out: [], err, exit: () => 1 };
}

/** A host may be named as long as it is the captured one: another cannot be asked any more. */
function checkHost(db: CaseDb, captureId: number, host: string): void {
  const known = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM captures c WHERE c.capture_id = ? AND (c.host = ? OR ? IN ('localhost', '127.0.0.1', '::1')
        OR EXISTS (SELECT 1 FROM interface_addresses a WHERE a.capture_id = c.capture_id AND a.address = ?)
        OR EXISTS (SELECT 1 FROM hosts h JOIN interface_addresses a USING (capture_id, address) WHERE h.capture_id = c.capture_id AND h.name = ?))`,
    captureId,
    host,
    host,
    host,
    host,
  );
  if (known?.n === 0) throw new ToolMistake(`rpcinfo: ${terminal(host)} is not the captured host`, 1);
}
