import { DEFAULT_LIMITS, type Limits, openBytes, probe, readArchive, type Snapshot } from '@coldstat/capture/archive';
import type { Decrypter } from 'age-encryption';
import { UserError } from '../user-error.ts';
import { look } from './attempt.ts';
import { decrypted } from './decrypt.ts';
import { readTree } from './directory.ts';
import { findTrees } from './find-trees.ts';
import { readForeignTar } from './foreign-tar.ts';
import { readTcpdiag } from './tcpdiag.ts';

/**
 * Evidence of any origin as one Snapshot, told apart by content: an archive of coldstat, a tar or a directory that mirrors `/` or `/proc`,
 * a dump of TCP sockets that `ss -D` wrote.
 * `source` is a path, or the bytes of standard input; what age encrypted is read with `keys`. UserError when it is none of these.
 */
export async function openEvidence(
  source: string | AsyncIterable<Uint8Array>,
  limits: Partial<Limits> = {},
  keys: Decrypter | undefined = undefined,
): Promise<Snapshot> {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const name = typeof source === 'string' ? JSON.stringify(source) : 'standard input';
  if (typeof source === 'string') {
    const directory = directoryOf(source, name);
    if (directory !== null) return openDirectory(directory, name, all);
  }
  const bytes = openBytes(keys === undefined ? source : (await decrypted(source, keys, name)).source, all);
  const what = await probe(bytes);
  if (what.kind === 'archive') return readArchive(bytes, all);
  const foreign = what.kind === 'encrypted' ? null : what.kind === 'tar' ? await readForeignTar(bytes, all) : await readTcpdiag(bytes, all);
  if (foreign !== null) return foreign;
  await bytes.close();
  if (what.kind !== 'tar') throw new UserError(`${name} is no evidence: ${what.reason}`);
  throw new UserError(`${name} is no evidence: it is a tar, but there is nothing of /proc in it`);
}

/** The path in latin1 when it is a directory, null for a file; a link is followed, since the operator named it. */
function directoryOf(source: string, name: string): string | null {
  const path = Buffer.from(source, 'utf8').toString('latin1');
  const stat = look(`${path}/.`);
  if ('value' in stat) return path;
  const file = look(path);
  if ('errno' in file) throw new UserError(`${name} cannot be read: ${file.errno}`);
  return null;
}

function openDirectory(path: string, name: string, limits: Limits): Snapshot {
  const trees = findTrees(path);
  const [tree, ...others] = trees;
  if (tree === undefined) throw new UserError(`${name} is no evidence: it holds no copy of /proc`);
  if (others.length > 0) {
    const some = trees.slice(0, 3).map((t) => JSON.stringify(Buffer.from(t.proc, 'latin1').toString('utf8')));
    throw new UserError(
      `${name} holds ${trees.length} copies of /proc`,
      `name one of them: ${some.join(', ')}${trees.length > 3 ? ' …' : ''}`,
    );
  }
  return readTree(tree, limits);
}
