import type { Address } from './address.ts';
import { Blocks } from './blocks.ts';
import { Globs } from './globs.ts';
import type { Indicator, Term, Understood } from './indicator.ts';
import { type Candidate, Slots } from './slots.ts';

/** Which term of an alternative rows are looked up by: the one that fewest rows meet. */
const ORDER: readonly Term['kind'][] = [
  'hash', 'address', 'host', 'domain', 'path', 'command', 'name', 'file', 'block', 'user', 'path-glob', 'name-glob', 'file-glob', 'port', 'protocol', 'other-hash',
]; // biome-ignore format: one list

/** Bytes of a name that the kernel keeps (TASK_COMM_LEN less the NUL). */
const COMM = 15;

/** Every indicator of the lists, by what it is looked up with. A row is never held against each of them. */
export class Wanted {
  readonly addresses: Slots<Address> = new Slots();
  readonly blocks: Blocks = new Blocks();
  readonly ports: Slots<number> = new Slots();
  readonly hosts: Slots<string> = new Slots();
  readonly domains: Slots<string> = new Slots();
  readonly paths: Slots<string> = new Slots();
  readonly pathGlobs: Globs = new Globs();
  readonly names: Slots<string> = new Slots();
  /** Names longer than the kernel keeps, by what it keeps of them. */
  readonly cutNames: Slots<string> = new Slots();
  readonly nameGlobs: Globs = new Globs();
  readonly files: Slots<string> = new Slots();
  readonly fileGlobs: Globs = new Globs();
  readonly commands: Slots<string> = new Slots();
  readonly users: Slots<string> = new Slots();
  readonly hashes: Slots<string> = new Slots();
  /** Indicators with a hash that no capture has. */
  otherHashes = 0;
  count = 0;

  /** A reason when it cannot be kept. */
  add({ indicator, alternatives }: Understood): string | null {
    this.count++;
    for (const terms of alternatives) {
      const key = terms.length === 1 ? terms[0] : [...terms].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))[0];
      if (key === undefined) continue;
      const reason = this.#file(key, indicator, terms.length === 1 ? [] : terms);
      if (reason !== null) return reason;
    }
    return null;
  }

  /** With a condition besides, `rest` is all terms: the ends of a connection are told only for all of them together. */
  #file(key: Term, indicator: Indicator, rest: readonly Term[]): string | null {
    if (key.kind === 'address') this.addresses.add(key.address, indicator, rest);
    else if (key.kind === 'block') this.blocks.add(key.base, key.bits, indicator, rest);
    else if (key.kind === 'port') this.ports.add(key.port, indicator, rest);
    else if (key.kind === 'other-hash') this.otherHashes++;
    else if (key.kind === 'protocol') return 'a protocol alone says nothing';
    else return this.#fileText(key.kind, key.text, indicator, rest);
    return null;
  }

  #fileText(
    kind: Exclude<Extract<Term, { readonly text: string }>['kind'], 'protocol' | 'other-hash'>,
    text: string,
    indicator: Indicator,
    rest: readonly Term[],
  ): string | null {
    const slots = {
      host: this.hosts,
      domain: this.domains,
      path: this.paths,
      name: this.names,
      file: this.files,
      command: this.commands,
      user: this.users,
      hash: this.hashes,
    };
    const globs = { 'path-glob': this.pathGlobs, 'name-glob': this.nameGlobs, 'file-glob': this.fileGlobs };
    if (kind === 'path-glob' || kind === 'name-glob' || kind === 'file-glob')
      return globs[kind].add(text, indicator, rest) ? null : 'is one of more than 1000 patterns that begin and end with a wildcard';
    slots[kind].add(text, indicator, rest);
    if (kind === 'name' && Buffer.byteLength(text) > COMM)
      this.cutNames.add(Buffer.from(text).subarray(0, COMM).toString('latin1'), indicator, rest);
    return null;
  }

  *address(address: Address): Generator<Candidate, void> {
    yield* this.addresses.find(address);
    if (!this.blocks.empty) yield* this.blocks.find(address);
  }

  /** A host name in small letters: by itself, and by the names above it. */
  *host(name: string): Generator<Candidate, void> {
    yield* this.hosts.find(name);
    if (this.domains.size === 0) return;
    for (let at = 0; ; ) {
      yield* this.domains.find(name.slice(at));
      const dot = name.indexOf('.', at);
      if (dot < 0) return;
      at = dot + 1;
    }
  }

  *path(path: string): Generator<Candidate, void> {
    yield* this.paths.find(path);
    yield* this.pathGlobs.find(path);
  }

  *file(name: string): Generator<Candidate, void> {
    yield* this.files.find(name);
    yield* this.fileGlobs.find(name);
  }

  *name(name: string): Generator<Candidate, void> {
    yield* this.names.find(name);
    yield* this.nameGlobs.find(name);
  }

  /** Longer names, of which the kernel kept this. */
  *cut(name: string): Generator<Candidate, void> {
    if (this.cutNames.size > 0) yield* this.cutNames.find(Buffer.from(name).toString('latin1'));
  }

  get asksAddresses(): boolean {
    return this.addresses.size > 0 || !this.blocks.empty;
  }

  get asksHosts(): boolean {
    return this.hosts.size > 0 || this.domains.size > 0;
  }

  get asksPaths(): boolean {
    return this.paths.size > 0 || !this.pathGlobs.empty || this.files.size > 0 || !this.fileGlobs.empty;
  }

  get asksNames(): boolean {
    return this.names.size > 0 || !this.nameGlobs.empty;
  }
}
