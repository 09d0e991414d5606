import type { Names } from '../names.ts';
import type { NameSource } from './inet-grammar.ts';
import { parseInet } from './inet-grammar.ts';
import type { Options } from './options.ts';
import {
  addCommand,
  addFds,
  addNumbers,
  addStates,
  addUsers,
  type Message,
  parseFields,
  SYSTEM_COMMAND_WIDTH,
  wanted,
} from './value-grammar.ts';
import type { Prefix, Words } from './words.ts';

/** What handlers work on. */
export interface Parsing {
  readonly options: Options;
  readonly words: Words;
  readonly names: NameSource & Pick<Names, 'uidOf'>;
  /** One line for standard error on an option that has nothing to do on cold evidence. */
  remark(text: string): void;
  crossOver: boolean;
}

export type Handler = (p: Parsing, prefix: Prefix) => Message;

type Flag = { [K in keyof Options]: Options[K] extends boolean ? K : never }[keyof Options];

/** Turns a flag on; with a prefix given, on with that and off with the other. */
export const flag =
  (name: Flag, on?: Prefix): Handler =>
  ({ options }, prefix) => {
    options[name] = on === undefined || prefix === on;
    return null;
  };

/** With a pattern a criterion, with and without one a column. */
export function context({ options, words }: Parsing): Message {
  const text = words.optional();
  options.contextColumn = true;
  if (text !== null) options.contexts.push({ value: text, text, found: false });
  return null;
}

export function command({ options, words }: Parsing, prefix: Prefix): Message {
  const value = words.optional();
  if (prefix === '-') return value === null ? 'missing -c option value' : addCommand(options.commands, value);
  if (value === null || !/^\d+$/.test(value)) {
    if (value !== null) words.giveBack(0);
    return '+c not followed by width number';
  }
  const width = Number(value);
  if (width > SYSTEM_COMMAND_WIDTH) return `+c ${width} > what system provides (${SYSTEM_COMMAND_WIDTH})`;
  options.commandWidth = width === 0 ? 0 : Math.max(7, width);
  return null;
}

function directory({ options, words }: Parsing, deep: boolean): Message {
  const value = words.optional();
  if (value === null) return '+d not followed by a directory path';
  options.directories.push({ path: value, deep });
  return null;
}

export function descriptors(p: Parsing, prefix: Prefix): Message {
  if (prefix === '+') return directory(p, false);
  const value = p.words.value();
  if (value === null) return 'no file descriptor specified';
  const picks = addFds(p.options.fds, value);
  if (typeof picks === 'string') return picks;
  if (picks.ranges.length + picks.names.size > 0) p.options.fds = picks;
  return null;
}

export function fileFlags({ options, words }: Parsing, prefix: Prefix): Message {
  const value = words.optional();
  if (value === null) {
    options.nameKind = prefix === '+' ? 'file-system' : 'file';
    return null;
  }
  for (const c of value) {
    if (c !== 'g' && c !== 'G') return `unknown file struct option: ${c}`;
    options.flagColumn = prefix === '-' ? 'none' : c === 'g' ? 'names' : 'hex';
  }
  return null;
}

export function fields({ options, words }: Parsing): Message {
  const value = words.optional();
  if (value?.[0] === '?') {
    options.fieldHelp = true;
    return null;
  }
  const parsed = parseFields(value);
  if (typeof parsed === 'string') return parsed;
  options.fields = parsed;
  if (parsed.letters.has('G')) options.flagColumn = 'hex';
  if (!parsed.all) {
    options.offsets ||= parsed.letters.has('o');
    return null;
  }
  options.ppidColumn = true;
  options.pgidColumn = true;
  options.linkColumn = true;
  options.tcpQueues = true;
  options.tcpState = true;
  return null;
}

export function groups({ options, words }: Parsing): Message {
  options.pgidColumn = true;
  const value = words.optional();
  return value === null ? null : addNumbers(options.pgids, value, 'process group ID', 'PGID');
}

export function internet({ options, words, names }: Parsing): Message {
  const value = words.optional();
  const { inet } = options;
  if (value === null) {
    inet.all ??= { found: false };
    inet.family = null;
    return null;
  }
  const parsed = parseInet(value, inet.family, names);
  if (typeof parsed === 'string') return parsed;
  if (parsed.picks.length === 0) {
    // -i4 and -i6 together are -i; after a plain -i, a family narrows
    const first = inet.all === null || inet.family === null;
    inet.family = first || inet.family === parsed.family ? parsed.family : null;
    inet.all ??= { found: false };
  } else inet.addresses.push(wanted(parsed.picks, value));
  return null;
}

export function tasks({ options, words }: Parsing): Message {
  const value = words.optional();
  if (value !== null && value !== 'i') return `-K not followed by i (but by ${value})`;
  options.tasks = value === null ? 'select' : 'ignore';
  return null;
}

export function linkCount(p: Parsing, prefix: Prefix): Message {
  const n = p.words.number();
  p.options.linkColumn = prefix === '+';
  p.options.linksBelow = prefix === '+' && n !== 0 ? n : null;
  return prefix === '-' && n !== null ? 'no number may follow -L' : null;
}

export function offsets(p: Parsing): Message {
  const n = p.words.number();
  if (n === null) p.options.offsets = true;
  else p.options.offsetDigits = n;
  return null;
}

export function processes({ options, words }: Parsing): Message {
  const value = words.value();
  return value === null ? 'no process ID specified' : addNumbers(options.pids, value, 'process ID', 'PID');
}

export function sizeOrState({ options, words }: Parsing): Message {
  const value = words.optional();
  if (value !== null) return addStates(options.states, value, options.strict);
  options.sizes = true;
  return null;
}

export function tcpInfo({ options, words, remark }: Parsing): Message {
  const value = words.optional();
  options.tcpState = false;
  options.tcpQueues = false;
  for (const c of value ?? '') {
    if (c === 's') options.tcpState = true;
    else if (c === 'q') options.tcpQueues = true;
    else if (c === 'f') remark('-Tf: socket options are not in this capture');
    else return `unsupported TCP/TPI info selection: ${c}`;
  }
  return null;
}

export function users({ options, words, names }: Parsing): Message {
  const value = words.value();
  return value === null ? 'no UIDs specified' : addUsers(options.uids, value, (login) => names.uidOf(login));
}

export function crossOver(p: Parsing): Message {
  const value = p.words.optional();
  for (const c of value ?? 'fl') {
    if (c === 'f') p.options.crossFileSystems = true;
    else if (c === 'l') p.remark('-x l: where symbolic links in a directory lead to was not captured, none is followed');
    else return `unknown cross-over option: ${c}`;
  }
  p.crossOver = true;
  return null;
}

export function tree(p: Parsing, prefix: Prefix): Message {
  return prefix === '-' ? 'unsupported option: -D' : directory(p, true);
}

export function endpoints({ options }: Parsing, prefix: Prefix): Message {
  options.endpoints = prefix === '+' ? 'files' : 'names';
  return null;
}

export function nfs({ options }: Parsing): Message {
  options.nfs ??= { found: false };
  return null;
}

export function json({ options }: Parsing, form: Options['json']): Message {
  options.json = form;
  return null;
}

export function terse({ options }: Parsing): Message {
  options.terse = true;
  options.warnings = false;
  return null;
}
