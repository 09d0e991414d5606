import { Addresses } from './addresses.ts';
import { INTERFACE, PACKAGED, PUBLIC_WORDS } from './public-words.ts';
import type { Secret } from './secret.ts';

/** No vowels: a replacement is never a word. */
const LETTERS = 'bcdfghjkmnpqrstvwxz23456789';
/** Letters before the digits. */
const FIRST = 19;
const HEX = '0123456789abcdef';
/** What separates the words of a name. Bytes above ASCII are parts of words. */
const WORD = /[A-Za-z0-9\x80-\xff]+/g;

/**
 * Names of an archive and what stands for them. A replacement is as long as what it replaces, and two names never share one while there is room. All text
 * is latin1, one character a byte. What is kept is what `PUBLIC_WORDS` and the packaged trees name, unless it was learnt to be a user or a host.
 */
export class Names {
  readonly addresses: Addresses;
  readonly #secret: Secret;
  readonly #made = new Map<string, string>();
  readonly #taken = new Map<string, string>();
  /** Users, groups and hosts, in lower case. */
  readonly #identities = new Set<string>();
  /** Names of programs that may be told: of packaged executables and kernel threads, as long as `comm` has room. */
  readonly #programs = new Set<string>();

  constructor(secret: Secret) {
    this.#secret = secret;
    this.addresses = new Addresses(secret);
  }

  /** A user, group or host is called so: from now on none of its words is kept, wherever it stands. */
  learn(name: string): void {
    const parts = name.match(WORD) ?? [];
    // Made of public words alone, a name tells nothing: systemd-journal.
    const words = parts.every((part) => PUBLIC_WORDS.has(part.toLowerCase())) ? [] : [name, ...parts];
    for (const word of words)
      if (word !== '' && !PUBLIC_WORDS.has(word.toLowerCase()) && !/^\d+$/.test(word)) this.#identities.add(word.toLowerCase());
  }

  learnProgram(path: string): void {
    const plain = path.replace(/ \(deleted\)$/, '');
    if (this.#packaged(plain)) this.#programs.add(plain.slice(plain.lastIndexOf('/') + 1, plain.lastIndexOf('/') + 16));
  }

  learnKernelThread(comm: string): void {
    if (!this.identifies(comm)) this.#programs.add(comm);
  }

  /** Whether a text names a user or host that was learnt. */
  identifies(text: string): boolean {
    const lower = text.toLowerCase();
    if ((lower.match(WORD) ?? []).some((word) => this.#identities.has(word))) return true;
    for (const name of this.#identities) if (name.length >= 4 && lower.includes(name)) return true;
    return false;
  }

  /** Whether text that is to be written holds a learnt name that is long enough not to stand there by chance. */
  leaks(text: string): boolean {
    const lower = text.toLowerCase();
    for (const name of this.#identities) if (name.length >= 5 && lower.includes(name)) return true;
    return false;
  }

  /** A word, whatever it is, by another of the same length. */
  opaque(word: string): string {
    if (word === '') return '';
    const made = this.#made.get(word);
    if (made !== undefined) return made;
    // Hexadecimal of this length is an id of something, and what reads it wants it to look like one.
    const letters = /^[0-9a-f]{12,}$/.test(word) ? HEX : LETTERS;
    let out = '';
    for (let round = 0; round < 64; round++) {
      out = this.#spell(word, letters, round);
      if (!this.#taken.has(out) && out !== word.toLowerCase() && !this.identifies(out)) break;
    }
    this.#taken.set(out, word);
    this.#made.set(word, out);
    return out;
  }

  #spell(word: string, letters: string, round: number): string {
    let out = '';
    for (let block = 0; out.length < word.length; block++) {
      for (const byte of this.#secret.bytes('word', `${round}.${block}.${word}`)) out += letters[byte % letters.length];
    }
    // A number would be taken for one: below /proc for a process.
    const first = letters === LETTERS ? (LETTERS[out.charCodeAt(0) % FIRST] ?? 'x') : out.slice(0, 1);
    return first + out.slice(1, word.length);
  }

  /** A name of several words: those that are public, or numbers of up to six digits, or one or two letters, stay. */
  text(name: string): string {
    return name.replace(WORD, (word) => (this.#keeps(word) ? word : this.opaque(word)));
  }

  #keeps(word: string): boolean {
    const lower = word.toLowerCase();
    if (this.#identities.has(lower)) return false;
    return PUBLIC_WORDS.has(lower) || /^\d{1,6}$/.test(word) || /^[A-Za-z]{1,2}$/.test(word);
  }

  #packaged(path: string): boolean {
    return PACKAGED.test(path) && /^[\w/.+@:-]+$/.test(path) && !this.identifies(path);
  }

  /** Text of a link, or a path in a table. */
  path(path: string): string {
    const [, plain = path, deleted = ''] = /^(.*?)((?: \(deleted\))?)$/s.exec(path) ?? [];
    if (OBJECT.test(plain) || this.#packaged(plain)) return path;
    // Shared memory of System V is called by its key, which the program chose.
    const key = /^\/SYSV([0-9a-f]{8})$/.exec(plain)?.[1];
    if (key !== undefined) return `/SYSV${this.hexDigits(key)}${deleted}`;
    return (plain === '/' ? plain : this.text(plain)) + deleted;
  }

  comm(comm: string): string {
    return this.#programs.has(comm) ? comm : this.text(comm);
  }

  interface(name: string): string {
    return INTERFACE.test(name) && !this.identifies(name) ? name : this.opaque(name);
  }

  host(name: string): string {
    return name === '' || name === '(none)' ? name : this.text(name);
  }

  /** Hexadecimal digits by others: UUIDs, machine ids, pointers. */
  hexDigits(digits: string): string {
    const made = this.#secret.bytes('hex', digits).toString('hex');
    return digits.replace(/[0-9a-fA-F]/g, (_, at: number) => made[at % made.length] ?? '0');
  }
}

/** What the kernel itself calls objects without a path. */
const OBJECT =
  /^(?:(?:socket|pipe|mnt|net|pid|user|uts|ipc|time|cgroup|time_for_children|pid_for_children):\[\d+\]|anon_inode:\[?[a-z_]+\]?|\[(?:heap|stack|vdso|vvar|vvar_vclock|vsyscall|uprobes|stack:\d+)\]|\/\[aio\])$/;
