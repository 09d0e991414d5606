// Listings from the loaded case, cold start each, against the live tool on the live host; and straight from the archive.
export const name = 'listing';

const PAIRS = [
  ['netstat -antup', ['netstat', '-antup']],
  ['lsof -nP -i', ['lsof', '-nP', '-i']],
  ['ss -tunap', ['ss', '-tunap']],
];

export function run(bench) {
  const from = (words) => [...bench.programs.coldstat, '-d', bench.db, ...words];
  const results = {};
  for (const [text, words] of PAIRS) {
    const [ours, live] = bench.interleave([from(words), words]);
    bench.report(`${text} from the case`, ours.wall, 's', { most: 0.5 });
    bench.report(`${text}, to the live tool`, ours.wall / live.wall, '×', { most: 1 });
    results[text] = { ours, live };
  }
  const [full] = bench.interleave([from(['lsof', '-nP'])]);
  bench.report('lsof -nP, all of it', full.wall, 's', { most: 2 });
  bench.report('lsof -nP, all of it, peak', full.maxrss_kib / 1024, 'MiB');
  const [straight] = bench.interleave([[...bench.programs.coldstat, 'netstat', '--archive', bench.archive, '-antup']]);
  const limit = 2 * bench.loaded.wall + results['netstat -antup'].ours.wall;
  bench.report('netstat --archive, to 2 × load + listing', straight.wall / limit, '×', { most: 1 });
  return { ...results, full, straight };
}
