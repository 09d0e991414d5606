import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What import.meta.resolve is in a module: where a package lies beside this file, as a URL. `__filename` is that of the bundle. */
export function resolveBeside(name) {
  return pathToFileURL(createRequire(__filename).resolve(name)).href;
}
