import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a helper program said it made: one line of its output. Numbers of processes and descriptors are those of the program's own pid namespace. */
export interface Made {
  readonly what: string;
  readonly pid: number;
  readonly tid?: number;
  readonly fd?: number;
  readonly inode?: number;
  readonly local?: readonly [address: string, port: number];
  readonly remote?: readonly [address: string, port: number];
  /** Bytes in hex: name of a unix socket, link text of a descriptor, comm of a process. */
  readonly name?: string;
  readonly link?: string;
  readonly comm?: string;
  readonly size?: number;
  readonly nlink?: number;
  readonly net_ns?: number;
  readonly child?: number;
  /** The kernel has no such thing, and why. */
  readonly missing?: string;
}

const SECONDS = 15;

/** Waits until the last line of the log matches, and gives the log. Throws with what it says when the program ends before, or takes longer than 15 s. */
export async function waitForLine(log: string, last: RegExp, ended: () => boolean): Promise<string> {
  for (let tries = 0; tries < SECONDS * 100; tries++) {
    await sleep(10);
    const over = ended();
    const text = readFileSync(log, 'latin1');
    if (text.endsWith('\n') && last.test(text.trimEnd().split('\n').at(-1) ?? '')) return text;
    if (over) throw new Error(`the program ended before it was ready: ${text}`);
  }
  throw new Error(`the program was not ready in ${SECONDS} s: ${readFileSync(log, 'latin1')}`);
}

export function parseMade(log: string): Made[] {
  const lines = log.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Made).filter((made) => made.what !== 'ready');
}

/** Reads lines from a pipe until the program is ready. Rejects when it ends before. */
export async function readMade(stdout: Readable, what: string): Promise<Made[]> {
  let text = '';
  return new Promise((resolve, reject) => {
    stdout.setEncoding('latin1');
    stdout.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('"what":"ready"') && text.endsWith('\n')) resolve(parseMade(text));
    });
    stdout.on('end', () => reject(new Error(`${what} ended before it was ready: ${text}`)));
  });
}
