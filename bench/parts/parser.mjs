// The parser of /proc/net/tcp against a loop in Python as monitoring libraries have it, over the same rows; start of the interpreters not counted.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, output } from '../bench.mjs';

export const name = 'parser';

const ROWS = 500_000;

/** Rows of this host's table, again and again, each with a running number, an address and an inode of its own. */
function longTable(path) {
  const [header, ...lines] = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .filter((line) => line !== '');
  const rows = [header];
  for (let i = 0; i < ROWS; i++) {
    const columns = (lines[i % lines.length] ?? '').trim().split(/ +/);
    columns[0] = `${String(i).padStart(4)}:`;
    columns[1] = `${(0x0a000000 + i).toString(16).toUpperCase().padStart(8, '0')}${(columns[1] ?? '').slice(8)}`;
    if (columns[9] !== '0') columns[9] = String(100_000 + i);
    rows.push(columns.join(' '));
  }
  writeFileSync(path, `${rows.join('\n')}\n`, 'latin1');
}

export function run(bench) {
  const table = join(bench.directory, 'tcp');
  longTable(table);
  const python = ['python3', join(import.meta.dirname, '../programs/tcp_loop.py'), table];
  const node = [process.execPath, join(import.meta.dirname, '../programs/tcp-parser.mjs'), bench.programs.analyzer, table];
  const times = { python: [], node: [] };
  for (let i = 0; i < bench.runs; i++) {
    for (const [who, command] of Object.entries({ python, node })) {
      const [rows, seconds] = output(command).trim().split(' ').map(Number);
      if (rows !== ROWS) throw new Error(`${who} saw ${rows} rows of ${ROWS}`);
      times[who].push(ROWS / seconds);
    }
  }
  const ours = median(times.node);
  const theirs = median(times.python);
  bench.report('parser of tcp, rows/s to a Python loop', ours / theirs, '×', { least: 10 });
  bench.report('parser of tcp', ours / 1e6, 'M rows/s');
  return { ours, theirs };
}
