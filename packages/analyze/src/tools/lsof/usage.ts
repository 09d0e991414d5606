import { LETTERS } from './letters.ts';

/** Words of the live tool around its options. */

/** What follows the messages of a refused command line. */
export const SHORT_USAGE: readonly string[] = [
  ' usage: [-?abhKlnNoOPRtUvVX] [+|-c c] [+|-d s] [+D D] [+|-E] [+|-e s] [+|-f[gG]]',
  ' [-F [f]] [-g [s]] [-i [i]] [+|-L [l]] [+m [m]] [+|-M] [-o [o]] [-p s]',
  ' [+|-r [t]] [-s [p:s]] [-S [t]] [-T [t]] [-u s] [+|-w] [-x [fl]] [--] [names]',
  "Use the ``-h'' option to get more help information.",
];

const OWN: readonly (readonly [string, string])[] = [
  ['NAMES', 'files, directories, mount points or devices (by their captured device and inode), unix sockets'],
  ['--compat lsof=4.93|4.95|4.99', 'look and options of that version (default 4.95)'],
  ['--strict', "the live tool's known bugs too, for comparing byte by byte"],
  ['--with-deleted', '+d and +D find deleted files by their last name'],
  ['--cwd DIR', 'where relative names begin'],
  ['--why', 'below the listing, or as rows without a process: sockets that no process holds, and why (coldstat ownership --help)'],
];

/** Help of `coldstat lsof --help` and `lsof -h`: the options in the tool's own order, one line each. */
export function lsofHelp(): string {
  const lines = LETTERS.filter((l) => l.usage !== '').map((l): readonly [string, string] => [
    l.usage,
    l.since === null ? l.doc : `${l.doc} (--compat lsof=${l.since})`,
  ]);
  const width = Math.max(...[...lines, ...OWN].map(([usage]) => usage.length));
  const text = [...lines, ...OWN].map(([usage, doc]) => `  ${usage.padEnd(width)}  ${doc}\n`).join('');
  return `usage: coldstat lsof [options] [--] [names]\nLists what lsof would have listed: criteria add up (OR), with -a all must fit.\n\n${text}`;
}

/** Letters of `-F` with their meaning, as `-F?` prints them. */
const FIELD_HELP: readonly (readonly [string, string])[] = [
  ['a', 'access: r = read; w = write; u = read/write'],
  ['c', 'command name'],
  ['d', 'device character code'],
  ['D', 'major/minor device number as 0x<hex>'],
  ['f', 'file descriptor'],
  ['G', 'file flaGs'],
  ['i', 'inode number'],
  ['k', 'link count'],
  ['K', 'task ID (TID)'],
  ['l', 'lock: r/R = read; w/W = write; u = read/write'],
  ['L', 'login name'],
  ['m', 'marker between repeated output'],
  ['M', 'task comMand name'],
  ['n', 'comment, name, Internet addresses'],
  ['o', 'file offset as 0t<dec> or 0x<hex>'],
  ['p', 'process ID (PID)'],
  ['g', 'process group ID (PGID)'],
  ['P', 'protocol name'],
  ['r', 'raw device number as 0x<hex>'],
  ['R', 'paRent PID'],
  ['s', 'file size'],
  ['S', 'stream module and device names'],
  ['t', 'file type'],
  ['T', 'TCP/TPI info'],
  ['u', 'user ID (UID)'],
  ['0', '(zero) use NUL field terminator instead of NL'],
];

export function fieldHelp(): string[] {
  return ['lsof:\tID    field description\n', ...FIELD_HELP.map(([letter, doc]) => `\t ${letter}    ${doc}\n`)];
}
