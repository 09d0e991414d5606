import type { Names } from './names.ts';

/** What a body is redacted with. */
export interface Context {
  readonly names: Names;
  readonly byteOrder: 'little' | 'big';
}

/** A line by what may be told of it, without its newline (latin1); null when it is not in the form that is known. */
export type Line = (line: string, context: Context, number: number) => string | null;

/** A body by what may be told of it; null when nothing may. */
export type Rule = (body: Buffer, context: Context, path: string) => Buffer | null;

/** A body of lines. One that is not in the form becomes one of as many `x`: the count of lines stays, and nothing unknown passes. */
export function byLine(rule: Line): Rule {
  return (body, context) => {
    const lines = body.toString('latin1').split('\n');
    const last = lines.length - 1;
    const out = lines.map((line, i) => {
      if (i === last && line === '') return '';
      const made = rule(line, context, i + 1);
      return made === null || context.names.leaks(made) ? 'x'.repeat(line.length) : made;
    });
    return Buffer.from(out.join('\n'), 'latin1');
  };
}

/** Kernel addresses as the kernel prints them where it does not hash them. */
export function withoutPointers(text: string, { names }: Context): string {
  return text.replace(/(?<![0-9a-fA-F])(ffff[0-9a-f]{12})(?![0-9a-fA-F])/g, (_, digits: string) => names.hexDigits(digits));
}

/** Numbers, hexadecimal and punctuation only. */
export const NUMBERS: RegExp = /^[\s0-9A-Fa-fx:.,*<>()/%+-]*$/;
/** Words of the kernel and numbers: for files nobody on a host can put a word into. */
export const KERNEL_WORDS: RegExp = /^[\x20-\x7e\t]*$/;

/** Passes lines of this form as they are, but for pointers and for lines that name somebody. */
export function kept(form: RegExp): Line {
  return (line, context) => (form.test(line) && !context.names.identifies(line) ? withoutPointers(line, context) : null);
}

/** Words of a host order: 8 or 32 digits as tcp, route and igmp print them. */
export function hostWords(digits: string, { names, byteOrder }: Context, prefix: number | null = null): string {
  const swap = (bytes: Buffer): Buffer => (byteOrder === 'little' ? bytes.swap32() : bytes);
  const address = swap(Buffer.from(digits, 'hex'));
  const made = Buffer.from(prefix === null ? names.addresses.replace(address) : names.addresses.network(address, prefix));
  return swap(made).toString('hex').toUpperCase();
}

/** 32 digits in network order, as if_inet6 and ipv6_route print them. */
export function networkDigits(digits: string, { names }: Context, prefix: number | null = null): string {
  const address = Buffer.from(digits, 'hex');
  return (prefix === null ? names.addresses.replace(address) : names.addresses.network(address, prefix)).toString('hex');
}

/** `192.0.2.1`. */
export function dotted(text: string, { names }: Context, prefix: number | null = null): string {
  const address = Buffer.from(text.split('.').map(Number));
  return Array.from(prefix === null ? names.addresses.replace(address) : names.addresses.network(address, prefix)).join('.');
}

export const DOTTED: RegExp = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** An address as text of either family, or null when it is none. */
export function addressText(text: string, context: Context): string | null {
  if (DOTTED.test(text)) return dotted(text, context);
  const bytes = v6Bytes(text);
  return bytes === null ? null : v6Text(context.names.addresses.replace(bytes));
}

function v6Bytes(text: string): Buffer | null {
  if (!/^[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?:\d+\.\d+\.\d+\.\d+)?$/.test(text)) return null;
  const v4 = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (v4 !== null && !DOTTED.test(v4[2] ?? '')) return null;
  const last =
    v4 === null
      ? text
      : `${v4[1]}${Buffer.from((v4[2] ?? '').split('.').map(Number))
          .toString('hex')
          .replace(/^(.{4})/, '$1:')}`;
  const halves = last.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const gap = 8 - head.length - tail.length;
  if (halves.length === 1 ? gap !== 0 : gap < 1) return null;
  const groups = [...head, ...Array.from({ length: halves.length === 1 ? 0 : gap }, () => '0'), ...tail];
  return groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))
    ? Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
    : null;
}

/** The longest run of zero groups, when it is more than one, is `::` (RFC 5952 §4.2). */
function v6Text(bytes: Buffer): string {
  if (bytes.subarray(0, 12).toString('hex') === '00000000000000000000ffff') return `::ffff:${[...bytes.subarray(12)].join('.')}`;
  const groups = (bytes.toString('hex').match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, ''));
  let run = { at: 0, length: 1 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === '0') length++;
    if (length > run.length) run = { at, length };
  }
  if (run.length === 1) return groups.join(':');
  return `${groups.slice(0, run.at).join(':')}::${groups.slice(run.at + run.length).join(':')}`;
}

/** `52:54:00:12:34:56`. */
export function hardwareText(text: string, { names }: Context): string {
  const made = names.addresses.hardware(Buffer.from(text.replaceAll(':', ''), 'hex'));
  return (made.toString('hex').match(/../g) ?? []).join(':');
}
