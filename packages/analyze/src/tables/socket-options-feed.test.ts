import { formatFrame } from '@coldstat/capture/archive';
import { expect, test } from 'vitest';
import { loaded } from '../../../../test/support/loaded.ts';

test('options, names and protocols of sockets reach their tables', async () => {
  const frame = (name: string, body: Buffer) => formatFrame({ name, body, truncated: false });
  const i32 = (n: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(n);
    return bytes;
  };
  const pack = [
    frame('3/SOL_SOCKET/SO_KEEPALIVE', i32(1)),
    frame('3/SOL_SOCKET/SO_LINGER', Buffer.alloc(8)),
    formatFrame({ name: '3/IPPROTO_TCP/TCP_NODELAY', errno: 'ENOPROTOOPT' }),
    frame('3/sockname', Buffer.from(`02000050c0a80001${'00'.repeat(8)}`, 'hex')),
    formatFrame({ name: '3/peername', errno: 'ENOTCONN' }),
    formatFrame({ name: '4', errno: 'EBADF' }),
    frame('what', Buffer.from('?')),
  ];
  const db = await loaded({
    files: {
      'proc/12/sockopt.pack': Buffer.concat(pack),
      'proc/12/task/13/sockopt.pack': frame('5/SOL_SOCKET/SO_TYPE', i32(2)),
      'proc/sockprotoname.pack': Buffer.concat([frame('77', Buffer.from('TCPv6\0')), formatFrame({ name: '78', errno: 'EACCES' })]),
      'listing/readdir-1': '1\na\\x20name\n',
      'listing/probe': '66\n# 1 400\n',
    },
  });
  expect(db.all('SELECT pid, tid, fd, level, name, value, errno FROM socket_options ORDER BY pid, tid, line')).toEqual([
    { pid: 12, tid: 0, fd: 3, level: 'SOL_SOCKET', name: 'SO_KEEPALIVE', value: 1, errno: null },
    { pid: 12, tid: 0, fd: 3, level: 'SOL_SOCKET', name: 'SO_LINGER', value: null, errno: null },
    { pid: 12, tid: 0, fd: 3, level: 'IPPROTO_TCP', name: 'TCP_NODELAY', value: null, errno: 'ENOPROTOOPT' },
    { pid: 12, tid: 0, fd: 4, level: null, name: null, value: null, errno: 'EBADF' },
    { pid: 12, tid: 13, fd: 5, level: 'SOL_SOCKET', name: 'SO_TYPE', value: 2, errno: null },
  ]);
  expect(db.all('SELECT fd, side, family, address, port, errno FROM socket_names ORDER BY line')).toEqual([
    { fd: 3, side: 'local', family: 'AF_INET', address: '192.168.0.1', port: 80, errno: null },
    { fd: 3, side: 'peer', family: null, address: null, port: null, errno: 'ENOTCONN' },
  ]);
  expect(db.all('SELECT inode, name, errno FROM socket_protonames ORDER BY inode')).toEqual([
    { inode: 77, name: 'TCPv6', errno: null },
    { inode: 78, name: null, errno: 'EACCES' },
  ]);
  expect(db.all('SELECT listing, name, first, last FROM directory_listings ORDER BY source_id, line')).toEqual([
    { listing: 'readdir-1', name: '1', first: null, last: null },
    { listing: 'readdir-1', name: 'a name', first: null, last: null },
    { listing: 'probe', name: '66', first: null, last: null },
    { listing: 'probe', name: null, first: 1, last: 400 },
  ]);
  expect(db.all('SELECT code FROM problems')).toEqual([{ code: 'list-form' }]);
  db.close();
});
