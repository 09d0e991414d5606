import { TABLE_CAP } from '../artefacts.ts';
import { Failure } from '../attempt.ts';
import { takeFile } from '../take.ts';
import { FILE_MS } from '../walker.ts';

/** First words of /proc/net/protocols; null when it cannot be read: then everything is asked. */
export function protocolRows(proc: string): ReadonlySet<string> | null {
  const taken = takeFile(`${proc}/self/net/protocols`, TABLE_CAP, FILE_MS);
  if (taken instanceof Failure) return null;
  return new Set(
    taken.body
      .toString('latin1')
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ', 1)[0] ?? '')
      .filter((name) => name !== ''),
  );
}

/** Names of the loaded modules that answer dumps, as one text; null on a kernel without modules, or when they cannot be read. */
export function moduleNames(proc: string): string | null {
  const taken = takeFile(`${proc}/modules`, TABLE_CAP, FILE_MS);
  if (taken instanceof Failure) return null;
  return (taken.body.toString('latin1').match(/^\S*_diag(?= )/gm) ?? []).sort().join(' ');
}
