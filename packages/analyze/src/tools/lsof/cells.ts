import { lsofCommand, lsofName } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import type { Names } from '../names.ts';
import type { Ends, OpenFile } from './open-file.ts';
import { type FlagTable, flagHex, flagNames } from './open-flags.ts';
import type { Options } from './options.ts';

/** The text of each cell, as the options want it. Everything that comes from evidence is escaped here, by render/cell.ts. */
export class Cells {
  readonly #options: Options;
  readonly #names: Names;
  readonly #flags: FlagTable;
  /** Names of RPC programs behind local ports, by `PROTO PORT`; empty without +M. */
  readonly #programs: ReadonlyMap<string, string>;
  readonly #hosts: Map<string, string> = new Map();
  readonly #ports: Map<string, string> = new Map();
  /** Users without a name, in the order they were met. */
  readonly unknownUsers: Set<number> = new Set();

  constructor(options: Options, names: Names, flags: FlagTable, programs: ReadonlyMap<string, string> = new Map()) {
    this.#options = options;
    this.#names = names;
    this.#flags = flags;
    this.#programs = programs;
  }

  command(name: Value): string {
    return lsofCommand(name, this.#options.commandWidth);
  }

  /** As wide as the live tool measures it: up to the limit, also where an escape that would not fit whole is left out. */
  commandCell(name: Value): string {
    const { commandWidth } = this.#options;
    const cut = this.command(name);
    return commandWidth === 0 ? cut : cut.padEnd(Math.min(commandWidth, lsofCommand(name).length));
  }

  /** Numbers stand right in eight places, as lsof prints them. */
  user(uid: number | null): string {
    if (uid === null) return '';
    const login = this.login(uid);
    return login ?? String(uid).padStart(8);
  }

  login(uid: number): string | null {
    if (this.#options.numericUsers) return null;
    const login = this.#names.user(uid);
    if (login === undefined) this.unknownUsers.add(uid);
    return login === undefined ? null : escaped(login);
  }

  /** Descriptor, mode and lock; before 4.99 numbers are four wide, and so are cwd and rtd. */
  fd(file: OpenFile): string {
    const narrow = this.#options.compat === '4.99';
    const mode = file.access ?? (file.lock === null ? ' ' : '-');
    return `${narrow ? this.fdName(file) : this.#fdPadded(file)}${mode}${file.lock ?? ' '}`;
  }

  /** `lsof` before 4.99.7 has three digits for descriptors above 9999. */
  fdName(file: OpenFile): string {
    if (file.role !== null) return file.role;
    const text = String(file.fd);
    return this.#options.strict && text.length > 4 ? `*${text.slice(-3)}` : text;
  }

  #fdPadded(file: OpenFile): string {
    return file.role === 'cwd' || file.role === 'rtd' ? ` ${file.role}` : (file.role ?? this.fdName(file).padStart(4));
  }

  flags(file: OpenFile): string {
    if (file.flags === null) return '';
    return this.#options.flagColumn === 'names' ? flagNames(file.flags, this.#flags) : flagHex(file.flags);
  }

  device(file: OpenFile): string {
    if (file.deviceText !== null) return file.deviceText;
    const dev = file.type === 'CHR' || file.type === 'BLK' ? file.rdev : file.dev;
    return dev === null ? '' : dev.replace(':', ',');
  }

  sizeOrOffset(file: OpenFile): string {
    if (this.#options.offsets) return this.offset(file);
    if (file.size !== null) return this.#options.human ? human(file.size) : file.size;
    return this.#options.sizes || hasSize(file) ? '' : this.offset(file);
  }

  /** Decimal up to a number of digits, then hexadecimal. */
  offset(file: OpenFile): string {
    if (file.offset === null) return '';
    const { offsetDigits } = this.#options;
    const decimal = offsetDigits === 0 || file.offset.length <= offsetDigits;
    return decimal ? `0t${file.offset}` : `0x${BigInt(file.offset).toString(16)}`;
  }

  node(file: OpenFile): string {
    return file.protocol ?? file.inode ?? '';
  }

  /** NAME up to the state: name, ends, remarks. */
  name(file: OpenFile): string {
    let text = escaped(this.#options.strict && file.type === 'unix' ? cutAtBlank(file.name) : file.name);
    if (file.ends !== null) text = this.ends(file.ends);
    if (file.remark !== null) text = text === '' ? lsofName(file.remark) : `${text} ${escaped(file.remark)}`;
    if (file.warning !== null && this.#options.warnings) text += ` ${file.warning}`;
    return text;
  }

  fullName(file: OpenFile): string {
    const state = this.#state(file);
    return `${this.name(file)}${state === '' ? '' : ` ${state}`}${this.#options.strict && state === '' && this.#strayBlank(file) ? ' ' : ''}`;
  }

  /** The state a row shows; connected UDP only in later versions. */
  state(file: OpenFile): string | null {
    if (file.state !== null) return file.state;
    const udp = this.#options.compat === '4.99' && file.ends !== null && file.ends.proto !== 'tcp' && file.ends.remotePort !== 0;
    return udp ? 'ESTABLISHED' : null;
  }

  ends(e: Ends): string {
    const local = e.localPort === 0 && isAny(e.localAddress) ? '' : this.#end(e.proto, e.localAddress, e.localPort, true);
    if (e.remotePort === 0 && isAny(e.remoteAddress)) return local;
    const here = e.remoteAddress === e.localAddress || e.remoteAddress === '127.0.0.1' || e.remoteAddress === '::1';
    return `${local}->${this.#end(e.proto, e.remoteAddress, e.remotePort, here)}`;
  }

  #state(file: OpenFile): string {
    const { tcpState, tcpQueues } = this.#options;
    const parts: string[] = [];
    const state = tcpState ? this.state(file) : null;
    if (state !== null) parts.push(state);
    if (tcpQueues && file.ends !== null) parts.push(`QR=${file.receiveQueue ?? ''}`, `QS=${file.sendQueue ?? ''}`);
    return parts.length === 0 ? '' : `(${parts.join(' ')})`;
  }

  /** The live tool writes the blank before the state also where no state follows. */
  #strayBlank(file: OpenFile): boolean {
    const { tcpState, tcpQueues } = this.#options;
    return (tcpState || tcpQueues) && (file.ends !== null || (file.type === 'unix' && !tcpState));
  }

  /** `here`: an end on this host, whose port the portmapper may know. */
  #end(proto: Ends['proto'], address: string, port: number, here: boolean): string {
    const program = here ? this.#programs.get(`${proto} ${port}`) : undefined;
    const text = `${isAny(address) ? '*' : this.#host(address)}:${port === 0 ? '*' : this.#port(proto, port)}`;
    return program === undefined ? text : `${text}[${program}]`;
  }

  #host(address: string): string {
    let text = this.#hosts.get(address);
    if (text === undefined) {
      const name = this.#options.numericHosts ? undefined : this.#names.host(address);
      text = name !== undefined ? escaped(name) : address.includes(':') ? `[${address}]` : address;
      this.#hosts.set(address, text);
    }
    return text;
  }

  #port(proto: Ends['proto'], port: number): string {
    if (this.#options.numericPorts || proto === 'udplite') return String(port);
    const key = `${proto} ${port}`;
    let text = this.#ports.get(key);
    if (text === undefined) {
      const name = this.#names.service(port, proto);
      text = name === undefined ? String(port) : escaped(name);
      this.#ports.set(key, text);
    }
    return text;
  }
}

const PLAIN = /^[ -[\]-~]*$/;

/** A name as lsof prints it; most are plain and need no second look. */
export function escaped(value: Value): string {
  return typeof value === 'string' && PLAIN.test(value) ? value : lsofName(value);
}

function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

const SIZED: ReadonlySet<string> = new Set(['REG', 'DIR', 'LINK', 'unknown', 'a_inode', 'PSXMQ']);

/** Kinds that have a size, known or not; of all others the offset is shown. */
export function hasSize(file: OpenFile): boolean {
  return SIZED.has(file.type);
}

/** lsof splits /proc/net/unix at blanks and colons, so a path ends at the first of them. */
function cutAtBlank(name: Value): Value {
  return typeof name === 'string' && !name.startsWith('type=') ? (/^[^ :]*/.exec(name)?.[0] ?? name) : name;
}

const UNITS: readonly string[] = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];

function human(bytes: string): string {
  let n = Number(bytes);
  let unit = 0;
  for (; n >= 1024 && unit < UNITS.length - 1; unit++) n /= 1024;
  return unit === 0 ? `${bytes}B` : `${n.toFixed(1)}${UNITS[unit]}`;
}
