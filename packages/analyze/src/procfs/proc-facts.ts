import type { Parser, Placed } from './lines.ts';
import { bytesOf } from './number.ts';
import { byLine, type Line, type Refused } from './rows.ts';

/** A single value of the host. A line may hold several: the first stands for it, the others have `lines: 0`. */
export interface Fact extends Placed {
  /** Key within the file; null when the line as a whole is the value. */
  readonly key: string | null;
  readonly value: Buffer;
}

const FORM: Refused = { code: 'line-form', message: 'the line is not in the form of this file' };

function text({ body, start, end }: Line): string {
  return body.toString('latin1', start, end);
}

/** Files that are one value (hostname, version, cmdline, machine-id) or a list of them: each line that is not empty. */
export const parseWholeLines: Parser<Fact> = byLine<Fact>(
  (sink) => (line) => {
    const value = text(line);
    if (value === '') return 'header';
    sink.record({ line: line.number, key: null, value: bytesOf(value) });
    return 'row';
  },
  { open: true },
);

/** resolv.conf, nsswitch.conf, ld.so.preload: lines that are neither empty nor a comment, as they are. */
export const parseConfigLines: Parser<Fact> = byLine<Fact>(
  (sink) => (line) => {
    const value = text(line);
    if (/^[ \t]*(?:[#;]|$)/.test(value)) return 'header';
    sink.record({ line: line.number, key: null, value: bytesOf(value) });
    return 'row';
  },
  { open: true },
);

/** os-release(5): `KEY=value`, the value with shell quotes taken off; a backslash in double quotes stands for the byte after it. */
export const parseOsRelease: Parser<Fact> = byLine<Fact>(
  (sink) => (line) => {
    const whole = text(line);
    if (/^[ \t]*(?:#|$)/.test(whole)) return 'header';
    const equals = whole.indexOf('=');
    const key = whole.slice(0, Math.max(equals, 0));
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(key)) return FORM;
    sink.record({ line: line.number, key, value: bytesOf(unquoted(whole.slice(equals + 1))) });
    return 'row';
  },
  { open: true },
);

function unquoted(value: string): string {
  const quote = value[0];
  if (value.length < 2 || (quote !== '"' && quote !== "'") || value[value.length - 1] !== quote) return value;
  const inner = value.slice(1, -1);
  return quote === '"' ? inner.replace(/\\([\s\S])/g, '$1') : inner;
}

/** Makes a parser for a line of blank-separated values with fixed keys (loadavg, uptime). */
function keyed(pattern: RegExp, keys: readonly string[]): Parser<Fact> {
  return byLine<Fact>((sink) => (line) => {
    const m = line.end - line.start > 256 ? null : pattern.exec(text(line));
    if (!m) return FORM;
    keys.forEach((key, i) => {
      const fact: Fact = { line: line.number, key, value: bytesOf(m[i + 1] ?? '') };
      sink.record(i === 0 ? fact : { ...fact, lines: 0 });
    });
    return 'row';
  });
}

/** /proc/loadavg (fs/proc/loadavg.c): three averages, running and total tasks of the whole host, the last pid given. */
export const parseLoadavg: Parser<Fact> = keyed(/^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) (\d+)\/(\d+) (\d+)$/, [
  '1',
  '5',
  '15',
  'running',
  'total',
  'last_pid',
]);

/** /proc/uptime: seconds since boot, and seconds all processors were idle. */
export const parseUptime: Parser<Fact> = keyed(/^(\d+\.\d+) (\d+\.\d+)$/, ['uptime', 'idle']);

/** /proc/stat (fs/proc/stat.c): `key values`; interrupt counts are kept as the kernel prints them. */
export const parseProcStat: Parser<Fact> = byLine<Fact>((sink) => (line) => {
  const whole = text(line);
  const blank = whole.indexOf(' ');
  const key = whole.slice(0, Math.max(blank, 0));
  if (!/^[a-z_]{1,20}\d{0,6}$/.test(key)) return FORM;
  sink.record({ line: line.number, key, value: bytesOf(whole.slice(blank + 1).replace(/^ +/, '')) });
  return 'row';
});

/** /proc/filesystems: `nodev\tname` or `\tname`; the value is the name, the key says whether it needs a device. */
export const parseFilesystems: Parser<Fact> = byLine<Fact>((sink) => (line) => {
  const m = line.end - line.start > 256 ? null : /^(nodev)?\t(.+)$/s.exec(text(line));
  if (!m) return FORM;
  sink.record({ line: line.number, key: m[1] ?? 'dev', value: bytesOf(m[2] as string) });
  return 'row';
});
