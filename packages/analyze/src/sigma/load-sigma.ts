import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../user-error.ts';
import { parseSigma } from './parse-sigma.ts';
import type { NotAsked, SigmaRule } from './rule.ts';

export interface SigmaRules {
  readonly rules: readonly SigmaRule[];
  readonly notAsked: readonly NotAsked[];
}

const MAX_FILES = 10_000;

/** Rules of a file, or of every file that ends in .yml or .yaml in a folder and below it. `shown` is how the operator named it. Throws UserError. */
export function loadSigma(path: string, shown: string): SigmaRules {
  if (!existsSync(path)) throw new UserError(`no Sigma rules at ${shown}`);
  const files = statSync(path).isFile() ? [''] : ruleFiles(path);
  if (files.length === 0) throw new UserError(`no Sigma rules in ${shown}`, 'a rule is a file that ends in .yml or .yaml');
  if (files.length > MAX_FILES) throw new UserError(`more than ${MAX_FILES} rules in ${shown}`);
  return sorted(files.flatMap((name) => parseSigma(readFileSync(join(path, name), 'utf8'), join(shown, name))));
}

function ruleFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath.slice(folder.length), entry.name))
    .sort();
}

/** Two rules of one id would share suppressions: the second is not asked. */
export function sorted(all: readonly (SigmaRule | NotAsked)[]): SigmaRules {
  const rules = new Map<string, SigmaRule>();
  const notAsked: NotAsked[] = [];
  for (const one of all) {
    if (!('condition' in one)) notAsked.push(one);
    else {
      const first = rules.get(one.id);
      if (first === undefined) rules.set(one.id, one);
      else
        notAsked.push({ file: one.file, title: one.title, kind: 'refused', reason: `its id ${one.id} is that of ${first.file} already` });
    }
  }
  return { rules: [...rules.values()], notAsked };
}
