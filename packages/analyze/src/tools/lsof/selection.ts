import { isDeleted } from '../../db/deleted.ts';
import type { Value } from '../../render/value.ts';
import { globMatch } from '../ss/match.ts';
import { type Criterion, criteria } from './grammar.ts';
import type { Holder, OpenFile } from './open-file.ts';
import type { InetPick, Options } from './options.ts';

/** Looks a file up among the names of the command line; the answer is what NAME then shows, or null. */
export type NameMatch = (file: OpenFile) => Value;

const PROCESS: readonly Criterion[] = ['CMD', 'PID', 'PGID', 'UID', 'CNTX', 'TASK'];

/**
 * lsof's selection: each criterion is a bit; a file has the bits of its process and its own; it is listed when it has one of the
 * requested bits, with `-a` when it has all of them, and always when none was requested. Each value of a criterion remembers that it was found.
 */
export class Selection {
  readonly #options: Options;
  readonly #wanted: ReadonlySet<Criterion>;
  readonly #processWanted: number;
  readonly #fileWanted: number;
  readonly #nameOf: NameMatch | null;

  constructor(options: Options, nameOf: NameMatch | null) {
    this.#options = options;
    this.#wanted = new Set(criteria(options));
    this.#processWanted = PROCESS.filter((c) => this.#wanted.has(c)).length;
    this.#fileWanted = this.#wanted.size - this.#processWanted;
    this.#nameOf = nameOf;
  }

  /** Tasks are listed when asked for, and when nothing at all was. */
  get tasks(): boolean {
    return this.#options.tasks === 'select' || (this.#options.tasks === 'unset' && this.#wanted.size === 0);
  }

  /** Only sockets can be selected, so nothing else needs to be looked at. */
  get socketsOnly(): boolean {
    const o = this.#options;
    const sockets = this.#wanted.has('NET') || this.#wanted.has('NA') || this.#wanted.has('UNX');
    if (!sockets) return false;
    if (o.and) return true;
    return [...this.#wanted].every((c) => c === 'NET' || c === 'NA' || c === 'UNX');
  }

  /** Whether a row of this role can be listed at all; sound, not complete. */
  mayList(role: 'links' | 'maps' | 'descriptors'): boolean {
    const o = this.#options;
    if (role !== 'descriptors' && this.socketsOnly) return false;
    if (o.fds === null || o.fds.exclude || !(o.and || this.#wanted.size === 1)) return true;
    const { names, ranges } = o.fds;
    if (role === 'links') return names.has('cwd') || names.has('rtd') || names.has('txt');
    if (role === 'maps') return names.has('mem') || names.has('DEL') || names.has('mmap') || names.has('ltx');
    return ranges.length > 0 || names.has('fd') || names.has('NOFD');
  }

  /**
   * How many criteria the process or task meets; null when it is out, whatever its files are. With `-K -a` a process stands beside its
   * tasks, when it has any.
   */
  process(holder: Holder, threaded: boolean): number | null {
    const o = this.#options;
    if (excludes(o.pids.exclude, holder.pid) || excludes(o.pgids.exclude, holder.pgid) || excludes(o.uids.exclude, holder.uid)) return null;
    const command = commandText(holder.name);
    if (o.commands.exclude.some((name) => command.startsWith(name))) return null;
    let met = 0;
    for (const [criterion, meets] of this.#inOrder(holder, command)) {
      if (!this.#wanted.has(criterion)) continue;
      if (meets()) met++;
      else if (o.and) return null;
    }
    if (o.tasks === 'select' && (holder.tid !== null || (o.and && threaded))) met++;
    if (o.and && met < this.#processWanted) return null;
    o.tasksFound ||= o.tasks === 'select' && holder.tid !== null;
    return !o.and && met === 0 && this.#fileWanted === 0 && this.#wanted.size > 0 ? null : met;
  }

  /** In lsof's order: with `-a` what comes after a criterion that is not met is not looked at, and so not found. */
  #inOrder(holder: Holder, command: string): (readonly [Criterion, () => boolean])[] {
    const o = this.#options;
    return [
      ['PGID', () => picked(o.pgids.include, holder.pgid)],
      ['PID', () => picked(o.pids.include, holder.pid)],
      ['UID', () => picked(o.uids.include, holder.uid)],
      ['CMD', () => metCommand(o, command)],
      ['CNTX', () => metContext(o, commandText(holder.label))],
    ];
  }

  /** `met` is what process() said. May put the name of the command line in place of the file's own. */
  file(file: OpenFile, met: number): OpenFile | null {
    const own = this.#fileWanted === 0 ? 0 : this.#fileBits(file);
    if (this.#droppedByState(file)) return null;
    const name = this.#nameOf?.(file) ?? null;
    const bits = met + own + (name === null ? 0 : 1);
    if (this.#wanted.size > 0 && (this.#options.and ? bits < this.#wanted.size : bits === 0)) return null;
    return name === null ? file : { ...file, name };
  }

  #fileBits(file: OpenFile): number {
    const o = this.#options;
    let bits = 0;
    if (o.fds !== null && metFd(o.fds, file)) bits++;
    if (o.unix && file.type === 'unix') bits++;
    if (o.nfs !== null && file.nfs) {
      o.nfs.found = true;
      bits++;
    }
    if (o.linksBelow !== null && file.role !== 'DEL' && (file.nlink === null ? isGone(file) : Number(file.nlink) < o.linksBelow)) bits++;
    return file.ends === null || this.#droppedByState(file) ? bits : bits + this.#inetBits(file);
  }

  #inetBits(file: OpenFile): number {
    const { inet } = this.#options;
    let bits = 0;
    if (inet.all !== null && (inet.family === null || inet.family === file.ends?.family)) {
      inet.all.found = true;
      bits++;
    }
    let address = false;
    for (const entry of inet.addresses) {
      if (!entry.value.some((pick) => metAddress(pick, file))) continue;
      entry.found = true;
      address = true;
    }
    return address ? bits + 1 : bits;
  }

  /**
   * `-s p:states` takes files away. The live tool holds UDP sockets against the TCP list too (--strict); without it a list speaks
   * only of its own protocol.
   */
  #droppedByState(file: OpenFile): boolean {
    if (file.ends === null) return false;
    const { states, strict } = this.#options;
    const tcp = file.ends.proto === 'tcp';
    const picks = tcp || strict ? states.tcp : states.udp;
    const state = tcp || strict ? (file.state ?? udpNumberName(file)) : udpState(file);
    if (picks.exclude.has(state)) return true;
    if (picks.include.length === 0) return false;
    const hit = picks.include.find((p) => p.value === state);
    if (hit !== undefined) hit.found = true;
    return hit === undefined;
  }
}

function connected(file: OpenFile): boolean {
  return file.ends !== null && (file.ends.remotePort !== 0 || !/^(0\.0\.0\.0|::)$/.test(file.ends.remoteAddress));
}

function udpNumberName(file: OpenFile): string {
  return connected(file) ? 'ESTABLISHED' : 'CLOSE';
}

function udpState(file: OpenFile): string {
  return connected(file) ? 'ESTABLISHED' : 'UNCONNECTED';
}

function excludes(set: ReadonlySet<number>, n: number | null): boolean {
  return n !== null && set.has(n);
}

function picked(map: ReadonlyMap<number, { found: boolean }>, n: number | null): boolean {
  const hit = n === null ? undefined : map.get(n);
  if (hit !== undefined) hit.found = true;
  return hit !== undefined;
}

function commandText(name: Holder['name']): string {
  return typeof name === 'string' ? name : name instanceof Uint8Array ? Buffer.from(name).toString('latin1') : '';
}

function metCommand(o: Options, command: string): boolean {
  let met = false;
  for (const pick of o.commands.include) if (command.startsWith(pick.value)) met = pick.found = true;
  for (const pick of o.commands.patterns) if (pick.value.test(command)) met = pick.found = true;
  return met;
}

function metContext(o: Options, label: string): boolean {
  let met = false;
  for (const pick of o.contexts) if (globMatch(pick.value, label)) met = pick.found = true;
  return met;
}

function metFd(picks: NonNullable<Options['fds']>, file: OpenFile): boolean {
  const hit =
    file.role !== null
      ? picks.names.has(file.role)
      : picks.names.has('fd') || picks.ranges.some(([low, high]) => file.fd >= low && file.fd <= high);
  return hit !== picks.exclude;
}

/** Family, protocol, address and port must fit the same end of the socket. */
function metAddress(pick: InetPick, file: OpenFile): boolean {
  const { ends } = file;
  if (ends === null || (pick.proto !== null && pick.proto !== ends.proto)) return false;
  const fits = (address: string, port: number): boolean =>
    (pick.family === null || pick.family === (address.includes(':') ? 6 : 4)) &&
    (pick.address === null || pick.address === address) &&
    (pick.low === null || (port >= pick.low && port <= (pick.high ?? pick.low)));
  return fits(ends.localAddress, ends.localPort) || (connected(file) && fits(ends.remoteAddress, ends.remotePort));
}

/** A file that could not be asked how many names it has, and whose link says that it has none. */
function isGone({ kind, name }: OpenFile): boolean {
  return kind === 'file' && isDeleted(name);
}
