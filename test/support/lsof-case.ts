import { lsof } from '../../packages/analyze/src/tools/lsof/index.ts';
import { answerLines, type ToolContext } from '../../packages/analyze/src/tools/tool.ts';
import { type TestRows, testCase } from './case.ts';

export const file = (pid: number, fd: number, target: string | Uint8Array, more: object = {}): Record<string, never> =>
  ({
    pid,
    tid: 0,
    fd,
    kind: 'file',
    target,
    link_mode: 0o600,
    flags: 0o100002,
    pos: 0,
    st_mode: 0o100644,
    st_nlink: 1,
    st_dev: '254:1',
    st_ino: 1000 + fd,
    st_size: 10,
    source_id: 1,
    line: fd,
    ...more,
  }) as never;

export const socket = (pid: number, fd: number, inode: number): Record<string, never> =>
  file(pid, fd, `socket:[${inode}]`, { kind: 'socket', socket_inode: inode, st_mode: 0o140777, st_dev: '0:9', st_ino: inode });

export const inet = (inode: number, more: object = {}): Record<string, never> =>
  ({
    net_ns: 1,
    pass: 'A',
    proto: 'tcp',
    family: 4,
    local_address: '0.0.0.0',
    local_port: 22,
    remote_address: '0.0.0.0',
    remote_port: 0,
    state: 'LISTEN',
    state_raw: 10,
    tx_queue: 0,
    rx_queue: 0,
    inode,
    line: 2,
    ...more,
  }) as never;

export const process = (pid: number, more: object = {}): Record<string, never> =>
  ({ pid, parent: 1, pgroup: pid, name: 'sshd', state: 'S', owner_uid: 0, net_ns: 1, ...more }) as never;

export const BASE: TestRows = {
  captures: [{ own_net_ns: 1, own_mnt_ns: 7, byte_order: 'little', machine: 'x86_64', kernel_release: '6.1.0' }],
  users: [{ name: 'root', uid: 0, line: 1 }],
  services: [{ name: 'ssh', port: 22, protocol: 'tcp', line: 1 }],
  hosts: [{ address: '192.0.2.7', name: 'peer.example', name_index: 0, line: 1 }],
};

export interface Said {
  readonly out: string;
  readonly err: string;
  readonly exit: number;
}

export function run(rows: TestRows, args: string, context: Partial<ToolContext> = {}): Said {
  const db = testCase({ ...BASE, ...rows });
  const answer = lsof(
    args.split(' ').filter((w) => w !== ''),
    { db, captureId: 1, netns: 'own', format: 'table', ...context },
  );
  const out = [...answerLines(answer, context.format ?? 'table')].join('');
  const said = { out, err: answer.err.join(''), exit: answer.exit() };
  db.close();
  return said;
}

export const rows = (said: Said): string[] => said.out.trimEnd().split('\n').slice(1);
