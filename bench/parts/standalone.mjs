// What the capture costs where it is carried to: the bundle under this Node, the single executable and the kit, on the load of the bench.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const name = 'standalone';

const NAME = 'coldstat-capture';
const BUILD = join(import.meta.dirname, '../../packages/capture/standalone/standalone.mjs');

export function run(bench) {
  const out = join(bench.directory, 'standalone');
  const { arch } = process;
  execFileSync(process.execPath, [BUILD, '--out', out, '--arch', arch], { stdio: 'ignore' });
  const home = join(bench.directory, 'kit');
  mkdirSync(home);
  execFileSync('tar', ['-xzf', join(out, `${NAME}-kit-linux-${arch}.tar.gz`), '-C', home]);
  const forms = {
    'from the package': bench.programs.capture,
    bundle: [process.execPath, join(out, `${NAME}.cjs`)],
    executable: [join(out, `${NAME}-linux-${arch}`)],
    kit: [join(home, `${NAME}-kit`, NAME)],
  };
  const mib = (file) => statSync(file).size / 1024 ** 2;
  bench.report('bundle, size', mib(join(out, `${NAME}.cjs`)), 'MiB');
  bench.report('executable, size', mib(join(out, `${NAME}-linux-${arch}`)), 'MiB');
  bench.report('kit, packed', mib(join(out, `${NAME}-kit-linux-${arch}.tar.gz`)), 'MiB');
  const names = Object.keys(forms);
  const starts = bench.interleave(names.map((form) => [...forms[form], '--version']));
  const whole = bench.interleave(names.map((form) => [...forms[form], '--quiet', '-o', '-']));
  for (const [i, form] of names.entries()) {
    bench.report(`${form}, start`, starts[i].wall * 1000, 'ms');
    bench.report(`${form}, CPU, to the package`, whole[i].cpu / whole[0].cpu, '×', form === 'from the package' ? undefined : { most: 1.3 });
    bench.report(`${form}, peak of one process`, whole[i].maxrss_kib / 1024, 'MiB', { most: 150 });
  }
  bench.report('kit, files of the host opened outside /proc and /sys', opened(bench, forms.kit, home).length, '');
  return { starts, whole };
}

/** Paths that a whole capture opened, as strace saw it, but for kernel files and the kit's own. */
function opened(bench, command, home) {
  const trace = join(bench.directory, 'trace');
  const words = ['-f', '-qq', '-s', '4096', '-e', 'trace=open,openat,openat2', '-o', trace, ...command, '--quiet', '-o', '-'];
  try {
    execFileSync('strace', words, { stdio: 'ignore' });
  } catch {
    // Something that could not be read ends it with 1.
  }
  const paths = readFileSync(trace, 'utf8').matchAll(/open(?:at2?)?\((?:AT_FDCWD, )?"(\/[^"]*)".* = \d/g);
  return [...new Set([...paths].map(([, path]) => path))].filter((path) => !path.startsWith(home) && !/^\/(proc|sys|dev)\//.test(path));
}
