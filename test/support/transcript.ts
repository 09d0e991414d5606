import { expect } from 'vitest';
import { coldstat } from './run.ts';

/** Words of a command line; quotes of either kind keep blanks together. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');
}

/** The block of one command: `$ coldstat …`, standard output, standard error behind `! `, and the exit code where it is not 0. */
function block(line: string, place: string): string {
  const { code, out, err } = coldstat(words(line).slice(1), { cwd: place });
  expect(code, `${line}\n${err}`).toBeLessThan(70);
  return `\`\`\`console\n$ ${line}\n${out}${err.replace(/^(?=.)/gm, '! ')}${code === 0 ? '' : `[exit ${code}]\n`}\`\`\`\n`;
}

/** A Markdown text in which each block of a command is made again, in this order, with `place` as working directory. */
export function again(text: string, place: string): string {
  return text.replace(/^```console\n\$ (coldstat .*)\n[\s\S]*?^```\n/gm, (_, line: string) => block(line, place));
}
