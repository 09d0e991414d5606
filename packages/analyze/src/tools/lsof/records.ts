import type { Rows, Value } from '../../render/value.ts';
import type { Names } from '../names.ts';
import type { Cells } from './cells.ts';
import type { Listed, Unowned } from './listing.ts';
import type { Holder, OpenFile } from './open-file.ts';

/** The columns of `--format`, stable: values, not cells. */
const RECORD_COLUMNS: readonly string[] = [
  'command',
  'pid',
  'tid',
  'task_command',
  'security_context',
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

/** `unowned`: with --why the sockets that nobody holds, as rows without a process behind the others; the column `why` is empty for what is held. */
export function records(rows: Iterable<Listed>, unowned: Iterable<Unowned> | null, cells: Cells, names: Names): Rows {
  if (unowned === null) return { columns: RECORD_COLUMNS, rows: values(rows, cells, names) };
  function* all(nobodys: Iterable<Unowned>): Generator<readonly Value[], undefined> {
    for (const row of values(rows, cells, names)) yield [...row, null];
    for (const { file, why } of nobodys) for (const row of values([{ holder: NOBODY, file }], cells, names)) yield [...row, why];
  }
  return { columns: [...RECORD_COLUMNS, 'why'], rows: all(unowned) };
}

const NOBODY = { pid: null, tid: null, taskName: null, name: null, label: null, ppid: null, pgid: null, uid: null, netNs: null };

interface Row {
  readonly holder: Omit<Holder, 'pid'> & { readonly pid: number | null };
  readonly file: OpenFile;
}

function* values(rows: Iterable<Row>, cells: Cells, names: Names): Generator<readonly Value[], undefined> {
  for (const { holder: h, file: f } of rows) {
    const remarks = [f.remark, f.warning].filter((r) => r !== null);
    yield [
      h.name,
      h.pid,
      h.tid,
      h.taskName,
      h.label,
      h.ppid,
      h.pgid,
      h.uid === null ? null : (names.user(h.uid) ?? null),
      h.uid,
      f.role ?? (h.pid === null ? null : String(f.fd)),
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
