// npm run bench -- [--size small|medium|large] [--runs N] [--only part,part] [--million] [--aside]
// `--aside` measures a build of its own instead of the one in packages/*/dist.
// Ratios against peers in the same run, on a load of its own in private namespaces, so that nothing else of the machine is measured. Needs root.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Bench, SIZES, startLoad } from './bench.mjs';
import * as capture from './parts/capture.mjs';
import * as ioc from './parts/ioc.mjs';
import * as listing from './parts/listing.mjs';
import * as load from './parts/load.mjs';
import * as million from './parts/million.mjs';
import * as parser from './parts/parser.mjs';
import * as page from './parts/report.mjs';
import * as series from './parts/series.mjs';
import * as standalone from './parts/standalone.mjs';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'medium' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    million: { type: 'boolean', default: false },
    aside: { type: 'boolean', default: false },
    inside: { type: 'boolean', default: false },
  },
});

/** Runs this script again in private namespaces; whatever it leaves is killed with it. */
function enter() {
  const again = ['unshare', '-fpmn', '--kill-child', '--mount-proc', process.execPath, ...process.argv.slice(1), '--inside'];
  const { status } = spawnSync(again[0], again.slice(1), { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

function table(rows) {
  const number = (n) => (n >= 1000 ? Math.round(n).toLocaleString('en-GB') : n.toPrecision(3));
  const cells = rows.map(({ what, value, unit, limit, ok }) => [
    what,
    limit === null ? '' : limit.most !== undefined ? `≤ ${limit.most}` : `≥ ${limit.least}`,
    `${number(value)} ${unit}`.trimEnd(),
    ok === null ? '' : ok ? 'ok' : 'miss',
  ]);
  const widths = [0, 1, 2].map((i) => Math.max(...cells.map((c) => c[i].length)));
  return cells.map(([a, b, c, d]) => `${a.padEnd(widths[0])}  ${b.padEnd(widths[1])}  ${c.padStart(widths[2])}  ${d}`.trimEnd()).join('\n');
}

async function main() {
  if (SIZES[values.size] === undefined) throw new Error(`no size ${values.size}: ${Object.keys(SIZES).join(', ')}`);
  const only = values.only?.split(',');
  const parts = [capture, load, parser, listing, ioc, page, standalone, series, ...(values.million ? [million] : [])].filter(
    (p) => only === undefined || only.includes(p.name),
  );
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-bench-'));
  const details = {};
  const installed = values.aside ? (await import('../test/support/installed.ts')).install() : undefined;
  const bench = new Bench(directory, { size: values.size, runs: Number(values.runs), modules: installed?.modules });
  try {
    const generator = await startLoad(directory, values.size);
    for (const part of parts) details[part.name] = await part.run(bench);
    await generator.stop();
  } finally {
    rmSync(directory, { recursive: true, force: true });
    installed?.remove();
  }
  const cores = availableParallelism();
  console.log(
    `${values.size}, ${values.runs} interleaved runs, medians; ${cores} cores, Node ${process.versions.node}\n\n${table(bench.rows)}`,
  );
  const out = join(import.meta.dirname, 'out');
  mkdirSync(out, { recursive: true });
  const report = {
    size: values.size,
    load: SIZES[values.size],
    runs: Number(values.runs),
    cores,
    node: process.versions.node,
    rows: bench.rows,
    details,
  };
  writeFileSync(join(out, `${values.size}.json`), `${JSON.stringify(report, null, 1)}\n`);
}

if (values.inside) await main();
else enter();
