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
  readonly names: NameSource & { uidOf(login: string): number | null };
  /** One line for standard error on an option that has nothing to do on cold evidence. */
  remark(text: string): void;
  crossOver: boolean;
}

type Handler = (p: Parsing, prefix: Prefix) => Message;

const set =
  (change: (o: Options, prefix: Prefix) => void): Handler =>
  ({ options }, prefix) => {
    change(options, prefix);
    return null;
  };

const live =
  (what: string): Handler =>
  ({ remark }) => {
    remark(what);
    return null;
  };

function command({ options, words }: Parsing, prefix: Prefix): Message {
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

function descriptors(p: Parsing, prefix: Prefix): Message {
  if (prefix === '+') return directory(p, false);
  const value = p.words.value();
  if (value === null) return 'no file descriptor specified';
  const picks = addFds(p.options.fds, value);
  if (typeof picks === 'string') return picks;
  if (picks.ranges.length + picks.names.size > 0) p.options.fds = picks;
  return null;
}

function exempt({ words, remark }: Parsing): Message {
  const value = words.optional();
  if (value === null || value[0] !== '/') return `-e not followed by a file system path: "${value ?? '(null)'}"`;
  remark(`-e ${value}: nothing is asked of file systems here, so none needs to be exempt`);
  return null;
}

function fileFlags({ options, words }: Parsing, prefix: Prefix): Message {
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

function fields({ options, words }: Parsing): Message {
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

function groups({ options, words }: Parsing): Message {
  options.pgidColumn = true;
  const value = words.optional();
  return value === null ? null : addNumbers(options.pgids, value, 'process group ID', 'PGID');
}

function internet({ options, words, names }: Parsing): Message {
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

function tasks({ options, words }: Parsing): Message {
  const value = words.optional();
  if (value !== null && value !== 'i') return `-K not followed by i (but by ${value})`;
  options.tasks = value === null ? 'select' : 'ignore';
  return null;
}

/** Values of L, o, r and S: a number, behind which letters may follow in the same word. */
function number({ words }: Parsing): number | null {
  const value = words.optional();
  const digits = /^\d+/.exec(value ?? '')?.[0];
  if (value === null) return null;
  words.giveBack(digits?.length ?? 0);
  return digits === undefined ? null : Number(digits);
}

function linkCount(p: Parsing, prefix: Prefix): Message {
  const n = number(p);
  p.options.linkColumn = prefix === '+';
  p.options.linksBelow = prefix === '+' && n !== 0 ? n : null;
  return prefix === '-' && n !== null ? 'no number may follow -L' : null;
}

function mountSupplement(p: Parsing, prefix: Prefix): Message {
  if (prefix === '-') return '-m not supported';
  const value = p.words.optional();
  if (value === null) p.options.mountTable = true;
  else p.remark(`+m ${value}: mounts come from the captured mountinfo, a supplement is not read`);
  return null;
}

function offsets(p: Parsing): Message {
  const n = number(p);
  if (n === null) p.options.offsets = true;
  else p.options.offsetDigits = n;
  return null;
}

function processes({ options, words }: Parsing): Message {
  const value = words.value();
  return value === null ? 'no process ID specified' : addNumbers(options.pids, value, 'process ID', 'PID');
}

function repeat(p: Parsing): Message {
  number(p);
  const value = p.words.optional();
  const format = /^[mc]/.test(value ?? '');
  if (value !== null && !format) p.words.giveBack(0);
  if (value === 'm') return 'illegal <fmt>: ""';
  p.remark('-r: a capture is one moment, so there is one listing');
  return null;
}

function sizeOrState({ options, words }: Parsing): Message {
  const value = words.optional();
  if (value !== null) return addStates(options.states, value, options.strict);
  options.sizes = true;
  return null;
}

function seconds(p: Parsing): Message {
  number(p);
  p.remark('-S: nothing is asked of file systems here, so there is no time to limit');
  return null;
}

function tcpInfo({ options, words, remark }: Parsing): Message {
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

function users({ options, words, names }: Parsing): Message {
  const value = words.value();
  return value === null ? 'no UIDs specified' : addUsers(options.uids, value, (login) => names.uidOf(login));
}

function crossOver(p: Parsing): Message {
  const value = p.words.optional();
  p.crossOver = true;
  for (const c of value ?? 'fl') {
    if (c === 'f') p.options.crossFileSystems = true;
    else if (c === 'l') p.options.crossLinks = true;
    else return `unknown cross-over option: ${c}`;
  }
  return null;
}

function context({ words }: Parsing): Message {
  words.optional();
  return '-Z limited to SELinux';
}

export interface LetterSpec {
  readonly letter: string;
  /** As the help shows it. */
  readonly usage: string;
  readonly doc: string;
  /** Only in later profiles. */
  readonly since?: '4.99';
  readonly handle: Handler;
}

/** Every option, in the order of the live tool's help. */
export const LETTERS: readonly LetterSpec[] = [
  {
    letter: 'h',
    usage: '-h, -?',
    doc: 'this help',
    handle: set((o) => {
      o.help = true;
    }),
  },
  {
    letter: '?',
    usage: '',
    doc: '',
    handle: set((o) => {
      o.help = true;
    }),
  },
  {
    letter: 'a',
    usage: '-a',
    doc: 'list only what fits all criteria, not any of them',
    handle: set((o) => {
      o.and = true;
    }),
  },
  { letter: 'b', usage: '-b', doc: 'accepted: nothing here can block', handle: live('-b: nothing here can block') },
  { letter: 'c', usage: '-c S, +c W', doc: 'command begins with S, ^S for not, /RE/[bix]; +c: width of COMMAND', handle: command },
  {
    letter: 'd',
    usage: '-d LIST, +d DIR',
    doc: 'descriptors: numbers, ranges, cwd rtd txt mem DEL fd, ^ for not; +d: files in DIR',
    handle: descriptors,
  },
  {
    letter: 'D',
    usage: '+D DIR',
    doc: 'files anywhere below DIR',
    handle: (p, prefix) => (prefix === '-' ? 'unsupported option: -D' : directory(p, true)),
  },
  { letter: 'e', usage: '-e PATH', doc: 'accepted: no file system is asked anything here', handle: exempt },
  {
    letter: 'E',
    usage: '-E, +E',
    doc: 'who holds the other end of pipes, ptys, eventfds, message queues, TCP and UDP pairs; +E: list those too',
    handle: set((o, prefix) => {
      o.endpoints = prefix === '+' ? 'files' : 'names';
    }),
  },
  {
    letter: 'f',
    usage: '+f, -f, +fg, +fG',
    doc: 'names are file systems (+f) or plain files (-f); g: FILE-FLAG column, G: in hexadecimal',
    handle: fileFlags,
  },
  { letter: 'F', usage: '-F [LETTERS]', doc: 'fields for programs, -F? lists them; 0 ends each with NUL', handle: fields },
  { letter: 'g', usage: '-g [LIST]', doc: 'PGID column; process groups, ^ for not', handle: groups },
  {
    letter: 'H',
    usage: '-H',
    doc: 'sizes for people',
    since: '4.99',
    handle: set((o) => {
      o.human = true;
    }),
  },
  { letter: 'i', usage: '-i [ADDRESS]', doc: 'Internet files: [46][TCP|UDP|UDPLITE][@HOST][:PORT,LOW-HIGH,SERVICE]', handle: internet },
  {
    letter: 'j',
    usage: '-j',
    doc: 'one JSON object for each file',
    since: '4.99',
    handle: set((o) => {
      o.json = 'lines';
    }),
  },
  {
    letter: 'J',
    usage: '-J',
    doc: 'one JSON document',
    since: '4.99',
    handle: set((o) => {
      o.json = 'document';
    }),
  },
  { letter: 'K', usage: '-K [i]', doc: 'list tasks (threads); i: never', handle: tasks },
  {
    letter: 'l',
    usage: '-l',
    doc: 'user numbers, not names',
    handle: set((o) => {
      o.numericUsers = true;
    }),
  },
  { letter: 'L', usage: '+L [N], -L', doc: 'NLINK column; files with fewer than N links', handle: linkCount },
  { letter: 'm', usage: '+m', doc: 'captured mount table', handle: mountSupplement },
  {
    letter: 'M',
    usage: '+M, -M',
    doc: 'names of the port mapper behind ports, if a reply of it was captured',
    handle: set((o, prefix) => {
      o.portmap = prefix === '+';
    }),
  },
  {
    letter: 'n',
    usage: '-n, +n',
    doc: 'no host names',
    handle: set((o, prefix) => {
      o.numericHosts = prefix === '-';
    }),
  },
  {
    letter: 'N',
    usage: '-N',
    doc: 'files on NFS',
    handle: set((o) => {
      o.nfs ??= { found: false };
    }),
  },
  { letter: 'o', usage: '-o, -o N', doc: 'always the offset; N: digits before it turns hexadecimal', handle: offsets },
  { letter: 'O', usage: '-O', doc: 'accepted: nothing here can block', handle: live('-O: nothing here can block') },
  { letter: 'p', usage: '-p LIST', doc: 'process ids, ^ for not', handle: processes },
  {
    letter: 'P',
    usage: '-P, +P',
    doc: 'no port names',
    handle: set((o, prefix) => {
      o.numericPorts = prefix === '-';
    }),
  },
  {
    letter: 'Q',
    usage: '-Q',
    doc: 'finding nothing is no failure',
    handle: set((o) => {
      o.mayFail = true;
    }),
  },
  { letter: 'r', usage: '-r, +r [T][mFMT]', doc: 'accepted: a capture is one moment, one listing is made', handle: repeat },
  {
    letter: 'R',
    usage: '-R',
    doc: 'PPID column',
    handle: set((o) => {
      o.ppidColumn = true;
    }),
  },
  { letter: 's', usage: '-s, -s P:STATES', doc: 'always the size; states of P (TCP or UDP), ^ for not', handle: sizeOrState },
  { letter: 'S', usage: '-S [T]', doc: 'accepted: nothing here can block', handle: seconds },
  {
    letter: 't',
    usage: '-t',
    doc: 'process ids only',
    handle: set((o) => {
      o.terse = true;
      o.warnings = false;
    }),
  },
  { letter: 'T', usage: '-T [qs]', doc: 'state (s) and queues (q) of sockets; without letters neither', handle: tcpInfo },
  { letter: 'u', usage: '-u LIST', doc: 'users by name or number, ^ for not', handle: users },
  {
    letter: 'U',
    usage: '-U',
    doc: 'unix sockets',
    handle: set((o) => {
      o.unix = true;
    }),
  },
  {
    letter: 'v',
    usage: '-v',
    doc: 'which lsof this answers like',
    handle: set((o) => {
      o.version = true;
    }),
  },
  {
    letter: 'V',
    usage: '-V',
    doc: 'say what was not found',
    handle: set((o) => {
      o.verbose = true;
    }),
  },
  {
    letter: 'w',
    usage: '-w, +w',
    doc: 'no warnings, and no rows for what could not be read',
    handle: set((o, prefix) => {
      o.warnings = prefix === '+';
    }),
  },
  { letter: 'x', usage: '-x [fl]', doc: 'with +d and +D: cross file systems (f), follow symbolic links (l)', handle: crossOver },
  {
    letter: 'X',
    usage: '-X',
    doc: 'leave the TCP and UDP tables out',
    handle: set((o) => {
      o.noTables = true;
    }),
  },
  { letter: 'Z', usage: '-Z', doc: 'refused as on a host without SELinux: labels of files are not captured', handle: context },
];
