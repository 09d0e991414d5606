import { hash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Taken } from './take.ts';
import type { SourceHead } from './wire.ts';

/**
 * Asks the portmapper of this host for its list, on request only: DUMP of program 100000 in versions 2, 3 and 4 (RFC 1833), one connection each,
 * to 127.0.0.1:111, else to its unix socket. Answers are kept as they came, record marks included. It sees the calls, and may log them.
 */

export const PORTMAPPER_PATHS: readonly string[] = [2, 3, 4].map((version) => `reply/rpcbind/v${version}-dump`);

/** For one version over one way, milliseconds; a portmapper that does not answer costs six times that. */
const PATIENCE_MS = 1000;
const CAP = 1 << 20;

const WAYS = [
  { note: 'asked-tcp', to: { host: '127.0.0.1', port: 111 } },
  { note: 'asked-unix', to: { path: '/run/rpcbind.sock' } },
] as const;

/** One source a version; `now` gives microseconds since the start of the capture. */
export async function askPortmapper(now: () => number): Promise<{ readonly head: SourceHead; readonly body: Buffer }[]> {
  const answers = [];
  for (const [index, path] of PORTMAPPER_PATHS.entries()) answers.push(await askVersion(path, index + 2, now));
  return answers;
}

async function askVersion(path: string, version: number, now: () => number): Promise<{ head: SourceHead; body: Buffer }> {
  const start = now();
  let errno = 'ECONNREFUSED';
  for (const { note, to } of WAYS) {
    const got = await ask(connect(to), dumpCall(version));
    if ('body' in got) {
      const odd = { ...(got.limit && { limit: got.limit }), ...(got.errno && { errno: got.errno }) };
      return { head: { t: 'body', path, start, end: now(), sha256: hash('sha256', got.body, 'hex'), note, ...odd }, body: got.body };
    }
    errno = got.errno;
    if (errno !== 'ECONNREFUSED' && errno !== 'ENOENT') break;
  }
  return { head: { t: 'miss', path, start, end: now(), errno }, body: Buffer.alloc(0) };
}

/** A record-marked ONC RPC call without arguments and with no credentials (RFC 5531 §9). */
function dumpCall(version: number): Buffer {
  const DUMP = 4;
  const words = [version, 0, 2, 100_000, version, DUMP, 0, 0, 0, 0];
  const call = Buffer.alloc(4 + words.length * 4);
  call.writeUInt32BE((0x80000000 | (words.length * 4)) >>> 0, 0);
  for (const [i, word] of words.entries()) call.writeUInt32BE(word, 4 + i * 4);
  return call;
}

/** Whether the last fragment of the record has come whole. */
function isWhole(answer: Buffer): boolean {
  for (let at = 0; at + 4 <= answer.length; ) {
    const mark = answer.readUInt32BE(at);
    at += 4 + (mark & 0x7fffffff);
    if (mark >>> 31 === 1) return at <= answer.length;
  }
  return false;
}

type Answer = Taken | { readonly errno: string };

function ask(socket: Socket, call: Buffer): Promise<Answer> {
  return new Promise((resolve) => {
    let answer: Buffer = Buffer.alloc(0);
    const end = (odd: { limit?: 'bytes' | 'time'; errno?: string }): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer.length === 0 ? { errno: odd.errno ?? (odd.limit === 'time' ? 'ETIMEDOUT' : 'ECONNRESET') } : { body: answer, ...odd });
    };
    const timer = setTimeout(() => end({ limit: 'time' }), PATIENCE_MS);
    socket.on('connect', () => socket.write(call));
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]).subarray(0, CAP);
      if (isWhole(answer)) end({});
      else if (answer.length === CAP) end({ limit: 'bytes' });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => end({ errno: error.code ?? 'EIO' }));
    socket.on('close', () => end({ errno: 'ECONNRESET' }));
  });
}
