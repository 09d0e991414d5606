import { type OpenBits, openBits } from '../open-bits.ts';

/** Words of pfiles for numbers of the kernel: types of nodes and flags of open descriptors (include/uapi/asm-generic/fcntl.h). */

const S_IFMT = 0o170000;

const TYPES: ReadonlyMap<number, string> = new Map([
  [0o140000, 'S_IFSOCK'],
  [0o120000, 'S_IFLNK'],
  [0o100000, 'S_IFREG'],
  [0o060000, 'S_IFBLK'],
  [0o040000, 'S_IFDIR'],
  [0o020000, 'S_IFCHR'],
  [0o010000, 'S_IFIFO'],
]);

/** `S_IFSOCK`, or the type bits in hex where Linux gives a node none (anonymous inodes). */
export function typeWord(mode: number): string {
  const type = mode & S_IFMT;
  return TYPES.get(type) ?? `0x${type.toString(16)}`;
}

export function isDevice(mode: number): boolean {
  const type = mode & S_IFMT;
  return type === 0o020000 || type === 0o060000;
}

const ACCESS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', '0x3'] as const;

/** In the order pfiles prints them, Linux's own words after those Solaris has. O_SYNC holds the bit of O_DSYNC, O_TMPFILE that of O_DIRECTORY. */
const flagsOf = (m: OpenBits): readonly (readonly [bits: number, word: string])[] => [
  [0o4000, 'O_NONBLOCK'],
  [0o2000, 'O_APPEND'],
  [0o4010000, 'O_SYNC'],
  [0o10000, 'O_DSYNC'],
  [0o100, 'O_CREAT'],
  [0o1000, 'O_TRUNC'],
  [0o200, 'O_EXCL'],
  [0o400, 'O_NOCTTY'],
  [m.largefile, 'O_LARGEFILE'],
  [0o20000, 'O_ASYNC'],
  [m.direct, 'O_DIRECT'],
  [0o20000000 | m.directory, 'O_TMPFILE'],
  [m.directory, 'O_DIRECTORY'],
  [m.nofollow, 'O_NOFOLLOW'],
  [0o1000000, 'O_NOATIME'],
  [0o10000000, 'O_PATH'],
];

export const O_CLOEXEC = 0o2000000;

/** `O_RDWR|O_NONBLOCK`; close-on-exec is left to the caller, who words it by profile; bits without a word come last in hex. */
export function flagWords(flags: number, machine: string | null): string {
  const words: string[] = [ACCESS[flags & 3] ?? 'O_RDONLY'];
  let rest = flags & ~3 & ~O_CLOEXEC;
  for (const [bits, word] of flagsOf(openBits(machine))) {
    if ((rest & bits) !== bits) continue;
    words.push(word);
    rest &= ~bits;
  }
  if (rest !== 0) words.push(`0x${(rest >>> 0).toString(16)}`);
  return words.join('|');
}
