import type { Io } from '../../packages/analyze/src/commands/io.ts';

export interface FakeIo extends Io {
  readonly said: { out: string; err: string };
}

/** The outside of a command that runs within the test: what it prints is kept. */
export function fakeIo(cwd: string, stdin: AsyncIterable<Uint8Array> = nothing()): FakeIo {
  const said = { out: '', err: '' };
  return {
    said,
    out: async (chunk) => {
      said.out += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
    },
    err: (text) => {
      said.err += text;
    },
    stdin,
    outIsTerminal: false,
    errIsTerminal: false,
    columns: undefined,
    env: {},
    cwd,
    now: () => Date.UTC(2026, 10, 21, 12),
    untilInterrupted: async () => {},
    random: (bytes) => Buffer.alloc(bytes, 7),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
