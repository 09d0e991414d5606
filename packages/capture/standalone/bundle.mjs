// npm run build:capture [-- --out DIR] [--readable]: coldstat-capture.cjs, the capture as one file without dependencies.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const NAME = 'coldstat-capture';

/** Writes DIRECTORY/coldstat-capture.cjs; tells its path and the packages in it. The same sources give the same bytes, wherever the project lies. */
export async function bundle(directory, { readable = false } = {}) {
  mkdirSync(directory, { recursive: true });
  const outfile = join(directory, `${NAME}.cjs`);
  const { metafile } = await build({
    entryPoints: ['packages/capture/standalone/entry.cjs'],
    absWorkingDir: ROOT,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22.15',
    format: 'cjs',
    conditions: ['source'],
    // Taken where it lies beside the file, never brought along: it is native.
    external: ['koffi'],
    minify: !readable,
    legalComments: 'eof',
    charset: 'ascii',
    banner: { js: '#!/usr/bin/env node' },
    inject: ['packages/capture/standalone/resolve.mjs'],
    define: { 'import.meta.main': 'false', 'import.meta.resolve': 'resolveBeside' },
    logLevel: 'warning',
    metafile: true,
  });
  chmodSync(outfile, 0o755);
  return { file: outfile, packages: packagesOf(Object.keys(metafile.inputs)) };
}

function packagesOf(inputs) {
  const names = inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort().map((name) => {
    const { version, license } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
    return `${name} ${version}, ${license}`;
  });
}

export function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'dist') }, readable: { type: 'boolean' } } });
  const { file } = await bundle(resolve(values.out), values);
  process.stdout.write(`${sha256(file)}  ${file}\n`);
}
