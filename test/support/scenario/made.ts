import type { Readable } from 'node:stream';

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

/** Reads lines until the program is ready. Rejects when it ends before. */
export async function readMade(stdout: Readable, what: string): Promise<Made[]> {
  const made: Made[] = [];
  let rest = '';
  return new Promise((resolve, reject) => {
    stdout.setEncoding('latin1');
    stdout.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const one = JSON.parse(line) as Made;
        if (one.what === 'ready') resolve(made);
        else made.push(one);
      }
    });
    stdout.on('end', () => reject(new Error(`${what} ended before it was ready`)));
  });
}
