import { sentence } from '../errno.ts';
import { Kept } from '../open/kept.ts';
import type { SeriesStream } from '../open/series-stream.ts';
import { terminal } from '../render/cell.ts';
import { type Io, UserError } from './io.ts';

/** What came of a stream. */
export interface Taken {
  readonly archives: number;
  /** Why that was not all; null when the stream came to its end. */
  readonly broken: string | null;
}

/** The archives of a stream as files of a directory, byte for byte, as a series has them there. One that breaks off is a file as far as it came. Throws UserError when one cannot be written. */
export async function extractArchives(stream: SeriesStream, directory: string, io: Io): Promise<Taken> {
  let archives = 0;
  for await (const { name, bytes } of stream.archives()) {
    const { bytes: size, sha256, errno } = await new Kept(bytes, `${directory}/${name}`, () => {}).end();
    if (errno !== null) throw new UserError(`cannot write ${name}: ${sentence(errno, 'write')}; it holds its first ${size} bytes`);
    archives++;
    await io.out(`${terminal(name)}: ${size} bytes, SHA-256 ${sha256}\n`);
  }
  return { archives, broken: stream.broken };
}
