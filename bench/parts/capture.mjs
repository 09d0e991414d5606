// Capture of the load, everything of the default plan, against `lsof -n -P` on the same host in the same minutes.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../bench.mjs';

export const name = 'capture';

export function run(bench) {
  const archive = join(bench.directory, 'load.tar.zst');
  const capture = ['sh', '-c', 'exec "$@" > "$0"', archive, ...bench.programs.capture, '--quiet', '-o', '-'];
  const [ours, lsof] = bench.interleave([capture, ['lsof', '-n', '-P']]);
  const manifest = JSON.parse(output(['sh', '-c', 'zstd -dcq "$0" | tar -xOf - manifest.json', archive]));
  const window = ([from, to]) => (to - from) / 1e6;
  const { descriptors } = manifest.counts;
  bench.report('capture, wall, to lsof -nP', ours.wall / lsof.wall, '×', { most: 0.8 });
  bench.report('capture, CPU, to lsof -nP', ours.cpu / lsof.cpu, '×', { most: 1.2 });
  bench.report('socket tables, pass A, window', window(manifest.windows.tables_a), 's', { most: 0.3 });
  bench.report('descriptor walk, window', window(manifest.windows.descriptors), 's');
  bench.report('capture, peak of one process', ours.maxrss_kib / 1024, 'MiB', { most: 150 });
  bench.report('archive, bytes a descriptor, default plan', statSync(archive).size / descriptors, 'B', { most: 60 });
  bench.report('descriptors captured', descriptors, '');
  bench.archive = archive;
  bench.lsof = lsof;
  return { ours, lsof, manifest };
}
