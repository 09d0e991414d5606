import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../user-error.ts';
import { parseRule } from './parse-rule.ts';
import type { Rule } from './rule.ts';

const OWN = fileURLToPath(new URL('../../rules', import.meta.url));
const MAX_RULES = 2000;

/** The rules that come with coldstat, by id. */
export function ownRules(): Rule[] {
  return files(OWN).map((name) => parseRule(readFileSync(join(OWN, name), 'utf8'), name, false));
}

/** Rules of the operator, of a folder or one file. Throws UserError. */
export function foreignRules(path: string, shown: string): Rule[] {
  if (!existsSync(path)) throw new UserError(`no rules at ${shown}`);
  if (statSync(path).isFile()) return [parseRule(readFileSync(path, 'utf8'), shown, true)];
  const names = files(path);
  if (names.length === 0) throw new UserError(`no rules in ${shown}`, 'a rule is a file that ends in .yml or .yaml');
  if (names.length > MAX_RULES) throw new UserError(`more than ${MAX_RULES} rules in ${shown}`);
  return names.map((name) => parseRule(readFileSync(join(path, name), 'utf8'), join(shown, name), true));
}

function files(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
}

/** Two rules of one id would share suppressions. Throws UserError. */
export function joinRules(own: readonly Rule[], foreign: readonly Rule[]): Rule[] {
  const known = new Map(own.map((rule) => [rule.id, rule]));
  for (const rule of foreign) {
    const other = known.get(rule.id);
    if (other !== undefined) throw new UserError(`${rule.file}: id: ${rule.id} is the rule of ${other.file} already`);
    known.set(rule.id, rule);
  }
  return [...known.values()];
}
