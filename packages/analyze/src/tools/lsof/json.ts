import { jsonValue } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import type { Cells } from './cells.ts';
import { deviceHex } from './fields.ts';
import type { Listed } from './listing.ts';
import type { Holder, OpenFile } from './open-file.ts';
import type { Options } from './options.ts';

/** `-J` and `-j` of lsof 4.99: the fields of `-F` under long names. NAME is there for network files too, which the live tool leaves out. */

type Member = readonly [name: string, json: string | null];

const text = (value: Value): string | null => (value === null || value === '' ? null : jsonValue(String(value)));
const number = (value: number | string | null): string | null => (value === null ? null : String(value));

function object(members: readonly Member[]): string {
  return `{${members.flatMap(([name, json]) => (json === null ? [] : [`"${name}":${json}`])).join(',')}}`;
}

function processMembers(h: Holder, cells: Cells): Member[] {
  return [
    ['pid', number(h.pid)],
    ['tid', number(h.tid)],
    ['task_command', h.tid === null ? null : jsonValue(h.taskName)],
    ['pgid', number(h.pgid)],
    ['ppid', number(h.ppid)],
    ['command', jsonValue(h.name)],
    ['uid', number(h.uid)],
    ['login', h.uid === null ? null : text(cells.login(h.uid))],
  ];
}

function fileMembers(f: OpenFile, options: Options, cells: Cells): Member[] {
  const name = options.strict && f.ends !== null ? null : text(cells.name(f));
  return [
    ['fd', text(cells.fdName(f))],
    ['access', text(f.access)],
    ['lock', text(f.lock)],
    ['type', text(f.type)],
    ['device', text(cells.device(f))],
    ['device_number', f.dev === null || f.deviceText !== null ? null : jsonValue(deviceHex(f.dev))],
    ['size', text(f.size)],
    ['offset', text(cells.offset(f))],
    ['inode', text(f.inode)],
    ['nlink', number(f.nlink)],
    ['protocol', text(f.protocol)],
    ['flags', f.flags === null ? null : text(cells.flags(f))],
    ['tcp_info', tcpInfo(f, cells)],
    ['name', name],
  ];
}

function tcpInfo(f: OpenFile, cells: Cells): string | null {
  if (f.ends === null) return null;
  return object([
    ['state', text(cells.state(f))],
    ['recv_queue', number(f.receiveQueue)],
    ['send_queue', number(f.sendQueue)],
  ]);
}

export function* jsonLines(rows: Iterable<Listed>, options: Options, cells: Cells): Generator<string, undefined> {
  if (options.json === 'lines') {
    for (const { holder, file } of rows) yield `${object([...processMembers(holder, cells), ...fileMembers(file, options, cells)])}\n`;
    return;
  }
  let last: Holder | null = null;
  yield `{"lsof_version":${jsonValue(options.compat)},"processes":[`;
  for (const { holder, file } of rows) {
    if (holder !== last) yield `${last === null ? '' : ']},'}${object(processMembers(holder, cells)).slice(0, -1)},"files":[`;
    yield `${holder === last ? ',' : ''}${object(fileMembers(file, options, cells))}`;
    last = holder;
  }
  yield `${last === null ? '' : ']}'}]}\n`;
}
