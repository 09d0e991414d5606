import type { Parser, Placed } from './lines.ts';
import { byLine } from './rows.ts';

/** One line of /proc/PID/mountinfo (show_mountinfo in fs/proc_namespace.c), with its octal escapes undone. */
export interface MountLine extends Placed {
  readonly id: number;
  readonly parent: number;
  /** `MAJOR:MINOR`, decimal. */
  readonly dev: string;
  readonly root: Buffer;
  readonly mountPoint: Buffer;
  readonly options: Buffer;
  /** `shared:1 master:2`, blank separated; empty when there are none. */
  readonly optional: Buffer;
  readonly fstype: Buffer;
  /** Empty when the source is empty. */
  readonly source: Buffer;
  readonly superOptions: Buffer;
}

const BLANK = ' ';

/** Fields are separated by one blank each: blanks within are escaped, so an empty source is an empty field. */
export const parseMountinfo: Parser<MountLine> = byLine((sink) => ({ body, start, end, number }) => {
  const f = body.toString('latin1', start, end).split(BLANK);
  const dash = f.indexOf('-', 6);
  if (dash < 0 || f.length < dash + 4) return { code: 'line-columns', message: 'fewer fields than mountinfo has, or no separator' };
  const [id = '', parent = '', dev = ''] = f;
  if (!/^\d{1,10}$/.test(id) || !/^\d{1,10}$/.test(parent) || !/^\d{1,10}:\d{1,10}$/.test(dev)) {
    return { code: 'line-form', message: 'ids or device are not numbers' };
  }
  sink.record({
    line: number,
    id: Number(id),
    parent: Number(parent),
    dev,
    root: unescapeOctal(f[3]),
    mountPoint: unescapeOctal(f[4]),
    options: unescapeOctal(f[5]),
    optional: Buffer.from(f.slice(6, dash).join(BLANK), 'latin1'),
    fstype: unescapeOctal(f[dash + 1]),
    source: unescapeOctal(f[dash + 2]),
    superOptions: unescapeOctal(f.slice(dash + 3).join(BLANK)),
  });
  return 'row';
});

/** `\040` and its like (mangle_path in fs/seq_file.c), once. */
export function unescapeOctal(latin1: string | undefined): Buffer {
  const text = latin1 ?? '';
  if (!text.includes('\\')) return Buffer.from(text, 'latin1');
  return Buffer.from(
    text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    'latin1',
  );
}
