import { describe, expect, test } from 'vitest';
import { runTool } from '../../../../../test/support/tool.ts';
import { netstat } from './index.ts';

describe('SCTP', () => {
  const common = { net_ns: 7, pass: 'A', source_id: 1, local_port: 3868, uid: 5, inode: 900 };
  const rows = {
    captures: [{ own_net_ns: 7 }],
    sources: [{ source_id: 1, path: 'proc/net/sctp/eps', pass: 'A', bytes: 9 }],
    sockets_sctp: [
      { ...common, kind: 'association', remote_port: 5000, local_addresses: '*192.0.2.1 2001:0DB8::0001 192.0.2.3', line: 2 },
      { ...common, kind: 'endpoint', local_addresses: '0.0.0.0 2001:0DB8::0001', socket_state: 10, line: 2 },
    ].map((row) =>
      row.kind === 'endpoint' ? row : { ...row, remote_addresses: '*198.51.100.9', socket_state: 99, tx_queue: 4, rx_queue: 0 },
    ),
  };

  test('endpoints and associations have a line for each address, owner and inode behind the last', () => {
    expect(runTool(netstat, '-Sne', rows).out.split('\n').slice(2, -1)).toEqual([
      'sctp                0.0.0.0:3868                                    LISTEN     ',
      '                    2001:db8::1:3868                                            5          900       ',
      'sctp       0      4 192.0.2.1:3868          198.51.100.9:5000       UNKNOWN(99)',
      '                    2001:db8::1                                                ',
      '                    192.0.2.3                                                   5          900       ',
    ]);
  });

  test('other formats have one row an association', () => {
    const made = runTool(netstat, '-Sn', rows, { format: 'jsonl' }).out.trimEnd().split('\n');
    expect(made.map((line) => JSON.parse(line))).toMatchObject([
      { proto: 'sctp', local_address: '0.0.0.0 2001:0DB8::0001', local_port: 3868, remote_port: null, state: 'LISTEN' },
      { proto: 'sctp', remote_address: '*198.51.100.9', remote_port: 5000, send_q: 4, state: 'UNKNOWN(99)' },
    ]);
  });
});
