import { terminal } from '../../render/cell.ts';
import type { Cgroups } from './cgroups.ts';
import { filterText, packetParts, xdpParts } from './device-text.ts';
import { big, type Diag, type DiagRow, num } from './dumped.ts';
import type { Sock } from './sock.ts';
import { LISTEN } from './states.ts';
import { tcpParts } from './tcp-text.ts';
import { upperParts } from './upper-text.ts';

/** What of the command line concerns the cells that only the kernel's dump tells. */
export interface DiagTextOptions {
  readonly numeric: boolean;
  readonly timers: boolean;
  readonly extended: boolean;
  readonly memory: boolean;
  readonly info: boolean;
  readonly tos: boolean;
  readonly cgroup: boolean;
  readonly cgroups: Pick<Cgroups, 'path'>;
  readonly sockopt: boolean;
  readonly bpf: boolean;
  readonly oneline: boolean;
  readonly strict: boolean;
}

/** Everything after holders and timer: each part with the blank, tab or newline before it, in the order of ss. */
export function diagText(sock: Sock, diag: Diag, o: DiagTextOptions): string {
  switch (sock.family) {
    case 'inet':
      return inetText(sock, diag, o);
    case 'unix':
      return `${o.memory ? memoryText(diag.row) : ''}${o.extended ? unixDetails(sock, diag, o) : ''}`;
    case 'packet': {
      const details = o.extended ? `${identity(sock, diag.row, o)}${packetParts(diag.row, o.oneline)}` : '';
      return `${details}${o.bpf ? filterText(diag, o.oneline) : ''}${o.memory ? memoryText(diag.row) : ''}`;
    }
    case 'netlink':
      // ss knows neither pointer nor callback of a socket that netlink told of.
      return `${o.extended ? ` sk=0 cb=0 groups=0x${sock.groups ?? '?'}` : ''}${o.memory ? `\t${memoryText(diag.row)}` : ''}`;
    case 'xdp':
      return `${o.extended ? `${identity(sock, diag.row, o)}${xdpParts(diag.row, o.oneline)}` : ''}${o.memory ? memoryText(diag.row) : ''}`;
    case 'vsock':
      return '';
  }
}

function inetText(sock: Sock, diag: Diag, o: DiagTextOptions): string {
  const { row } = diag;
  let text = '';
  if (o.extended) {
    text += identity(sock, row, o);
    if (sock.inet?.ipFamily === 6 && num(row, 'v6only') !== null) text += ` v6only:${num(row, 'v6only')}`;
    text += shutdownText(row);
  }
  if (o.tos) for (const column of ['tos', 'tclass', 'class_id']) text += numberSign(column, num(row, column));
  if (o.cgroup && row['cgroup_id'] !== null) text += ` cgroup:${cgroup(row, o)}`;
  if (o.sockopt && typeof row['socket_flags'] === 'string') text += sockoptText(row['socket_flags'], o.oneline);
  if (!o.memory && !(o.info && sock.netid !== 'udp')) return text;
  if (!o.oneline) text += '\n\t';
  if (o.memory) text += memoryText(row) || meminfoText(row);
  if (!o.info) return text;
  const parts = sock.netid === 'tcp' ? tcpParts(diag, sock.state, { numeric: o.numeric, options: o.timers || o.extended }) : [];
  return [text, ...parts, ...upperParts(sock, diag)].join(' ');
}

/** `%#x`, which leaves a 0 bare. */
function numberSign(label: string, value: number | null): string {
  if (value === null) return '';
  return ` ${label}:${value === 0 ? '0' : `0x${value.toString(16)}`}`;
}

function identity(sock: Sock, row: DiagRow, o: DiagTextOptions): string {
  let text = sock.uid !== null && sock.uid !== 0 ? ` uid:${sock.uid}` : '';
  text += ` ino:${sock.inode ?? '?'} sk:${sock.pointer ?? '0'}`;
  const mark = num(row, 'mark');
  if (mark !== null && mark !== 0) text += ` fwmark:0x${mark.toString(16)}`;
  const id = big(row, 'cgroup_id');
  if (id !== null && id !== 0n) text += ` cgroup:${cgroup(row, o)}`;
  return text;
}

/** Of a group that was removed, or that was not captured, what ss writes when it finds none. */
function cgroup(row: DiagRow, { cgroups }: DiagTextOptions): string {
  const id = big(row, 'cgroup_id') ?? 0n;
  const path = cgroups.path(id);
  return path === undefined ? `unreachable:${id.toString(16)}` : terminal(path);
}

function shutdownText(row: DiagRow): string {
  const mask = num(row, 'shutdown');
  return mask === null ? '' : ` ${(mask & 1) !== 0 ? '-' : '<'}-${(mask & 2) !== 0 ? '-' : '>'}`;
}

function sockoptText(flags: string, oneline: boolean): string {
  const words = flags.split(' ').map((word) => (word === 'bind_address_no_port' ? 'bind_addr_no_port' : word));
  return `${oneline ? ' ' : '\n\t'}inet-sockopt: (${flags === '' ? '' : ` ${words.join(' ')}`})`;
}

/** SK_MEMINFO_*: the last two came later and are left out where the kernel has them not. */
function memoryText(row: DiagRow): string {
  const cell = (column: string): number | null => num(row, column);
  if (cell('rmem_alloc') === null) return '';
  const first = `r${cell('rmem_alloc')},rb${cell('rcvbuf')},t${cell('wmem_alloc')},tb${cell('sndbuf')},f${cell('fwd_alloc')}`;
  const rest = `,w${cell('wmem_queued')},o${cell('optmem')}`;
  const late = `${cell('backlog') === null ? '' : `,bl${cell('backlog')}`}${cell('drops') === null ? '' : `,d${cell('drops')}`}`;
  return ` skmem:(${first}${rest}${late})`;
}

function meminfoText(row: DiagRow): string {
  if (num(row, 'meminfo_rmem') === null) return '';
  const [r, w, f, t] = ['rmem', 'wmem', 'fmem', 'tmem'].map((name) => num(row, `meminfo_${name}`));
  return ` mem:(r${r},w${w},f${f},t${t})`;
}

function unixDetails(sock: Sock, diag: Diag, o: DiagTextOptions): string {
  const { row } = diag;
  let text = shutdownText(row);
  const device = row['file_device'];
  if (num(row, 'file_inode') !== null && typeof device === 'string') {
    text += ` ino:${num(row, 'file_inode')} dev:${o.strict ? wrongDevice(device) : device.replace(':', '/')}`;
  }
  if (sock.state === LISTEN)
    text += ` peers:${diag
      .pending()
      .map((inode) => ` ${inode}`)
      .join('')}`;
  return text;
}

/** ss takes the device number apart as the C library's are made, which the kernel's own is not: 254:0 becomes 0/65024. */
function wrongDevice(device: string): string {
  const [major = 0, minor = 0] = device.split(':').map(Number);
  const number = major * 0x100000 + minor;
  return `${(number >>> 8) & 0xfff}/${(number & 0xff) | ((number >>> 12) & 0xfff00)}`;
}
