// What a moment of a series costs against a capture that stands alone, as the archives themselves tell it.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../bench.mjs';

export const name = 'series';

/** Long enough for a whole capture of the largest load, so that none is missed. */
const EVERY = { small: '3s', medium: '6s', large: '20s' };
const COUNT = 5;

export function run(bench) {
  const details = { single: [], full: [], light: [] };
  for (let round = 0; round < bench.runs; round++) {
    const alone = join(bench.directory, `single-${round}.tar.zst`);
    bench.measure([...bench.programs.capture, '--quiet', '-o', alone]);
    details.single.push(costOf(alone));
    details.full.push(...series(bench, `full-${round}`, []).slice(1));
    details.light.push(...series(bench, `light-${round}`, ['--light']).slice(1, -1));
  }
  const of = (kind, what) => median(details[kind].map((cost) => cost[what]));
  const ratio = (kind, what) => of(kind, what) / of('single', what);
  bench.report('a single capture, CPU', of('single', 'cpu') * 1000, 'ms');
  bench.report('a single capture, archive', of('single', 'stored') / 1024, 'KiB');
  bench.report('a later moment, CPU, to a single capture', ratio('full', 'cpu'), '×', { most: 0.9 });
  bench.report('a later moment, stored bytes, to a single capture', ratio('full', 'stored'), '×', { most: 0.8 });
  bench.report('a light moment, CPU, to a single capture', ratio('light', 'cpu'), '×', { most: 0.4 });
  bench.report('a light moment, time, to a single capture', ratio('light', 'wall'), '×', { most: 0.6 });
  bench.report('a light moment, stored bytes, to a single capture', ratio('light', 'stored'), '×', { most: 0.3 });
  return details;
}

/** The costs of the moments that were taken, in their order. */
function series(bench, into, more) {
  const directory = join(bench.directory, into);
  bench.measure([...bench.programs.capture, '--quiet', '--every', EVERY[bench.size], '--count', String(COUNT), ...more, '-o', directory]);
  return readdirSync(directory)
    .sort()
    .map((file) => costOf(join(directory, file)));
}

/** CPU and wall time in seconds, bytes as stored. */
function costOf(archive) {
  const text = execFileSync('sh', ['-c', 'zstd -dc "$1" | tar -xOf - manifest.json', 'sh', archive], { encoding: 'utf8' });
  const { self, windows } = JSON.parse(text);
  return { cpu: (self.user_us + self.system_us) / 1e6, wall: windows.total[1] / 1e6, stored: statSync(archive).size };
}
