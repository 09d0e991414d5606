import type { Random } from './random.ts';

/** Bytes and pieces that parsers trip over. */
const PIECES: readonly Buffer[] = [
  ...[
    '\0',
    '\n',
    '\n\n',
    '\r\n',
    '\t',
    ' ',
    '  ',
    ':',
    '::',
    '-',
    '-1',
    '=',
    '/',
    '\\',
    '\\x1b',
    ')',
    '(',
    ' (',
    ') S ',
    '->',
    '#',
    '"',
    '@',
    '*',
  ],
  ...[
    '0',
    '7',
    'FFFFFFFF',
    'FFFFFFFFFFFFFFFF',
    '18446744073709551616',
    '99999999999999999999999',
    '-9223372036854775809',
    '0x',
    '1e9',
    'NaN',
  ],
  ...[
    'socket:[1]',
    'pipe:[18446744073709551615]',
    'anon_inode:[eventpoll]',
    'net:[0]',
    ' (deleted)',
    '__proto__',
    '(null)',
    '!ENOENT',
    '== 1 5\n',
  ],
  ...['\x1b[31m', '\x9b', '\xff\xfe', '\xe2\x80\xae', '\xe2\x80\xa8', '\xef\xbb\xbf', '\xc2\xa0', '\xed\xa0\x80'],
].map((text) => Buffer.from(text, 'latin1'));

type Mutator = (body: Buffer, random: Random) => Buffer;

const MUTATORS: readonly Mutator[] = [
  flip,
  set,
  insert,
  remove,
  again,
  cutOff,
  dropLine,
  repeatLine,
  swapLines,
  manyFields,
  longField,
  number,
];

/** The body with one to eight things done to it. The body itself stays as it is. */
export function mutated(body: Buffer, random: Random): Buffer {
  let out = Buffer.from(body);
  for (let n = 1 + random.below(8); n > 0; n--) out = Buffer.from(random.of(MUTATORS)(out, random));
  return out;
}

function put(body: Buffer, at: number, drop: number, piece: Buffer): Buffer {
  return Buffer.concat([body.subarray(0, at), piece, body.subarray(at + drop)]);
}

function flip(body: Buffer, random: Random): Buffer {
  const at = random.below(body.length);
  if (at < body.length) body[at] = (body[at] ?? 0) ^ (1 << random.below(8));
  return body;
}

function set(body: Buffer, random: Random): Buffer {
  const at = random.below(body.length);
  if (at < body.length) body[at] = random.below(256);
  return body;
}

function insert(body: Buffer, random: Random): Buffer {
  return put(body, random.below(body.length + 1), 0, random.of(PIECES));
}

function remove(body: Buffer, random: Random): Buffer {
  return put(body, random.below(body.length + 1), random.below(24), Buffer.alloc(0));
}

function again(body: Buffer, random: Random): Buffer {
  const from = random.below(body.length + 1);
  return put(body, random.below(body.length + 1), 0, body.subarray(from, from + random.below(200)));
}

function cutOff(body: Buffer, random: Random): Buffer {
  return body.subarray(0, random.below(body.length + 1));
}

/** Start and end of some line, its newline included. */
function line(body: Buffer, random: Random): [number, number] {
  const at = random.below(body.length + 1);
  const start = at === 0 ? 0 : body.lastIndexOf(10, at - 1) + 1;
  const lf = body.indexOf(10, at);
  return [start, lf < 0 ? body.length : lf + 1];
}

function dropLine(body: Buffer, random: Random): Buffer {
  const [start, end] = line(body, random);
  return put(body, start, end - start, Buffer.alloc(0));
}

function repeatLine(body: Buffer, random: Random): Buffer {
  const [start, end] = line(body, random);
  const one = body.subarray(start, Math.min(end, start + 4096));
  return put(body, end, 0, Buffer.concat(new Array<Buffer>(random.below(4) === 0 ? random.below(300) : 1).fill(one)));
}

function swapLines(body: Buffer, random: Random): Buffer {
  const [start, end] = line(body, random);
  const taken = Buffer.from(body.subarray(start, end));
  const rest = put(body, start, end - start, Buffer.alloc(0));
  return put(rest, line(rest, random)[0], 0, taken);
}

function manyFields(body: Buffer, random: Random): Buffer {
  const field = Buffer.from(random.of([' 0', ' FFFFFFFF', ':', '\t1', ' a=b', ')', '\0']));
  return put(body, random.below(body.length + 1), 0, Buffer.concat(new Array<Buffer>(1 + random.below(3000)).fill(field)));
}

function longField(body: Buffer, random: Random): Buffer {
  return put(body, random.below(body.length + 1), 0, Buffer.alloc(1 + random.below(70_000), random.of(PIECES)));
}

/** Some run of digits becomes another number. */
function number(body: Buffer, random: Random): Buffer {
  const at = random.below(body.length + 1);
  const found = /[0-9A-Fa-f]+/.exec(body.toString('latin1', at, at + 200));
  return found === null ? body : put(body, at + found.index, found[0].length, random.of(PIECES));
}
