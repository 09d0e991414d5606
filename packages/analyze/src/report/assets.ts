import { readFileSync } from 'node:fs';

/** Made by packages/analyze/page/bundle.mjs. The folder lies one level above src/ as above dist/. */
const read = (name: string): string => readFileSync(new URL(`../../page/made/${name}`, import.meta.url), 'utf8');

export interface Assets {
  readonly script: string;
  readonly style: string;
}

/** Script and style of the page. */
export function pageAssets(): Assets {
  return { script: read('page.js'), style: read('page.css') };
}
