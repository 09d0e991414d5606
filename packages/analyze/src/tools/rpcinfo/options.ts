import { getopt, type OptionSpec } from '../getopt.ts';
import { ToolMistake } from '../mistake.ts';

export interface RpcinfoOption extends OptionSpec {
  readonly doc: string;
  readonly taken: 'yes' | 'no';
}

const option = (short: string, doc: string, taken: 'yes' | 'no'): RpcinfoOption => ({ key: short, short, argument: 'none', doc, taken });
const LIVE = 'refused: it asks a live server';

/** In the order of rpcinfo's own usage. */
export const OPTIONS: readonly RpcinfoOption[] = [
  option('p', 'registrations as version 2 of the portmapper tells them', 'yes'),
  option('s', 'one line a program', 'yes'),
  option('m', 'refused: statistics are not captured', 'no'),
  option('b', LIVE, 'no'),
  option('d', LIVE, 'no'),
  option('l', LIVE, 'no'),
  option('t', LIVE, 'no'),
  option('u', LIVE, 'no'),
  { ...option('a', LIVE, 'no'), argument: 'required' },
  { ...option('n', LIVE, 'no'), argument: 'required' },
  { ...option('T', LIVE, 'no'), argument: 'required' },
  { key: 'help', long: 'help', argument: 'none', doc: 'this text', taken: 'yes' },
];

export function usage(): string {
  const lines = OPTIONS.map((o) => `  ${(o.short === undefined ? `--${o.long}` : `-${o.short}`).padEnd(8)} ${o.doc}`);
  return `Usage: coldstat rpcinfo [-p | -s] [host]\n${lines.join('\n')}\n`;
}

export interface RpcinfoRequest {
  readonly form: 'long' | 'portmap' | 'short';
  readonly host: string | undefined;
  readonly help: boolean;
}

/** Throws ToolMistake. */
export function parseRpcinfo(args: readonly string[]): RpcinfoRequest {
  const { options, operands } = getopt(args, OPTIONS, (problem) => new ToolMistake(`rpcinfo: ${problem}\n${usage()}`, 1));
  const given = new Set(options.map((o) => o.key));
  for (const o of OPTIONS) {
    if (o.taken === 'no' && given.has(o.key)) throw new ToolMistake(`rpcinfo: -${o.short}: ${o.doc}`, 1);
  }
  if ((given.has('p') && given.has('s')) || operands.length > 1) throw new ToolMistake(usage(), 1);
  return { form: given.has('p') ? 'portmap' : given.has('s') ? 'short' : 'long', host: operands[0], help: given.has('help') };
}
