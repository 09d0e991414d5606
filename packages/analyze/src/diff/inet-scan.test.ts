import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ArchiveParts } from '../../../../test/support/archive.ts';
import { loaded } from '../../../../test/support/loaded.ts';
import { memoryCase } from '../db/open.ts';
import { type CaseDb, caseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { compareInet, type InetDifference, type Spot } from './inet-scan.ts';
import { namespaceKey, type Side, sideOf } from './side.ts';

/** The packed keys against the rows themselves, by the sentence of compareInet, on made archives through the whole pipe. */

interface Row {
  readonly source_id: number;
  readonly line: number;
  readonly net_ns: number | null;
  readonly proto: string;
  readonly local_address: string | null;
  readonly local_port: number | null;
  readonly remote_address: string | null;
  readonly remote_port: number | null;
  readonly state_raw: number;
  readonly inode: number | null;
}

function naive(db: CaseDb, before: Side, after: Side, oneBoot: boolean): InetDifference {
  const rows = (side: Side): Row[] => db.all<Row>('SELECT * FROM sockets_inet WHERE capture_id = ? ORDER BY rowid', side.captureId);
  const listens = (r: Row): boolean => r.state_raw === 10 || (r.state_raw === 7 && /^(?:udp|raw)/.test(r.proto));
  const key = (r: Row, side: Side): string => {
    const ends: Value[] = [r.proto, r.local_address, r.local_port, r.remote_address, r.remote_port];
    const own = oneBoot ? [r.inode, r.inode === 0 ? null : r.state_raw] : [];
    return JSON.stringify([namespaceKey(r.net_ns, side, oneBoot), ...ends, ...own]);
  };
  const [old, now] = [rows(before), rows(after)];
  const plain = (list: readonly Row[], side: Side): Map<string, Row[]> =>
    Map.groupBy(
      list.filter((r) => !listens(r)),
      (r) => key(r, side),
    );
  const [a, b] = [plain(old, before), plain(now, after)];
  const spot = ({ source_id, line, inode }: Row): Spot => ({ source: source_id, line, inode });
  return {
    onlyBefore: [...a].flatMap(([k, [first]]) => (first === undefined || b.has(k) ? [] : [spot(first)])),
    onlyAfter: [...b].flatMap(([k, list]) => (a.has(k) ? [] : list.map(spot))),
    listeningBefore: old.filter(listens).map(spot),
    listeningAfter: now.filter(listens).map(spot),
  };
}

const hex = (n: number, width: number): string => n.toString(16).toUpperCase().padStart(width, '0');
/** Few different ones, so that keys meet; and what no kernel prints. */
const address = fc.constantFrom<number[]>(0, 0x0100007f, 0x0a000001, 0xffffffff);
const port = fc.constantFrom<string[]>('0016', '01BB', 'FFFF', '1FFFF');
const state = fc.constantFrom<string[]>('01', '06', '07', '0A', '1F');
const inode = fc.constantFrom<string[]>('0', '7', '4294967303', '9', '-1', '9007199254740991', 'x');
const socket = fc.record({ local: address, remote: address, localPort: port, remotePort: port, state, inode });
type Socket = typeof socket extends fc.Arbitrary<infer S> ? S : never;

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

function table(sockets: readonly Socket[], words: number): string {
  const wide = (word: number): string => hex(word, 8).padStart(8 * words, hex(word, 8));
  const row = (s: Socket, i: number): string =>
    `${i}: ${wide(s.local)}:${s.localPort} ${wide(s.remote)}:${s.remotePort} ${s.state} 00000000:00000000 00:00000000 00000000 0 0 ${s.inode} 1 0 20 4 30 10 -1\n`;
  return HEADER + sockets.map(row).join('');
}

const NAMES = ['tcp', 'tcp6', 'udp', 'raw6'] as const;
const tables = fc.record(
  Object.fromEntries(NAMES.map((name) => [name, fc.array(socket, { maxLength: 12 })])) as Record<
    (typeof NAMES)[number],
    fc.Arbitrary<Socket[]>
  >,
);
/** Own namespace and another one, of either pass. */
const host = fc.record({ own: tables, again: tables, other: tables, order: fc.constantFrom<'little' | null>('little', 'little', null) });
type Host = typeof host extends fc.Arbitrary<infer H> ? H : never;

function parts({ own, again, other, order }: Host, boot: string, n: number): ArchiveParts {
  const files: Record<string, string> = {};
  const of = (prefix: string, all: Host['own'], more: readonly Socket[] = []): void => {
    for (const name of NAMES) files[`${prefix}${name}`] = table([...all[name], ...more], name.endsWith('6') ? 4 : 1);
  };
  of('proc/net/', own);
  of('pass-b/proc/net/', again, own.tcp);
  of('proc/77/net/', other);
  const records = Object.fromEntries(
    Object.keys(files)
      .filter((path) => path.startsWith('proc/77/'))
      .map((path) => [path, { netns: '5' }]),
  );
  const header = {
    capture_id: `6f9fd5a4-0000-4000-8000-00000000000${n}`,
    kernel: { boot_id: boot, ...(order === null ? { byte_order: null } : {}) },
  };
  return { files, records, header } as unknown as ArchiveParts;
}

test('the packed keys tell what the rows do, within one boot and across', async () => {
  let any = 0;
  await fc.assert(
    fc.asyncProperty(host, host, fc.boolean(), async (one, two, oneBoot) => {
      const boots = [
        '11111111-2222-3333-4444-555555555555',
        oneBoot ? '11111111-2222-3333-4444-555555555555' : '66666666-2222-3333-4444-555555555555',
      ];
      const db = await loaded(
        parts(one, boots[0] ?? '', 1),
        parts({ ...two, own: { ...two.own, tcp: [...one.own.tcp, ...two.own.tcp] } }, boots[1] ?? '', 2),
      );
      const [a, b] = [sideOf(db, 1), sideOf(db, 2)];
      for (const [x, y] of [
        [a, b],
        [b, a],
        [a, a],
      ] as const) {
        const [fast, slow] = [compareInet(db, x, y, oneBoot), naive(db, x, y, oneBoot)];
        for (const part of ['onlyBefore', 'onlyAfter', 'listeningBefore', 'listeningAfter'] as const) {
          expect(sorted(fast[part]), part).toEqual(sorted(slow[part]));
          any += slow[part].length;
        }
      }
      db.close();
    }),
    { numRuns: 60 },
  );
  expect(any).toBeGreaterThan(1000);
}, 120_000);

function sorted(spots: readonly Spot[]): string[] {
  return spots.map((s) => `${s.source} ${s.line} ${s.inode}`).sort();
}

test('more sockets than a block holds', async () => {
  const many = (from: number): Socket[] =>
    Array.from({ length: 10_000 }, (_, i) => ({
      local: 1,
      remote: from + i,
      localPort: '0016',
      remotePort: '01BB',
      state: '01',
      inode: String(100 + from + i),
    }));
  const file = (from: number): ArchiveParts => ({ files: { 'proc/net/tcp': table(many(from), 1), 'proc/net/tcp6': table(many(from), 4) } });
  const later = { ...file(5), header: { capture_id: '6f9fd5a4-0000-4000-8000-000000000002' } };
  const db = await loaded(file(0), later);
  const [a, b] = [sideOf(db, 1), sideOf(db, 2)];
  const { onlyBefore, onlyAfter } = compareInet(db, a, b, true);
  const lines = (spots: readonly Spot[]): number[] => spots.map((s) => s.line);
  expect(lines(onlyBefore)).toEqual([2, 3, 4, 5, 6, 2, 3, 4, 5, 6]);
  expect(lines(onlyAfter)).toEqual([9997, 9998, 9999, 10_000, 10_001, 9997, 9998, 9999, 10_000, 10_001]);
  db.close();
}, 60_000);

test('a case whose packed keys are damaged says so', () => {
  const file = memoryCase();
  file.prepare("INSERT INTO captures (capture_id, archive_sha256) VALUES (1, 'ab')").run();
  file.prepare('INSERT INTO socket_keys VALUES (1, 1, 1, 1, ?, 4, 2, ?)').run('tcp', Buffer.from('00', 'hex'));
  const db = caseDb(file);
  const side = sideOf(db, 1);
  expect(() => compareInet(db, side, side, true)).toThrow('socket_keys of this case is not as a load writes it');
  db.close();
});
