import type { CaseDb } from '../db/query.ts';
import { absentFrom, type Seen } from '../diff/seen.ts';
import { type Side, sideOf } from '../diff/side.ts';

/** Why a capture that lacks what has this key does not say that it is missing; null when it does: it would have shown it. */
export type Sight = (key: string) => string | null;

const FILES: Readonly<Record<string, string>> = { module: 'proc/modules', user: 'etc/passwd', service: 'etc/services' };

/** By the measure of coldstat diff: the list it would stand in was read to its end. */
export function sightOf(db: CaseDb, captureId: number): Sight {
  const side = sideOf(db, captureId);
  return (key) => {
    const words = key.split(' ');
    const [group = ''] = words;
    if (group === 'listener') return listeners(side, words);
    if (group === 'process') return side.seen.processes ? null : 'the capture did not see every process';
    const file = FILES[group];
    if (file !== undefined) return absentFrom(side.seen, { file }, true) ? null : `the capture did not read ${file} whole`;
    if (group === 'mount') return side.seen.mounts.get(side.mntNs) === true ? null : 'the capture did not read its mounts whole';
    return absentFrom(side.seen, { file: 'dev', netNs: side.netNs }, true) ? null : 'the capture did not read its interfaces whole';
  };
}

/** A line that somebody wrote with a `*` may mean any table, and any namespace. */
function listeners({ seen, netNs }: Side, words: readonly string[]): string | null {
  const [, proto = '*'] = words;
  const tables = proto.includes('*') ? namesIn(seen) : [proto];
  const where = words[5];
  const own = where === 'other' || tables.every((file) => absentFrom(seen, { file, netNs }, true));
  const others = where === 'own' || (seen.allLinks && tables.every((file) => wholeElsewhere(seen, file, netNs)));
  if (own && others) return null;
  const what = proto.includes('*') ? 'every table of sockets' : `net/${proto}`;
  return `the capture did not read ${what} of ${own ? 'every other network namespace' : 'its own network namespace'} whole`;
}

function namesIn({ files }: Seen): string[] {
  return [...new Set([...files.keys()].flatMap((key) => /^((?:tcp|udp|udplite|raw|icmp)6?) /.exec(key)?.[1] ?? []))];
}

function wholeElsewhere({ files, namespaces }: Seen, file: string, own: number | null): boolean {
  const others = new Set([
    ...namespaces,
    ...[...files.keys()].flatMap((key) => (key.startsWith(`${file} `) ? [Number(key.split(' ')[1])] : [])),
  ]);
  return [...others].every((netNs) => netNs === own || files.get(`${file} ${netNs}`) === true);
}
