import { type PackFrame, parsePack } from '@coldstat/capture/archive';

/** Which lines of a body are header: written down from docs/ARCHIVE-FORMAT.md and the kernel's tables once more, and not taken from the parsers. */

/** A frame of a pack and its lines: from the head to the line that closes it. */
export interface Frame {
  readonly frame: PackFrame;
  readonly head: number;
  /** Last line of the frame; the head when it has no content. */
  readonly last: number;
  /** Lines of the content: it begins behind the head. */
  readonly content: number;
}

export function isPack(path: string): boolean {
  return path.endsWith('.pack');
}

export function framesOf(body: Buffer): Frame[] {
  let [at, line] = [0, 0];
  const lineAt = (offset: number): number => {
    for (; at < offset; at++) if (body[at] === 10) line++;
    return line + 1;
  };
  return parsePack(body).frames.map(({ frame, offset }) => {
    const head = lineAt(offset) - 1;
    if ('errno' in frame) return { frame, head, last: head, content: 0 };
    const last = lineAt(offset + frame.body.length);
    const open = frame.body.length > 0 && frame.body[frame.body.length - 1] !== 10;
    return { frame, head, last, content: last - head - (open ? 0 : 1) };
  });
}

const FIRST: Readonly<Record<string, RegExp>> = {
  'net-tcp': /^ *sl +local_address/,
  'net-datagram': /^ *sl +local_address/,
  'net-unix': /^Num /,
  'net-netlink': /^sk +Eth +Pid/,
  'net-packet': /^sk +RefCnt/,
  'net-sctp-eps': /^ ENDPT +SOCK/,
  'net-sctp-assocs': /^ ASSOC +SOCK/,
  'net-arp': /^IP address +HW type/,
  'net-route': /^Iface\tDestination/,
  'net-ptype': /^Type +Device/,
  'net-protocols': /^protocol +size/,
  'net-igmp': /^Idx\tDevice/,
  'pid-limits': /^Limit +/,
};

/** Lines that are header wherever they stand. */
const ANYWHERE: Readonly<Record<string, RegExp>> = {
  'net-dev': /^Inter-\||^ ?face ?\|/,
  'net-igmp': /^\d+\t\S+ *: +\d+/,
  'proc-devices': /^$|^(?:Character|Block) devices:$/,
  'proc-sys': /^$/,
  'whole-lines': /^$/,
  'etc-os-release': /^[ \t]*(?:#|$)/,
  'etc-lines': /^[ \t]*(?:[#;]|$)/,
  'etc-passwd': /^(?:#|$)/,
  'etc-group': /^(?:#|$)/,
  'etc-hosts': /^[ \t]*\r?(?:#|$)/,
  'etc-services': /^[ \t]*\r?(?:#|$)/,
  'etc-protocols': /^[ \t]*\r?(?:#|$)/,
  'etc-rpc': /^[ \t]*\r?(?:#|$)/,
  // Processes outside the pid namespace of the capture.
  'cgroup-procs': /^0$/,
};

/** `told` says of which lines a row (1) or a problem (2) tells. */
function ofText(parser: string, texts: readonly string[], line: number, told: Uint8Array): boolean {
  const text = texts[line - 1] ?? '';
  if (line === 1 && FIRST[parser]?.test(text)) return true;
  if (parser === 'net-counter-pairs') return namesOrEmpty(texts, line, told);
  return ANYWHERE[parser]?.test(text) ?? false;
}

/** Names of counters are header of the values below them, which have the same prefix; so are both where there is none. */
function namesOrEmpty(texts: readonly string[], line: number, told: Uint8Array): boolean {
  const prefix = (n: number): string | undefined => /^ *([A-Za-z0-9_]+:)(?: |$)/.exec(texts[n - 1] ?? '')?.[1];
  const mine = prefix(line);
  if (mine === undefined) return false;
  const alone = (n: number): boolean => (texts[n - 1] ?? '').trim() === mine;
  // Lines that are problems stand between names and values as if they were not there.
  const next = (step: 1 | -1): number => {
    let at = line + step;
    while (told[at] === 2) at += step;
    return at;
  };
  const [before, after] = [next(-1), next(1)];
  if (prefix(after) === mine && (told[after] === 1 || alone(line) || alone(after))) return true;
  return prefix(before) === mine && (alone(before) || alone(line));
}

/** The tree of routes around the addresses: tables, nodes, leaves, and routes that are no local address or stand there twice. */
function treeOf(texts: readonly string[]): ReadonlySet<number> {
  const header = new Set<number>();
  const seen = new Set<string>();
  let leaf = '';
  texts.forEach((text, i) => {
    if (/^ +\|-- /.test(text)) leaf = text.trim();
    const local = /^ +(\/\d+) \S+ LOCAL(?: tos=\d+)?$/.exec(text);
    const again = local !== null && seen.has(`${leaf} ${local[1]}`);
    if (local !== null) seen.add(`${leaf} ${local[1]}`);
    const other = local === null && /^ +\/\d+ \S+ \S+(?: tos=\d+)?$/.test(text);
    if (again || other || /^(?:Main|Local|Id \d+):$|^ +\+-- |^ +\|-- [0-9.]+$/.test(text)) header.add(i + 1);
  });
  return header;
}

/** Heads and the lines that close frames, and of frames that only say why there is nothing all there is. */
function ofFrames(frames: readonly Frame[]): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const { head, last, content } of frames) {
    lines.add(head);
    if (last > head + content) lines.add(last);
  }
  return lines;
}

export const header: { readonly ofText: typeof ofText; readonly ofFrames: typeof ofFrames; readonly ofTree: typeof treeOf } = {
  ofText,
  ofFrames,
  ofTree: treeOf,
};
