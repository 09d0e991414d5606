import type { InetSocket } from '../../packages/analyze/src/procfs/net-inet.ts';
import type { Value } from '../../packages/analyze/src/render/value.ts';
import type { FeedEntry, Load } from '../../packages/analyze/src/tables/feed.ts';
import { SocketKeyBlocks } from '../../packages/analyze/src/tables/socket-key-blocks.ts';
import { socketKeys } from '../../packages/analyze/src/tables/socket-keys.ts';
import type { TestRows } from './case.ts';

type Row = Readonly<Record<string, Value>>;

/** Beyond the sources that tests name themselves. */
const FIRST_SOURCE = 900_000;

/** The same rows, those of sockets_inet with a source and a line, and the socket_keys that a load makes of them. */
export function withSocketKeys(rows: TestRows): TestRows {
  const sockets = (rows['sockets_inet'] ?? []).map(
    (row, i): Row => ({ ...row, source_id: row['source_id'] ?? FIRST_SOURCE, line: row['line'] ?? i + 1 }),
  );
  const captures = [...new Set(sockets.map((row) => Number(row['capture_id'] ?? 1)))];
  const keys = captures.flatMap((id) =>
    keysOf(
      id,
      sockets.filter((row) => Number(row['capture_id'] ?? 1) === id),
    ),
  );
  return { ...rows, sockets_inet: sockets, socket_keys: keys };
}

function keysOf(captureId: number, sockets: readonly Row[]): Row[] {
  const made: Row[] = [];
  const names = socketKeys.columns.map(([name]) => name).slice(1);
  const add = (values: readonly Value[]): void => {
    made.push({ capture_id: captureId, ...Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])) });
  };
  const blocks = new SocketKeyBlocks({ into: () => add } as unknown as Load);
  let last: FeedEntry | undefined;
  for (const row of sockets) {
    const entry = entryOf(row);
    if (last !== undefined && (last.path !== entry.path || last.netNs !== entry.netNs || last.sourceId !== entry.sourceId))
      blocks.flush(last);
    blocks.socket(socketOf(row), entry);
    last = entry;
  }
  if (last !== undefined) blocks.flush(last);
  return made;
}

function entryOf(row: Row): FeedEntry {
  const path = `proc/net/${row['proto']}`;
  const netNs = row['net_ns'] === undefined || row['net_ns'] === null ? null : Number(row['net_ns']);
  return { path, pass: 'A', body: Buffer.alloc(0), pid: null, tid: null, netNs, sourceId: Number(row['source_id']) };
}

function socketOf(row: Row): InetSocket {
  const number = (name: string): number | null => (row[name] === undefined || row[name] === null ? null : Number(row[name]));
  const text = (name: string): string | null => (row[name] === undefined || row[name] === null ? null : String(row[name]));
  const socket: Partial<InetSocket> = {
    line: number('line') ?? 0,
    state: number('state_raw') ?? 0,
    inode: number('inode'),
    localPort: number('local_port'),
    remotePort: number('remote_port'),
    localAddress: text('local_address'),
    remoteAddress: text('remote_address'),
  };
  return socket as InetSocket;
}
