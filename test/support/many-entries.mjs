/** Writes archives that are large only on the outside, as a stream: `node many-entries.mjs KIND COUNT FILE`. Nothing of them is ever whole in memory. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';

const BLOCK = 512;
/** Entries made at once. */
const BATCH = 2048;

/** One header block that is a pattern for others: the name is put in and the checksum made anew for each. */
function pattern({ type = '0', size = 0, link = '', mode = 0o444 }) {
  const block = Buffer.alloc(BLOCK);
  block.write(mode.toString(8).padStart(7, '0'), 100);
  block.write('0000000', 108);
  block.write('0000000', 116);
  if (size < 2 ** 33) block.write(size.toString(8).padStart(11, '0'), 124);
  else {
    // GNU's base-256, since eleven octal digits end at 8 GiB.
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write('00000000000', 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write(link, 157);
  block.write('ustar\x0000', 257, 'latin1');
  return { block, sum: block.reduce((a, b) => a + b, 0) };
}

function put(to, at, { block, sum }, name) {
  block.copy(to, at);
  let total = sum;
  for (let i = 0; i < name.length; i++) {
    const byte = name.charCodeAt(i);
    to[at + i] = byte;
    total += byte;
  }
  to.write(`${total.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
}

/** Names that do not compress well, so that the limit on the ratio is not what stops the reader. */
function noise(i) {
  return createHash('md5').update(String(i)).digest('base64url');
}

/** `count` empty entries. */
function* empties(count, nameOf, o) {
  const form = pattern(o);
  for (let i = 0; i < count; ) {
    const n = Math.min(BATCH, count - i);
    const chunk = Buffer.alloc(n * BLOCK);
    for (let k = 0; k < n; k++, i++) put(chunk, k * BLOCK, form, nameOf(i));
    yield chunk;
  }
}

function* entry(name, bytes, o) {
  const head = Buffer.alloc(BLOCK);
  put(head, 0, pattern({ size: bytes, ...o }), name);
  yield head;
  const zeros = Buffer.alloc(1 << 20);
  const padded = Math.ceil(bytes / BLOCK) * BLOCK;
  for (let left = padded; left > 0; left -= zeros.length) yield left < zeros.length ? zeros.subarray(0, left) : zeros;
}

function* small(name, text) {
  const head = Buffer.alloc(BLOCK);
  const body = Buffer.from(text, 'latin1');
  put(head, 0, pattern({ size: body.length }), name);
  yield Buffer.concat([head, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]);
}

const KINDS = {
  /** An archive of this format with `count` entries that no record names. */
  *entries(count) {
    yield* small('header.json', '{"format":"coldstat-archive","version":1}');
    yield* empties(count, (i) => `proc/${i + 1}/${noise(i)}`, {});
  },
  /** The same, every entry under the same name. */
  *duplicates(count) {
    yield* small('header.json', '{"format":"coldstat-archive","version":1}');
    yield* empties(count, () => 'proc/net/tcp', {});
  },
  /** One entry of `count` bytes, all there. */
  *large(count) {
    yield* small('header.json', '{"format":"coldstat-archive","version":1}');
    yield* small('proc/1/comm', 'init\n');
    yield* entry('proc/2/maps', count, {});
    yield* small('proc/3/comm', 'after\n');
  },
  /** A tar of another program: one entry of `count` bytes, all there. */
  *'foreign-large'(count) {
    yield* small('proc/7/comm', 'before\n');
    yield* entry('proc/7/maps', count, {});
    yield* small('proc/8/comm', 'after\n');
  },
  /** A tar of another program: `count` descriptors of one process. */
  *links(count) {
    yield* empties(count, (i) => `proc/7/fd/${i}`, { type: '2', link: 'socket:[1]', mode: 0o777 });
  },
  /** A tar of another program: `count` processes. */
  *processes(count) {
    yield* empties(count, (i) => `proc/${i + 1}/comm`, {});
  },
};

const [kind, count, file] = process.argv.slice(2);
const make = KINDS[kind];
if (make === undefined || file === undefined) throw new Error(`KIND COUNT FILE; kinds: ${Object.keys(KINDS).join(' ')}`);
async function* whole() {
  yield* make(Number(count));
  yield Buffer.alloc(2 * BLOCK);
}
await pipeline(Readable.from(whole(), { objectMode: true }), createZstdCompress(), createWriteStream(file));
