import { lsofName } from '../../render/cell.ts';
import { type Cells, hasSize } from './cells.ts';
import type { Listed } from './listing.ts';
import type { Holder, OpenFile } from './open-file.ts';
import type { Options } from './options.ts';

/** `-F`: one field a line behind its letter, or ended by NUL with a newline after each process and file. */
export function* fieldLines(rows: Iterable<Listed>, options: Options, cells: Cells): Generator<string, undefined> {
  const { letters: asked, nul } = options.fields ?? { letters: new Set<string>(), nul: false };
  // 4.93 has the descriptor in every set.
  const letters = options.compat === '4.93' ? new Set([...asked, 'f']) : asked;
  let last: Holder | null = null;
  for (const { holder, file } of rows) {
    if (holder !== last) yield fieldSet(processFields(holder, cells), letters, nul);
    last = holder;
    const set = fieldSet(fileFields(file, options, cells), letters, nul);
    if (set !== '') yield set;
  }
}

type Field = readonly [letter: string, text: string | null];

function fieldSet(fields: readonly Field[], letters: ReadonlySet<string>, nul: boolean): string {
  const end = nul ? '\0' : '\n';
  let out = '';
  for (const [letter, text] of fields) if (text !== null && letters.has(letter)) out += `${letter}${text}${end}`;
  return nul && out !== '' ? `${out}\n` : out;
}

function processFields(h: Holder, cells: Cells): Field[] {
  return [
    ['p', String(h.pid)],
    ['K', h.tid === null ? null : String(h.tid)],
    ['M', h.tid === null ? null : lsofName(h.taskName)],
    ['Z', h.label === null ? null : lsofName(h.label)],
    ['g', h.pgid === null ? null : String(h.pgid)],
    ['R', h.ppid === null ? null : String(h.ppid)],
    ['c', lsofName(h.name)],
    ['u', h.uid === null ? null : String(h.uid)],
    ['L', h.uid === null ? null : cells.login(h.uid)],
  ];
}

function fileFields(f: OpenFile, o: Options, cells: Cells): Field[] {
  const both = o.compat === '4.99';
  // 4.93 gives no offset of what has a size, also when asked for it.
  const offset = o.compat === '4.93' ? !hasSize(f) : o.offsets || both || !hasSize(f);
  return [
    ['f', cells.fdName(f)],
    ['a', f.access ?? ' '],
    ['l', f.lock ?? ' '],
    ['t', f.type === '' ? null : f.type],
    ['G', f.flags === null ? null : cells.flags(f)],
    ['d', f.deviceText],
    ['D', f.dev === null || f.deviceText !== null ? null : deviceHex(f.dev)],
    ['r', f.rdev === null || (f.type !== 'CHR' && f.type !== 'BLK') ? null : deviceHex(f.rdev)],
    ['s', o.offsets && o.compat === '4.95' ? null : f.size],
    ['o', offset && f.offset !== null ? cells.offset(f) : null],
    ['i', f.inode],
    ['k', f.nlink],
    ['P', f.protocol],
    ['n', cells.name(f)],
    ['T', f.state === null || !o.tcpState ? null : `ST=${f.state}`],
    ['T', f.ends === null || !o.tcpQueues || f.receiveQueue === null ? null : `QR=${f.receiveQueue}`],
    ['T', f.ends === null || !o.tcpQueues || f.sendQueue === null ? null : `QS=${f.sendQueue}`],
  ];
}

/** MAJOR:MINOR in the encoding of glibc (gnu_dev_makedev). */
export function deviceHex(dev: string): string {
  const [major = 0n, minor = 0n] = dev.split(':').map(BigInt);
  const encoded = ((major & 0xfffff000n) << 32n) | ((major & 0xfffn) << 8n) | ((minor & 0xffffff00n) << 12n) | (minor & 0xffn);
  return `0x${encoded.toString(16)}`;
}
