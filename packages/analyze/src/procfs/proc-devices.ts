import type { Parser, Placed } from './lines.ts';
import { bytesOf, decimalOf } from './number.ts';
import { byLine, type Refused } from './rows.ts';

/** One line of /proc/devices (fs/proc/devices.c). */
export interface DeviceMajor extends Placed {
  readonly kind: 'character' | 'block';
  readonly major: number;
  readonly name: Buffer;
}

const FORM: Refused = { code: 'line-form', message: 'the line is not `major name` under a heading' };

/** Two headings, a blank line between them, `%3d name` below. */
export const parseDevices: Parser<DeviceMajor> = byLine<DeviceMajor>((sink) => {
  let kind: DeviceMajor['kind'] | null = null;
  return ({ body, start, end, number }) => {
    const text = body.toString('latin1', start, Math.min(end, start + 256));
    if (text === '') return 'header';
    const heading = /^(Character|Block) devices:$/.exec(text);
    if (heading) {
      kind = heading[1] === 'Block' ? 'block' : 'character';
      return 'header';
    }
    const row = /^ {0,2}(\d{1,9}) (.{1,200})$/s.exec(text);
    const major = decimalOf(row?.[1]);
    if (!row || major === null || kind === null) return FORM;
    sink.record({ line: number, kind, major, name: bytesOf(row[2] as string) });
    return 'row';
  };
});
