import { readFileSync } from 'node:fs';

/** Version of @coldstat/analyze. The package file lies one level above src/ as above dist/. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
