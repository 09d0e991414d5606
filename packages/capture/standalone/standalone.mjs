// npm run build:standalone [-- --out DIR] [--arch x64,arm64] [--node-x64 FILE] [--node-arm64 FILE] [--no-kit]
// Hardened single executables of the capture, the kits with their own loader and libraries, SHA256SUMS and CONTENTS.txt.
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, NAME, ROOT, sha256 } from './bundle.mjs';
import { contents } from './contents.mjs';
import { kit } from './kit.mjs';
import { bareNode, hardenedNode, NODE_VERSION, run } from './node26.mjs';

/** What the executable may be told by whoever starts it: nothing. No options from the environment, no OpenSSL configuration, a bounded heap. */
const CONFIG = {
  disableExperimentalSEAWarning: true,
  execArgvExtension: 'none',
  execArgv: ['--no-warnings', '--openssl-config=/dev/null', '--max-old-space-size=256'],
};

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(ROOT, 'dist') },
    arch: { type: 'string', default: 'x64,arm64' },
    'node-x64': { type: 'string' },
    'node-arm64': { type: 'string' },
    'no-kit': { type: 'boolean' },
  },
});
const out = resolve(values.out);
const work = join(out, '.work');
mkdirSync(work, { recursive: true });
try {
  const { file: main, packages } = await bundle(out);
  const builder = join(bareNode(process.arch), 'bin/node');
  for (const arch of values.arch.split(',')) {
    const home = bareNode(arch);
    const bare = join(work, `node-${arch}`);
    hardenedNode(values[`node-${arch}`] ?? join(home, 'bin/node'), bare, arch);
    const output = join(out, `${NAME}-linux-${arch}`);
    const config = join(work, `${arch}.json`);
    writeFileSync(config, JSON.stringify({ main, output, executable: bare, ...CONFIG }));
    run(builder, ['--build-sea', config]);
    copyFileSync(join(home, 'LICENSE'), join(out, 'LICENSE.node'));
    if (values['no-kit'] !== true) await kit(arch, output, out, work);
  }
  const made = readdirSync(out).filter((name) => name.startsWith(NAME) && statSync(join(out, name)).isFile());
  const sized = made.map((name) => ({ name, bytes: statSync(join(out, name)).size }));
  writeFileSync(join(out, 'CONTENTS.txt'), contents(sized, packages, NODE_VERSION));
  const sums = [...made, 'CONTENTS.txt', 'LICENSE.node'].sort().map((name) => `${sha256(join(out, name))}  ${name}\n`);
  writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));
  process.stdout.write(sums.join(''));
} finally {
  rmSync(work, { recursive: true, force: true });
}
