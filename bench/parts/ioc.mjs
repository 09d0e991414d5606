// A million indicators against a case: seconds, and against grep with the same list of words over the bytes of the archive.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const name = 'ioc';

const INDICATORS = 1_000_000;
/** Lines of the tables that are looked through. */
const ROWS = 100_000;

function lists(bench) {
  const lines = [];
  for (let i = 0; i < INDICATORS; i++) {
    const n = Math.imul(i, 2654435761) >>> 0;
    const address = `${11 + (n % 100)}.${(n >>> 8) & 255}.${(n >>> 16) & 255}.${n >>> 24}`;
    const hash = n.toString(16).padStart(8, '0').repeat(8);
    lines.push([address, `host${i}.bad${n % 1000}.example`, hash, `/opt/bad${i}/program`, `${address.replace(/\d+$/, '0')}/24`][i % 5]);
  }
  const path = join(bench.directory, 'indicators.txt');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function tree(bench) {
  const root = join(bench.directory, 'ioc-tree');
  mkdirSync(join(root, 'proc/net'), { recursive: true });
  const hex = (n, width) => n.toString(16).toUpperCase().padStart(width, '0');
  const parts = ['  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'];
  for (let i = 0; i < ROWS; i++)
    parts.push(
      `${String(i).padStart(4)}: 0100007F:${hex(1024 + (i % 60000), 4)} ${hex(Math.imul(i, 2654435761) >>> 0, 8)}:01BB 01 00000000:00000000 00:00000000 00000000     0        0 ${i + 1} 1 0000000000000000 20 4 30 10 -1\n`,
    );
  writeFileSync(join(root, 'proc/net/tcp'), parts.join(''));
  return root;
}

export function run(bench) {
  const root = tree(bench);
  const db = join(bench.directory, 'ioc.db');
  bench.measure([...bench.programs.coldstat, 'load', root, '-d', db]);
  const list = lists(bench);
  const few = join(bench.directory, 'few.txt');
  writeFileSync(few, '198.51.100.7\n');
  const listing = join(bench.directory, 'ioc-listing');
  bench.measure([...bench.programs.coldstat, '-d', db, 'netstat', '-ant', '--quiet-ledger'], { output: listing });
  const ask = (path) => [...bench.programs.coldstat, 'ioc', '-d', db, '--format', 'jsonl', path];
  const [million, one] = bench.interleave([ask(list), ask(few)]);
  const grep = bench.measure(['grep', '-F', '-f', list, listing]);
  bench.report('ioc: 1,000,000 indicators, 100,000 sockets', million.wall, 's');
  bench.report('ioc: the same, CPU', million.cpu, 's', { most: 15 });
  bench.report('ioc: the same against grep -F -f on the listing', million.wall / grep.wall, 'times', { most: 1 });
  bench.report('ioc: one indicator, 100,000 sockets', one.wall, 's');
  bench.report('ioc: 1,000,000 indicators, peak', million.maxrss_kib / 1024, 'MiB', { most: 1500 });
  return { million, one, grep };
}
