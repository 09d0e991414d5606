import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { isSea } from 'node:sea';
import { attempt, Failure } from './attempt.ts';

/** How to start this very program again as a reading child. */
export interface Program {
  readonly exec: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * How to start this very program again with `argument`: as a script under Node, as a single executable, or as one under the loader of the kit.
 * `script` is what Node was told to run, `libraries` the LD_LIBRARY_PATH that it was given.
 */
export function ownProgram(argument: string, script: string, libraries: string | undefined): Program {
  const exec = process.execPath;
  // The children get nothing of the environment but where their libraries are.
  const env: Record<string, string> = libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries };
  if (!isSea()) return { exec, args: [...process.execArgv, script, argument], env };
  const words = attempt(() => readFileSync('/proc/self/cmdline', 'latin1'));
  const given = words instanceof Failure ? [] : words.split('\0').slice(0, -1);
  return { exec, args: [...loaderWords(exec, given), argument], env };
}

/**
 * Words between a dynamic loader and the arguments of the program it was told to run (`ld-linux-x86-64.so.2 --library-path lib ./capture …`),
 * with their paths made absolute, because a child starts elsewhere; none where the program was started as itself. `exec` is what /proc/self/exe
 * shows, the loader in that case.
 */
export function loaderWords(exec: string, cmdline: readonly string[]): string[] {
  if (!/^ld(-[\w.-]+)?\.so/.test(basename(exec))) return [];
  const words: string[] = [];
  for (let i = 1; i < cmdline.length; i++) {
    const word = cmdline[i] ?? '';
    if (word === '--library-path') words.push(word, resolve(cmdline[++i] ?? ''));
    else if (word.startsWith('--')) words.push(word);
    else return [...words, resolve(word)];
  }
  return words;
}
