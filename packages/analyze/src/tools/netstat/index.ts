import { Marks } from '../../db/marks/read.ts';
import type { Rows } from '../../render/value.ts';
import { ToolMistake } from '../mistake.ts';
import { namesOf } from '../names.ts';
import { hasSelinux } from '../selinux.ts';
import type { Tool, ToolAnswer, ToolContext } from '../tool.ts';
import { groupLines, groupRecords, groupRows } from './groups.ts';
import { type Holder, holdersOf, unreadable } from './holders.ts';
import { type InetTable, inetHeader, inetLine, inetRows, type Surroundings } from './inet.ts';
import { interfaceLines, interfaceRecords } from './interfaces.ts';
import { parseNetstat, type Request, usage } from './options.ts';
import { socketRecords } from './records.ts';
import { routeLines, routeRecords } from './routes.ts';
import { sctpLine, sctpRows } from './sctp.ts';
import { statisticsLines, statisticsRecords } from './statistics.ts';
import { hasTable } from './tables.ts';
import { unixHeader, unixLine, unixRows } from './unix.ts';

/**
 * `coldstat netstat`: what netstat of net-tools 2.10 prints, from the rows of pass A in the network namespace of the capture (or --netns). Names
 * come from the captured files alone.
 *
 * In other formats than table sockets have these columns: proto, recv_q, send_q, local_address, local_port, remote_address, remote_port, state,
 * type, path (unix), user, uid, inode, pid, program, label, timer, timer_seconds, retransmits, probes, net_ns, source_id, line; one row for each
 * process that holds the socket. Of SCTP the addresses of an end are one text, `*` before the primary one. Groups among other tables are rows of
 * the proto igmp or igmp6, and the columns interface and users stand at the end. Routes, interfaces, groups and counters have the columns of their tables.
 */
export const netstat: Tool = (args, context) => {
  const request = parseNetstat(args);
  const listed = listing(request, context);
  return request.continuous ? { ...listed, repeat: { times: null, untilEmpty: false } } : listed;
};

function listing(request: Request, context: ToolContext): ToolAnswer {
  const table = context.format === 'table';
  switch (request.mode) {
    case 'help':
      return answer([usage()]);
    case 'version':
      return answer(['net-tools 2.10, as coldstat follows it\n']);
    case 'routes':
      return table ? answer(routeLines(context, request)) : answered(routeRecords(context, request));
    case 'interfaces':
      return table ? answer(interfaceLines(context, request)) : answered(interfaceRecords(context));
    case 'statistics':
      return table ? answer(statisticsLines(context, request)) : answered(statisticsRecords(context));
    case 'sockets':
      return sockets(request, context);
  }
}

function answer(out: Iterable<string>, err: readonly string[] = [], exit = 0): ToolAnswer {
  return { out, err, exit: () => exit };
}

function answered(rows: Rows, err: readonly string[] = [], exit = 0): ToolAnswer {
  return { ...answer([], err, exit), rows };
}

function sockets(request: Request, context: ToolContext): ToolAnswer {
  if (request.labels && !hasSelinux(context)) throw new ToolMistake('SELinux is not enabled on this machine.', 1);
  const table = context.format === 'table';
  const around: Surroundings = {
    request,
    names: namesOf(context.db, context.captureId),
    holders: request.programs || !table ? holdersOf(context, request.strict) : new Map<number, Holder[]>(),
    ticksPerSecond: ticksPerSecond(context),
    owners: request.why ? (context.owners?.() ?? null) : null,
  };
  const missing = missingTables(request, context);
  const err = [...(request.programs ? unreadable(context) : []), ...missing];
  const exit = missing.length > 0 ? 1 : 0;
  return table ? answer(lines(context, around), err, exit) : answered(sections(context, request, around), err, exit);
}

function sections(context: ToolContext, request: Request, around: Surroundings): Rows {
  if (request.tables.has('groups') && request.tables.size === 1) return groupRecords(context);
  const unix = request.tables.has('unix') ? unixRows(context, request) : [];
  const groups = request.tables.has('groups') ? groupRows(context, request) : null;
  const inet = inetRows(context, request, ['tcp', ...BEHIND_SCTP]);
  return socketRecords({ inet, sctp: sctpRows(context, request), groups, unix }, around);
}

const BEHIND_SCTP: readonly InetTable[] = ['udp', 'udplite', 'raw'];

function* lines(context: ToolContext, around: Surroundings): Generator<string> {
  const { request } = around;
  const marked = holderMarks(context, around);
  if ((['tcp', 'sctp', 'udp', 'udplite', 'raw'] as const).some((t) => request.tables.has(t))) {
    yield inetHeader(request);
    for (const row of inetRows(context, request, ['tcp'])) yield marked(inetLine(row, around), row.inode);
    for (const row of sctpRows(context, request)) yield marked(sctpLine(row, around), row.inode);
    for (const row of inetRows(context, request, BEHIND_SCTP)) yield marked(inetLine(row, around), row.inode);
  }
  if (request.tables.has('groups')) yield* groupLines(context, request);
  if (request.tables.has('unix')) {
    yield unixHeader(request);
    for (const row of unixRows(context, request)) yield marked(unixLine(row, around), row.inode);
  }
}

/** Behind the line of a socket: what is marked of the processes that hold it. They are named with -p alone. */
function holderMarks(context: ToolContext, { request, holders }: Surroundings): (line: string, inode: number | null) => string {
  if (!request.programs || request.strict) return (line) => line;
  const marks = new Marks(context.db, context.captureId);
  return (line, inode) => {
    const behind = inode === null || inode === 0 ? '' : marks.behindHolders((holders.get(inode) ?? []).map((h) => h.pid));
    return behind === '' ? line : `${line.trimEnd()}${behind}\n`;
  };
}

/** Tables named on the command line (with -v all that are wanted) that the capture has not. */
function missingTables(request: Request, context: ToolContext): string[] {
  const wanted = [...(request.verbose ? request.tables : request.named)];
  const files = { tcp: 'tcp', sctp: 'sctp/eps', udp: 'udp', udplite: 'udplite', raw: 'raw', groups: 'igmp', unix: 'unix' } as const;
  return wanted.filter((t) => !hasTable(context, files[t])).map((t) => `netstat: the capture has no /proc/net/${files[t]}\n`);
}

function ticksPerSecond({ db, captureId }: ToolContext): number | null {
  return db.get<{ n: number | null }>('SELECT ticks_per_second AS n FROM captures WHERE capture_id = ?', captureId)?.n ?? null;
}
