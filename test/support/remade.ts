import { openEvidence } from '../../packages/analyze/src/open/evidence.ts';
import type { ArchiveParts } from './archive.ts';

/** The parts of an archive, for makeArchive: bodies, header, what the records say beside sizes and hashes, windows. A test changes what it wants. */
export async function partsOf(path: string): Promise<ArchiveParts & { files: Record<string, Buffer> }> {
  const files: Record<string, Buffer> = {};
  const records: NonNullable<ArchiveParts['records']> = {};
  const refused: NonNullable<ArchiveParts['refused']>[number][] = [];
  let header: ArchiveParts['header'] = {};
  let manifest: ArchiveParts['manifest'] = {};
  for await (const item of (await openEvidence(path)).items()) {
    if (item.type === 'header') header = item.header;
    if (item.type === 'entry') files[item.entry.name] = item.entry.body;
    if (item.type === 'manifest') manifest = { windows: item.manifest.windows, clock: item.manifest.clock };
    if (item.type === 'record') {
      const { seq: _, bytes, sha256: __, ...rest } = item.record;
      if (bytes === undefined) refused.push(rest);
      else Object.assign(records, { [rest.path]: rest });
    }
  }
  return { files, header, records, refused, manifest };
}
