import type { Rows, Value } from '../../render/value.ts';
import type { Names } from '../names.ts';
import type { Cells } from './cells.ts';
import type { Listed } from './listing.ts';
import type { OpenFile } from './open-file.ts';

/** The columns of `--format`, stable: values, not cells. */
const RECORD_COLUMNS: readonly string[] = [
  'command',
  'pid',
  'tid',
  'task_command',
  'ppid',
  'pgid',
  'user',
  'uid',
  'fd',
  'mode',
  'lock',
  'type',
  'kind',
  'flags',
  'device',
  'size',
  'offset',
  'nlink',
  'node',
  'protocol',
  'name',
  'local_address',
  'local_port',
  'remote_address',
  'remote_port',
  'state',
  'receive_queue',
  'send_queue',
  'remark',
  'net_ns',
  'source_id',
  'line',
];

export function records(rows: Iterable<Listed>, cells: Cells, names: Names): Rows {
  return { columns: RECORD_COLUMNS, rows: values(rows, cells, names) };
}

function* values(rows: Iterable<Listed>, cells: Cells, names: Names): Generator<readonly Value[], undefined> {
  for (const { holder: h, file: f } of rows) {
    const remarks = [f.remark, f.warning].filter((r) => r !== null);
    yield [
      h.name,
      h.pid,
      h.tid,
      h.taskName,
      h.ppid,
      h.pgid,
      h.uid === null ? null : (names.user(h.uid) ?? null),
      h.uid,
      f.role ?? String(f.fd),
      f.access,
      f.lock,
      f.type === '' ? null : f.type,
      f.kind,
      f.flags,
      deviceOf(f),
      integer(f.size),
      integer(f.offset),
      integer(f.nlink),
      integer(f.inode ?? (f.ends === null ? null : f.deviceText)),
      f.protocol,
      f.ends === null ? f.name : cells.ends(f.ends),
      f.ends?.localAddress ?? null,
      f.ends?.localPort ?? null,
      f.ends?.remoteAddress ?? null,
      f.ends?.remotePort ?? null,
      f.state,
      f.receiveQueue,
      f.sendQueue,
      remarks.length === 0 ? null : remarks.join(' '),
      f.netNs ?? h.netNs,
      f.sourceId,
      f.line,
    ];
  }
}

function deviceOf(f: OpenFile): Value {
  if (f.deviceText !== null) return f.ends === null ? f.deviceText : null;
  return f.type === 'CHR' || f.type === 'BLK' ? f.rdev : f.dev;
}

function integer(text: string | null): Value {
  if (text === null) return null;
  const n = Number(text);
  return Number.isSafeInteger(n) ? n : BigInt(text);
}
