// The Node that goes into the single executables: fetched from the registry, checked against the integrity below, hardened, stripped.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './bundle.mjs';

export const NODE_VERSION = '26.10.0';

/** SHA-512 of the packages node-linux-ARCH. */
const INTEGRITY = {
  x64: 'OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  arm64: 'idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
};

const STRIP = {
  x64: process.arch === 'x64' ? 'strip' : 'x86_64-linux-gnu-strip',
  arm64: process.arch === 'arm64' ? 'strip' : 'aarch64-linux-gnu-strip',
};

export function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  if (error !== undefined) throw new Error(`${program} does not run: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args[0] ?? ''} failed: ${stderr || stdout}`);
  return stdout;
}

/** Path of the bare Node for a machine; kept under node_modules/.cache between builds. */
export function bareNode(arch) {
  const home = join(ROOT, 'node_modules/.cache/coldstat', `node-${NODE_VERSION}-${arch}`);
  const node = join(home, 'bin/node');
  if (existsSync(node)) return home;
  mkdirSync(join(home, '..'), { recursive: true });
  const work = mkdtempSync(`${home}-`);
  try {
    const name = run('npm', ['pack', '--silent', `node-linux-${arch}@${NODE_VERSION}`], { cwd: work })
      .trim()
      .split('\n')
      .at(-1);
    const got = createHash('sha512')
      .update(readFileSync(join(work, name)))
      .digest('base64');
    if (got !== INTEGRITY[arch]) throw new Error(`node-linux-${arch}@${NODE_VERSION} is not the package that was examined: sha512-${got}`);
    run('tar', ['-xzf', name, 'package/bin/node', 'package/LICENSE'], { cwd: work });
    // Another build may have been here first: then what it put there is the same.
    if (!existsSync(node)) renameSync(join(work, 'package'), home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return home;
}

/**
 * Variables of the environment by which whoever started the program could make Node write or load files before the capture's first line runs, and
 * which no option turns off. Their names are emptied in the binary: getenv("") finds nothing.
 */
export const UNNAMED = [
  'NODE_COMPILE_CACHE',
  'NODE_V8_COVERAGE',
  'NODE_ICU_DATA',
  'NODE_REDIRECT_WARNINGS',
  'NODE_DEBUG_NATIVE',
  'NODE_EXTRA_CA_CERTS',
  'OPENSSL_CONF',
];

/** A copy of `source` without those names, and stripped (after the executable is made, stripping would break it). */
export function hardenedNode(source, out, arch) {
  run(STRIP[arch], ['-s', source, '-o', out]);
  const bytes = readFileSync(out);
  for (const name of UNNAMED) unname(bytes, name);
  writeFileSync(out, bytes);
}

function unname(bytes, name) {
  const word = Buffer.from(`\0${name}\0`);
  let found = 0;
  for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) {
    bytes[at + 1] = 0;
    found++;
  }
  if (found === 0) throw new Error(`this Node does not hold the name ${name} as it is expected to`);
}
