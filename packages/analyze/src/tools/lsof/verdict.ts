import { lsofName } from '../../render/cell.ts';
import type { Options, Wanted } from './options.ts';

/**
 * What was asked for and not found: the lines of `-V`, in lsof's order. Any of them makes the exit code 1 (without `-Q`). The live tool says so of a
 * command that is excluded too (`-c ^NAME`), whether there is one or not, and of no other exclusion.
 */
export function notFound(o: Options, names: readonly Wanted<string>[]): string[] {
  const missing = <V>(list: Iterable<Wanted<V>>): Wanted<V>[] => [...list].filter((w) => !w.found);
  const lines = [
    ...missing(o.commands.typed).map((w) => `command not located: ${w.text}`),
    ...missing(o.commands.patterns).map((w) => `no command found for regex: ${w.text}`),
    ...missing(o.contexts).map((w) => `context not located: ${w.text}`),
    ...missing(names)
      .reverse()
      .map((w) => `no file use located: ${w.text}`),
    ...missing(o.inet.addresses)
      .reverse()
      .map((w) => `Internet address not located: ${w.text}`),
    ...missing(o.states.tcp.include).map((w) => `TCP state not located: ${w.text}`),
    ...missing(o.states.udp.include).map((w) => `UDP state not located: ${w.text}`),
  ];
  if (o.inet.all !== null && !o.inet.all.found) lines.push('no Internet files located');
  if (o.nfs !== null && !o.nfs.found) lines.push('no NFS files located');
  if (o.tasks === 'select' && !o.tasksFound) lines.push('no tasks located');
  lines.push(
    ...missing(o.pids.include.values()).map((w) => `process ID not located: ${w.text}`),
    ...missing(o.pgids.include.values()).map((w) => `process group ID not located: ${w.text}`),
  );
  // the live tool's documentation promises the same for users, but it does not keep it
  if (!o.strict) lines.push(...[...o.uids.include].filter(([, w]) => !w.found).map(([uid, w]) => userLine(uid, w.text)));
  return lines.map((line) => `lsof: ${lsofName(line)}\n`);
}

function userLine(uid: number, text: string): string {
  return text === String(uid) ? `user ID not located: ${text}` : `login name (UID ${uid}) not located: ${text}`;
}
