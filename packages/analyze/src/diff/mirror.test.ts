import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testCase } from '../../../../test/support/case.ts';
import { withSocketKeys } from '../../../../test/support/socket-keys.ts';
import { type Change, KINDS } from './change.ts';
import { differences } from './diff.ts';
import { ignoring, keyOf } from './ignore.ts';
import { sideOf } from './side.ts';

/** Sockets, processes, users, routes and mounts of a small world, so that the two captures often share some and often differ. */
const small = fc.integer({ min: 1, max: 4 });
const pass = fc.constantFrom('A', 'B');
const socket = fc.record({
  inode: small,
  local_port: small,
  remote_port: fc.integer({ min: 0, max: 2 }),
  state_raw: fc.constantFrom(1, 10),
  pass,
});
const unique = <T>(item: fc.Arbitrary<T>, selector: (item: T) => string | number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(item, { maxLength: 5, selector });
const host = fc.record({
  sockets: unique(socket, (s) => `${s.inode} ${s.pass}`),
  processes: unique(fc.record({ pid: small, start_ticks: small, path: fc.constantFrom('/a', '/b', null), uid: small }), (p) => p.pid),
  users: unique(fc.record({ name: fc.constantFrom('root', 'www', 'x\n*'), uid: small }), (u) => u.name),
  routes: unique(
    fc.record({ destination: fc.constantFrom('0.0.0.0', '10.0.0.0'), gateway: fc.constantFrom('10.0.0.1', '10.0.0.2') }),
    (r) => r.destination,
  ),
  mounts: unique(fc.record({ mount_point: fc.constantFrom('/', '/srv'), fstype: fc.constantFrom('ext4', 'tmpfs') }), (m) => m.mount_point),
});
type Host = typeof host extends fc.Arbitrary<infer T> ? T : never;

function rowsOf(h: Host, capture_id: number) {
  const place = (line: number) => ({ capture_id, source_id: 1, line: line + 1 });
  return {
    sockets_inet: h.sockets.map((s, i) => ({
      ...place(i),
      ...s,
      net_ns: 1,
      proto: 'tcp',
      local_address: '10.0.0.9',
      remote_address: s.state_raw === 10 ? '0.0.0.0' : '10.0.0.8',
      state: s.state_raw === 10 ? 'LISTEN' : 'ESTABLISHED',
    })),
    processes: h.processes.map((p, i) => ({ ...place(i), ...p, name: 'p', pid_ns: 2, kernel_thread: 0 })),
    users: h.users.map((u, i) => ({ ...place(i), ...u })),
    interfaces: [{ ...place(0), net_ns: 1, pass: 'A', name: 'lo' }],
    routes: h.routes.map((r, i) => ({ ...place(i), ...r, net_ns: 1, family: 4, prefix: 8, flags: 3, metric: 0 })),
    mounts: h.mounts.map((m, i) => ({ ...place(i), ...m, mnt_ns: 3 })),
  };
}

function compared(a: Host, b: Host): { readonly there: Change[]; readonly back: Change[]; readonly self: Change[] } {
  const [one, two] = [rowsOf(a, 1), rowsOf(b, 2)];
  const capture = { kind: 'coldstat', complete: 1, host: 'h', boot_id: 'b', own_net_ns: 1, own_pid_ns: 2, own_mnt_ns: 3 };
  const read = ['net/tcp', 'net/dev', 'net/route', 'etc/passwd'].map((file) =>
    file.startsWith('net') ? { path: `proc/${file}`, net_ns: 1 } : { path: file },
  );
  const db = testCase(
    withSocketKeys({
      sources: [1, 2].flatMap((capture_id) => read.map((row, i) => ({ capture_id, source_id: 100 + i, entry: i, ...row }))),
      captures: [1, 2].map((capture_id) => ({ ...capture, capture_id, started_ns: capture_id })),
      sockets_inet: [...one.sockets_inet, ...two.sockets_inet],
      processes: [...one.processes, ...two.processes],
      users: [...one.users, ...two.users],
      interfaces: [...one.interfaces, ...two.interfaces],
      routes: [...one.routes, ...two.routes],
      mounts: [...one.mounts, ...two.mounts],
    }),
  );
  const run = (x: number, y: number): Change[] => [...differences(db, sideOf(db, x), sideOf(db, y), new Set(KINDS))];
  const result = { there: run(1, 2), back: run(2, 1), self: run(1, 1) };
  db.close();
  return result;
}

const MIRROR = { added: 'removed', removed: 'added', changed: 'changed', replaced: 'replaced' } as const;

test('a capture and itself differ in nothing; the other way round each difference is its mirror; each can be ignored by its key', () => {
  let any = 0;
  fc.assert(
    fc.property(host, host, (a, b) => {
      const { there, back, self } = compared(a, b);
      any += there.length;
      expect(self).toEqual([]);
      const count = (changes: readonly Change[], mirrored: boolean): string[] =>
        changes.map((c) => `${mirrored ? MIRROR[c.change] : c.change} ${c.kind} ${c.field}`).sort();
      expect(count(back, true)).toEqual(count(there, false));
      const ignored = ignoring(there.map(keyOf));
      for (const change of there) {
        expect(ignored(change)).toBe(true);
        expect(keyOf(change)).not.toContain('\n');
        expect(change.change === 'added').toBe(change.beforeAt === null);
        expect(change.change === 'removed').toBe(change.afterAt === null);
      }
    }),
    { numRuns: 60 },
  );
  expect(any).toBeGreaterThan(60);
});
