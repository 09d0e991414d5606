import { Marks } from '../../db/marks/read.ts';
import { lsofName } from '../../render/cell.ts';
import type { Rows, Value } from '../../render/value.ts';
import { namesOf } from '../names.ts';
import { hasSelinux } from '../selinux.ts';
import type { Tool, ToolAnswer, ToolContext } from '../tool.ts';
import { unixDumped } from '../unix-peers.ts';
import { Cells } from './cells.ts';
import { Evidence } from './evidence.ts';
import { deviceHex, fieldLines } from './fields.ts';
import { ownWords, parseArguments } from './grammar.ts';
import { jsonLines } from './json.ts';
import { type Listed, Listing, type Unowned } from './listing.ts';
import { Mounts } from './mounts.ts';
import { NameArguments } from './name-arguments.ts';
import { asOf493 } from './older.ts';
import { flagTable } from './open-flags.ts';
import type { Options } from './options.ts';
import { portMap } from './port-map.ts';
import { records } from './records.ts';
import { around } from './repeat.ts';
import { Selection } from './selection.ts';
import { type Behind, tableLines, unownedLines } from './table.ts';
import { fieldHelp, lsofHelp, SHORT_USAGE } from './usage.ts';
import { notFound } from './verdict.ts';

/** `lsof` from a capture: the grammar, selection and layout of lsof 4.95, or of 4.93 or 4.99 with `--compat`. */
export const lsof: Tool = (args, context) => {
  const own = ownWords(args);
  const evidence = new Evidence(context.db, context.captureId);
  const names = namesOf(context.db, context.captureId);
  const { options, errors, remarks } = parseArguments(own, names);
  if (options.contextColumn && !hasSelinux(context)) return refusal([...errors, '-Z limited to SELinux']);
  if (errors.length > 0) return refusal(errors);
  if (options.fieldHelp && !options.help) return answer([], fieldHelp(), () => 0);
  const information = informed(options);
  if (information !== null) return answer(information, [], () => 0);
  const mounts = new Mounts(evidence);
  if (options.mountTable) return answer(mountLines(mounts), messages(remarks), () => 0);
  const wanted = new NameArguments(evidence, options, mounts, own.cwd, own.withDeleted);
  if (wanted.errors.length > 0) return refusal(wanted.errors);
  const err = messages([...remarks, ...limits(options, context), ...(options.mayFail ? [] : wanted.unknown)]);
  if (options.names.length > 0 && wanted.unknown.length === options.names.length) return answer([], err, () => (options.mayFail ? 0 : 1));
  const listing = new Listing(evidence, options, new Selection(options, wanted.match), mounts, context.netns);
  const programs = options.portmap ? portMap(evidence, names) : undefined;
  if (programs?.size === 0)
    err.push('lsof: +M: the capture has no answer of the port mapper (coldstat-capture --with rpcbind); ports are shown without names\n');
  const cells = new Cells(options, names, flagTable(evidence.machine(), options.compat), programs);
  const rows = (): Iterable<Listed> => (options.compat === '4.93' ? asOf493(listing.rows()) : listing.rows());
  const table = context.format === 'table';
  const owners = own.why ? (context.owners?.() ?? null) : null;
  const unowned = owners === null ? null : listing.unowned(owners);
  if (unowned !== null && table && !plainTable(options))
    err.push('lsof: --why: sockets that nobody holds are in the table and in --format alone\n');
  // made first: it learns which users have no name
  const out = table ? layout(options, rows, unowned, cells, marksBehind(options, context)) : [];
  if (options.warnings) for (const uid of cells.unknownUsers) err.push(`lsof: no pwd entry for UID ${uid}\n`);
  let failed = false;
  const done = (f: boolean): void => {
    failed = f;
  };
  const end = { err, exit: () => (failed ? 1 : 0), around: around(options, evidence), ...(options.repeat && { repeat: options.repeat }) };
  if (table) return { out: closing(out, options, wanted, done), ...end };
  return { out: [], rows: allRecords(records(rows(), unowned, cells, names), options, wanted, done), ...end };
};

function answer(out: Iterable<string>, err: readonly string[], exit: () => number): ToolAnswer {
  return { out, err, exit };
}

function messages(lines: readonly string[]): string[] {
  return lines.map((line) => `lsof: ${line.split('\n').map(lsofName).join('\n')}\n`);
}

function refusal(errors: readonly string[]): ToolAnswer {
  return answer([], [...messages(errors), ...SHORT_USAGE.map((line) => `${line}\n`)], () => 1);
}

function informed(o: Options): readonly string[] | null {
  if (o.help) return [lsofHelp()];
  return o.version ? [`coldstat lsof: answers as lsof ${o.compat} does, from a capture\n`] : null;
}

/** What was asked for and this capture does not hold. */
function limits(o: Options, { db, captureId }: ToolContext): string[] {
  if (o.endpoints === 'none' || unixDumped(db, captureId).size > 0) return [];
  return [
    '-E: who is at the other end of a unix socket is not in /proc, and the capture did not ask the kernel (--netlink); those ends are left out',
  ];
}

function layout(
  o: Options,
  rows: () => Iterable<Listed>,
  unowned: Iterable<Unowned> | null,
  cells: Cells,
  behind: Behind,
): Iterable<string> {
  if (o.terse) return terse(rows());
  if (o.json !== 'none') return jsonLines(rows(), o, cells);
  if (o.fields !== null) return fieldLines(rows(), o, cells);
  const listed = tableLines(rows, o, cells, behind);
  return unowned === null ? listed : both(listed, unownedLines(unowned, cells, behind));
}

/** Of a file by its row; of the process itself behind its executable. */
function marksBehind({ strict }: Options, { db, captureId }: ToolContext): Behind {
  if (strict) return () => '';
  const marks = new Marks(db, captureId);
  return ({ file, holder }) =>
    file.role === 'txt' && holder !== undefined ? marks.behindProcess(holder.pid) : marks.behindRow(file.sourceId, file.line);
}

/** Forms that have no place for a row without a process. */
function plainTable(o: Options): boolean {
  return !o.terse && o.json === 'none' && o.fields === null;
}

function* both(first: Iterable<string>, second: Iterable<string>): Generator<string, undefined> {
  yield* first;
  yield* second;
}

/** `-t`: each process once; rows come by ascending pid. */
function* terse(rows: Iterable<Listed>): Generator<string, undefined> {
  let last = -1;
  for (const { holder } of rows) {
    if (holder.pid !== last) yield `${holder.pid}\n`;
    last = holder.pid;
  }
}

function* closing(out: Iterable<string>, o: Options, wanted: NameArguments, done: (failed: boolean) => void): Generator<string, undefined> {
  yield* out;
  if (o.verbose) yield* notFound(o, wanted.all);
  done(failedSearch(o, wanted));
}

function failedSearch(o: Options, wanted: NameArguments): boolean {
  return notFound(o, wanted.all).length + wanted.unknown.length > 0 && !o.mayFail;
}

function allRecords({ columns, rows }: Rows, o: Options, wanted: NameArguments, done: (failed: boolean) => void): Rows {
  function* drained(): Generator<readonly Value[], undefined> {
    yield* rows;
    done(failedSearch(o, wanted));
  }
  return { columns, rows: drained() };
}

/** `+m`: every mount point of the capture once, with the device number of the mount that covers the others there. */
function* mountLines(mounts: Mounts): Generator<string, undefined> {
  const lines = new Map(mounts.own.map((m) => [lsofName(m.mountPoint), m.dev]));
  for (const [point, dev] of lines) yield `${point} ${dev === null ? '?' : deviceHex(dev)}\n`;
}
