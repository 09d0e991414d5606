// One table of 1,000,000 rows in a tree that mirrors /proc; two of them and the difference, within one boot and across. Only with --million.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../bench.mjs';

export const name = 'million';

const ROWS = 1_000_000;

function tree(bench, label, first, boot) {
  const root = join(bench.directory, label);
  mkdirSync(join(root, 'proc/net'), { recursive: true });
  mkdirSync(join(root, 'proc/sys/kernel/random'), { recursive: true });
  writeFileSync(join(root, 'proc/sys/kernel/random/boot_id'), `${boot}\n`);
  const parts = ['  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'];
  const hex = (n, width) => n.toString(16).toUpperCase().padStart(width, '0');
  for (let i = 0; i < ROWS; i++) {
    const n = first + i;
    // Callers from everywhere, and inodes in no order, each once: a multiplication by an odd number loses nothing.
    const remote = `${hex(Math.imul(n, 0x9e3779b1) >>> 0, 8)}:${hex(1024 + (n % 60000), 4)}`;
    const inode = 100000 + (Math.imul(n, 0x85ebca6b) & 0xfffffff);
    parts.push(
      `${String(i).padStart(4)}: 0100007F:01BB ${remote} 01 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 20 4 30 10 -1\n`,
    );
  }
  writeFileSync(join(root, 'proc/net/tcp'), parts.join(''));
  return root;
}

const BOOTS = ['11111111-2222-3333-4444-555555555555', '66666666-7777-8888-9999-000000000000'];

export function run(bench) {
  const db = join(bench.directory, 'million.db');
  const load = (root) => bench.measure([...bench.programs.coldstat, 'load', root, '-d', db]);
  const first = load(tree(bench, 'before', 0, BOOTS[0]));
  load(tree(bench, 'after', ROWS / 100, BOOTS[0]));
  load(tree(bench, 'booted', ROWS / 100, BOOTS[1]));
  bench.report('load of 1,000,000 rows, peak', first.maxrss_kib / 1024, 'MiB', { most: 400 });
  bench.report('load of 1,000,000 rows', ROWS / first.wall / 1000, 'k rows/s');
  // The same question by text: inode and addresses of each row, sorted, and what is in one list alone.
  const keys = (label) =>
    `awk '{print $10,$2,$3}' ${join(bench.directory, label, 'proc/net/tcp')} | LC_ALL=C sort > ${join(bench.directory, label, 'keys')}`;
  const comm = `LC_ALL=C comm -3 ${join(bench.directory, 'before/keys')} ${join(bench.directory, 'after/keys')}`;
  const diff = (...args) => [...bench.programs.coldstat, '-d', db, 'diff', ...args];
  // With --only listener every key is compared, the rows of different ones are read, and nothing is told: no listener has changed.
  const [text, same, across, keysAlone] = bench.interleave([
    ['sh', '-c', `${keys('before')}; ${keys('after')}; ${comm}`],
    diff('1', '2'),
    diff('1', '3'),
    diff('--only', 'listener', '1', '2'),
  ]);
  for (const [boot, took] of [
    ['one boot', same],
    ['two boots', across],
  ]) {
    bench.report(`diff of 1,000,000 and 1,000,000 sockets, ${boot}`, took.wall, 's', { most: 2 });
    bench.report(`diff of 1,000,000 sockets against sort and comm, ${boot}`, took.wall / text.wall, 'times', { most: 0.6 });
  }
  bench.report('keys alone of 1,000,000 sockets against sort and comm', keysAlone.wall / text.wall, 'times', { most: 0.6 });
  const packed = Number(output(['sqlite3', db, 'SELECT sum(length(keys)) FROM socket_keys WHERE capture_id = 1']));
  bench.report('packed keys in the case file', packed / ROWS, 'bytes a socket');
  bench.report('diff of 1,000,000 and 1,000,000 sockets, peak', Math.max(same.maxrss_kib, across.maxrss_kib) / 1024, 'MiB', { most: 400 });
  return { first, same, across, keysAlone, text };
}
