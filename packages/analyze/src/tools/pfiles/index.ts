import { Marks } from '../../db/marks/read.ts';
import type { Tool } from '../tool.ts';
import { allPids, descriptors, findProcess, type ProcessRow } from './descriptors.ts';
import { parsePfiles, usage } from './options.ts';
import { records } from './records.ts';
import { Sockets } from './sockets.ts';
import { block } from './text.ts';

/**
 * `coldstat pfiles`: every descriptor of a process with mode, device, inode, owner, flags, offset, path and, for sockets, type, options, names and the
 * processes at the other end, as far as they were captured. Options nobody captured are never printed as unset; a line says that they are unknown.
 * Other formats: see records.ts.
 */
export const pfiles: Tool = (args, context) => {
  const request = parsePfiles(args);
  if (request.help) return { out: [usage()], err: [], exit: () => 0 };
  const found: ProcessRow[] = [];
  const err: string[] = [];
  const pids = request.all ? allPids(context.db, context.captureId) : request.pids;
  for (const pid of pids) {
    const process = findProcess(context.db, context.captureId, pid);
    if (process === undefined) err.push(`pfiles: cannot examine ${pid}: no such process\n`);
    else found.push(process);
  }
  const sockets = new Sockets(context.db, context.captureId);
  const marks = new Marks(context.db, context.captureId);
  const out = function* (): Generator<string> {
    for (const process of found) yield* block(process, descriptors(context.db, context.captureId, process, sockets), request, marks);
  };
  const end = { err, exit: () => (err.length > 0 ? 1 : 0) };
  if (context.format === 'table') return { out: out(), ...end };
  return { out: [], rows: records(context.db, context.captureId, found, sockets), ...end };
};
