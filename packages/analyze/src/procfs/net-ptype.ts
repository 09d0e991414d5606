import type { Parser, Placed } from './lines.ts';
import { bytesOf } from './number.ts';
import { byLine, type Refused } from './rows.ts';

/** One row of /proc/net/ptype (net/core/net-procfs.c ptype_seq_show). */
export interface PacketType extends Placed {
  /** `ALL` or ethertype in hex. */
  readonly type: string;
  /** Null for all interfaces. */
  readonly device: Buffer | null;
  /** Symbol, with `+0x…` or `[module]` as printed. */
  readonly handler: string;
}

const HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of the ptype table' };
const FORM: Refused = { code: 'line-form', message: 'the line is not `type device function`' };

/** `ALL ` or four hex digits, a blank, the device in eight columns or more (blank for all), a blank, the function. */
export const parsePtype: Parser<PacketType> = byLine<PacketType>((sink) => ({ body, start, end, number }) => {
  const text = body.toString('latin1', start, Math.min(end, start + 512));
  if (number === 1) return /^Type +Device +Function/.test(text) ? 'header' : HEADER;
  const m = /^(ALL |[0-9a-f]{4}) ([^ ]{0,16}) +([^ ].*)$/.exec(text);
  if (!m || m[3] === undefined) return FORM;
  const type = (m[1] as string).trimEnd();
  sink.record({ line: number, type, device: m[2] === '' ? null : bytesOf(m[2] as string), handler: m[3] });
  return 'row';
});
