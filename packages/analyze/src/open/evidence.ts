import { type Limits, openBytes, probe, readArchive, type Snapshot } from '@coldstat/capture/archive';
import { UserError } from '../user-error.ts';

/**
 * Evidence of any origin as one Snapshot, told apart by content: an archive of coldstat, a tar or a directory that mirrors `/` or `/proc`.
 * `source` is a path, or the bytes of standard input. UserError when it is none of these.
 */
export async function openEvidence(source: string | AsyncIterable<Uint8Array>, limits: Partial<Limits> = {}): Promise<Snapshot> {
  const bytes = openBytes(source, limits);
  const what = await probe(bytes);
  if (what.kind === 'archive') return readArchive(bytes, limits);
  const name = typeof source === 'string' ? source : 'standard input';
  throw new UserError(`${JSON.stringify(name)} is not evidence: ${what.kind === 'none' ? what.reason : 'it is a foreign tar'}`);
}
