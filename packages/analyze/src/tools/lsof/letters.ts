import {
  command,
  context,
  crossOver,
  descriptors,
  endpoints,
  fields,
  fileFlags,
  flag,
  groups,
  type Handler,
  internet,
  json,
  linkCount,
  nfs,
  offsets,
  processes,
  sizeOrState,
  tasks,
  tcpInfo,
  terse,
  tree,
  users,
} from './handlers.ts';
import { exempt, live, mountSupplement, repeat, seconds } from './live-letters.ts';

export interface LetterSpec {
  readonly letter: string;
  /** As the help shows it; empty for a second spelling. */
  readonly usage: string;
  readonly doc: string;
  /** Only in later profiles. */
  readonly since: '4.99' | null;
  readonly handle: Handler;
}

type Row = readonly [letter: string, usage: string, doc: string, handle: Handler, since?: '4.99'];

/** Every option, in the order of the live tool's help. */
const ROWS: readonly Row[] = [
  ['h', '-h, -?', 'this help', flag('help')],
  ['?', '', '', flag('help')],
  ['a', '-a', 'list only what fits all criteria, not any of them', flag('and')],
  ['b', '-b', 'accepted: nothing here can block', live('-b: nothing here can block')],
  ['c', '-c S, +c W', 'command begins with S, ^S for not, /RE/[bix]; +c: width of COMMAND', command],
  ['d', '-d LIST, +d DIR', 'descriptors: numbers, ranges, cwd rtd txt mem DEL fd, ^ for not; +d: files in DIR', descriptors],
  ['D', '+D DIR', 'files anywhere below DIR', tree],
  ['e', '-e PATH', 'accepted: no file system is asked anything here', exempt],
  ['E', '-E, +E', 'who holds the other end of pipes, ptys, eventfds, message queues, TCP and UDP pairs; +E: list those too', endpoints],
  ['f', '+f, -f, +fg, +fG', 'names are file systems (+f) or plain files (-f); g: FILE-FLAG column, G: in hexadecimal', fileFlags],
  ['F', '-F [LETTERS]', 'fields for programs, -F? lists them; 0 ends each with NUL', fields],
  ['g', '-g [LIST]', 'PGID column; process groups, ^ for not', groups],
  ['H', '-H', 'sizes for people', flag('human'), '4.99'],
  ['i', '-i [ADDRESS]', 'Internet files: [46][TCP|UDP|UDPLITE][@HOST][:PORT,LOW-HIGH,SERVICE]', internet],
  ['j', '-j', 'one JSON object for each file', (p) => json(p, 'lines'), '4.99'],
  ['J', '-J', 'one JSON document', (p) => json(p, 'document'), '4.99'],
  ['K', '-K [i]', 'list tasks (threads); i: never', tasks],
  ['l', '-l', 'user numbers, not names', flag('numericUsers')],
  ['L', '+L [N], -L', 'NLINK column; files with fewer than N links', linkCount],
  ['m', '+m', 'captured mount table', mountSupplement],
  ['M', '+M, -M', 'names of the port mapper behind ports, if a reply of it was captured', flag('portmap', '+')],
  ['n', '-n, +n', 'no host names', flag('numericHosts', '-')],
  ['N', '-N', 'files on NFS', nfs],
  ['o', '-o, -o N', 'always the offset; N: digits before it turns hexadecimal', offsets],
  ['O', '-O', 'accepted: nothing here can block', live('-O: nothing here can block')],
  ['p', '-p LIST', 'process ids, ^ for not', processes],
  ['P', '-P, +P', 'no port names', flag('numericPorts', '-')],
  ['Q', '-Q', 'finding nothing is no failure', flag('mayFail')],
  [
    'r',
    '-r, +r [T][mFMT]',
    'one listing for each capture of the host, in order of time; m: the line behind each, by strftime(3) in UTC',
    repeat,
  ],
  ['R', '-R', 'PPID column', flag('ppidColumn')],
  ['s', '-s, -s P:STATES', 'always the size; states of P (TCP or UDP), ^ for not', sizeOrState],
  ['S', '-S [T]', 'accepted: nothing here can block', seconds],
  ['t', '-t', 'process ids only', terse],
  ['T', '-T [qs]', 'state (s) and queues (q) of sockets; without letters neither', tcpInfo],
  ['u', '-u LIST', 'users by name or number, ^ for not', users],
  ['U', '-U', 'unix sockets', flag('unix')],
  ['v', '-v', 'which lsof this answers like', flag('version')],
  ['V', '-V', 'say what was not found', flag('verbose')],
  ['w', '-w, +w', 'no warnings, and no rows for what could not be read', flag('warnings', '+')],
  ['x', '-x [fl]', 'with +d and +D: cross file systems (f); l only says that no link can be followed', crossOver],
  ['X', '-X', 'leave the TCP and UDP tables out', flag('noTables')],
  [
    'Z',
    '-Z [CONTEXT]',
    'security context of processes; those whose context fits the pattern. Refused where the host had no SELinux',
    context,
  ],
];

export const LETTERS: readonly LetterSpec[] = ROWS.map(([letter, usage, doc, handle, since]) => ({
  letter,
  usage,
  doc,
  handle,
  since: since ?? null,
}));
