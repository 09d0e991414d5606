// node packages/analyze/page/bundle.mjs [DIR]: makes page.js and page.css, which every report holds, from the sources beside it; DIR is ./made.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const HERE = import.meta.dirname;
const OUT = process.argv[2] ?? join(HERE, 'made');

/** Not minified: whoever gets a report may want to read what runs in it. */
async function bundled(entry) {
  const { outputFiles } = await build({
    absWorkingDir: HERE,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const text = outputFiles[0].text;
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${entry} would end its own element in a page`);
  return text;
}

mkdirSync(OUT, { recursive: true });
writeFileSync(join(OUT, 'page.js'), await bundled('main.ts'));
writeFileSync(join(OUT, 'page.css'), await bundled('style.css'));
