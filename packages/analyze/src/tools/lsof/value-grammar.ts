import { TCP_STATES } from '../tcp-states.ts';
import type { CommandPicks, FdPicks, Fields, Picks, StatePicks, Wanted } from './options.ts';
import { posixRegex } from './posix-regex.ts';

/** Values of single options. Each function fills what it is given and answers with lsof's message when the value is wrong. */

export type Message = string | null;

/** Longest command name the kernel keeps (TASK_COMM_LEN - 1). */
export const SYSTEM_COMMAND_WIDTH = 15;

export function wanted<V>(value: V, text: string): Wanted<V> {
  return { value, text, found: false };
}

export function addCommand(picks: CommandPicks, text: string): Message {
  if (text[0] === '/') return addPattern(picks, text);
  const exclude = text[0] === '^';
  const name = exclude ? text.slice(1) : text;
  if (Buffer.byteLength(name) > SYSTEM_COMMAND_WIDTH) {
    return `"-c ${text}" length (${Buffer.byteLength(name)}) > what system provides (${SYSTEM_COMMAND_WIDTH})`;
  }
  const included = picks.include.some((p) => p.value === name);
  const excluded = picks.exclude.includes(name);
  if (exclude ? included : excluded) return `-c^${name} and -c${name} conflict.`;
  if (included || excluded) return null;
  const pick = wanted(name, name);
  picks.typed.unshift(pick);
  if (exclude) picks.exclude.push(name);
  else picks.include.push(pick);
  return null;
}

function addPattern(picks: CommandPicks, text: string): Message {
  const end = text.lastIndexOf('/');
  if (end === 0) return `regexp doesn't end with '/': ${text}`;
  const modifiers = text.slice(end + 1);
  const wrong = /[^bix]/.exec(modifiers)?.[0];
  if (wrong !== undefined) return `invalid regexp modifier: ${wrong}`;
  if (/b/.test(modifiers) && /x/.test(modifiers)) return `-c regexp modifiers b and x conflict: ${text}`;
  const source = text.slice(1, end);
  const pattern = posixRegex(source, modifiers.includes('b'), modifiers.includes('i'));
  if (pattern === null) return `regexp error: ${text}: Invalid regular expression`;
  picks.patterns.push(wanted(pattern, source));
  return null;
}

/** `-p` and `-g`. `what` is the word in messages, `abbreviation` that in conflicts. */
export function addNumbers(picks: Picks, text: string, what: string, abbreviation: string): Message {
  for (const item of text.split(',')) {
    const exclude = item[0] === '^';
    const digits = exclude ? item.slice(1) : item;
    if (digits === '') continue;
    if (!/^\d+$/.test(digits)) return `illegal ${what}: ${item}`;
    const conflict = addNumber(picks, Number(digits), digits, exclude, abbreviation);
    if (conflict !== null) return conflict;
  }
  return null;
}

function addNumber(picks: Picks, n: number, text: string, exclude: boolean, what: string): Message {
  if (exclude ? picks.include.has(n) : picks.exclude.has(n)) return `${what} ${n} has been included and excluded.`;
  if (exclude) picks.exclude.add(n);
  else if (!picks.include.has(n)) picks.include.set(n, wanted(n, text));
  return null;
}

/** `-u`: numbers as they are, names by the captured passwd. */
export function addUsers(picks: Picks, text: string, uidOf: (login: string) => number | undefined): Message {
  for (const item of text.split(',')) {
    const exclude = item[0] === '^';
    const name = exclude ? item.slice(1) : item;
    if (name === '') continue;
    const uid = /^\d+$/.test(name) ? Number(name) : uidOf(name);
    if (uid === undefined) return `can't get UID for ${name}`;
    const conflict = addNumber(picks, uid, name, exclude, 'UID');
    if (conflict !== null) return conflict;
  }
  return null;
}

/** `-d`: numbers, ranges and names, all of them to include or all to exclude. */
export function addFds(before: FdPicks | null, text: string): FdPicks | string {
  const picks: FdPicks = before ?? { exclude: /^,*\^/.test(text), ranges: [], names: new Set() };
  for (const item of text.split(',')) {
    const exclude = item[0] === '^';
    const what = exclude ? item.slice(1) : item;
    if (what === '') continue;
    if (exclude !== picks.exclude) return `${exclude ? 'exclude in an include' : 'include in an exclude'} -d list: ${item}`;
    const range = /^(\d+)-(.*)$/.exec(what);
    if (range !== null) {
      const [low, high] = [Number(range[1]), Number(range[2])];
      if (!/^\d+$/.test(range[2] ?? '')) return `non-digit in -d FD range: ${what}`;
      if (low >= high) return `-d FD range's low >= its high: ${what}`;
      picks.ranges.push([low, high]);
    } else if (/^\d+$/.test(what)) picks.ranges.push([Number(what), Number(what)]);
    else picks.names.add(what);
  }
  return picks;
}

/** CLOSED is a word of lsof for no state of the kernel. */
const STATES: readonly string[] = [...TCP_STATES.flatMap((s) => s ?? []), 'CLOSED'];
const UDP_STATES: readonly string[] = ['ESTABLISHED', 'UNCONNECTED', 'CLOSE'];

/** `-s p:states`. UDP has no states in the live tool; here `ESTABLISHED` and `UNCONNECTED` (or `CLOSE`) can be asked for, except with --strict. */
export function addStates(states: { readonly tcp: StatePicks; readonly udp: StatePicks }, text: string, strict: boolean): Message {
  const m = /^(tcp|udp):(.*)$/is.exec(text);
  if (m === null) return `unknown -s protocol: "${text}"`;
  const proto = (m[1] ?? '').toUpperCase();
  if (proto === 'UDP' && strict) return `no UDP state names available: ${text}`;
  if (m[2] === '') return `no ${proto} state names in: ${text}`;
  const picks = proto === 'TCP' ? states.tcp : states.udp;
  for (const item of (m[2] ?? '').split(',')) {
    const exclude = item[0] === '^';
    const name = (exclude ? item.slice(1) : item).toUpperCase();
    if (name === '') continue;
    if (!(proto === 'TCP' ? STATES : UDP_STATES).includes(name)) return `unknown ${proto} state name: ${exclude ? item.slice(1) : item}`;
    const conflict = addState(picks, proto === 'UDP' && name === 'CLOSE' ? 'UNCONNECTED' : name, exclude, proto);
    if (conflict !== null) return conflict;
  }
  return null;
}

function addState(picks: StatePicks, name: string, exclude: boolean, proto: string): Message {
  const included = picks.include.some((p) => p.value === name);
  const excluded = picks.exclude.has(name);
  if (exclude ? excluded : included) return `duplicate ${proto} ${exclude ? 'exclusion' : 'inclusion'}: ${name}`;
  if (exclude ? included : excluded) return `can't include and exclude ${proto} state: ${name}`;
  if (exclude) picks.exclude.add(name);
  else picks.include.push(wanted(name, name));
  return null;
}

/** Letters `-F` takes on Linux; C, F, N, S and z have never anything to print there. */
const FIELD_LETTERS = 'acCdDfFGikKlLmMnNopgPrRsStTuzZ0';

/** `-F`; null is the option without letters. */
export function parseFields(text: string | null): Fields | string {
  if (text === null || text === '0') {
    return { letters: new Set([...FIELD_LETTERS].filter((c) => c !== 'r' && c !== '0')), all: true, nul: text === '0' };
  }
  for (const c of text) if (!FIELD_LETTERS.includes(c)) return `unknown field: ${c}`;
  return { letters: new Set(['p', ...text]), all: false, nul: text.includes('0') };
}
