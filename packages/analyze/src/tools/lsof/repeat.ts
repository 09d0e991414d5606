import { lsofName } from '../../render/cell.ts';
import type { ToolAnswer } from '../tool.ts';
import type { Evidence } from './evidence.ts';
import type { Options } from './options.ts';

/** Lines around one listing of several: after `-r` those of the live tool behind it, else one before it that says which capture it is of. */
export function around(o: Options, evidence: Evidence): Required<ToolAnswer>['around'] {
  const end = o.fields?.nul ? '\0\n' : '\n';
  return (title) => {
    if (o.json !== 'none') return { before: '', after: '' };
    const mark = (text: string): string => `${o.fields === null ? text : `m${text}`}${end}`;
    if (o.repeat === null) return { before: mark(o.fields === null ? `======= ${title}` : title), after: '' };
    const plain = o.fields === null ? '=======' : '';
    return { before: '', after: mark(o.repeat.marker === null ? plain : lsofName(strftime(o.repeat.marker, evidence.startedMs()))) };
  };
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

const two = (n: number): string => String(n).padStart(2, '0');

const DIRECTIVES: Readonly<Record<string, string | ((d: Date) => string)>> = {
  '%': () => '%',
  n: () => '\n',
  t: () => '\t',
  a: (d) => (DAYS[d.getUTCDay()] ?? '').slice(0, 3),
  A: (d) => DAYS[d.getUTCDay()] ?? '',
  b: (d) => (MONTHS[d.getUTCMonth()] ?? '').slice(0, 3),
  B: (d) => MONTHS[d.getUTCMonth()] ?? '',
  C: (d) => two(Math.floor(d.getUTCFullYear() / 100)),
  d: (d) => two(d.getUTCDate()),
  e: (d) => String(d.getUTCDate()).padStart(2),
  H: (d) => two(d.getUTCHours()),
  I: (d) => two(((d.getUTCHours() + 11) % 12) + 1),
  j: (d) => String(Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0)) / 86_400_000) + 1).padStart(3, '0'),
  m: (d) => two(d.getUTCMonth() + 1),
  M: (d) => two(d.getUTCMinutes()),
  p: (d) => (d.getUTCHours() < 12 ? 'AM' : 'PM'),
  s: (d) => String(Math.floor(d.getTime() / 1000)),
  S: (d) => two(d.getUTCSeconds()),
  u: (d) => String(d.getUTCDay() || 7),
  w: (d) => String(d.getUTCDay()),
  y: (d) => two(d.getUTCFullYear() % 100),
  Y: (d) => String(d.getUTCFullYear()),
  z: () => '+0000',
  Z: () => 'UTC',
  c: '%a %b %e %T %Y',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
};

/** strftime(3) of the C locale in UTC; a directive it has not stays as it is, and a start that is unknown gives `-` for each. */
export function strftime(format: string, ms: number | null): string {
  return format.replace(/%(.)/gs, (whole, letter: string) => {
    const directive = DIRECTIVES[letter];
    if (directive === undefined) return whole;
    if (typeof directive === 'string') return strftime(directive, ms);
    return ms === null ? '-' : directive(new Date(ms));
  });
}
