import { UserError } from '../user-error.ts';
import { fromBase64 } from './armour.ts';
import { KEY_TYPE, keyBlob } from './public-key.ts';
import { NAMESPACE } from './sshsig.ts';

/** One line of the file (ssh-keygen(1), "ALLOWED SIGNERS"): patterns of names, options, key. A pattern or value may be quoted. */
const LINE =
  /^(?<names>"[^"]*"|[^\s"]+)\s+(?:(?<options>(?:[^\s"]|"(?:[^"\\]|\\.)*")+)\s+)?(?<type>ssh-\S+|ecdsa-\S+|sk-\S+)\s+(?<key>\S+)/;

/**
 * Why the file does not let `identity` sign archives with the key of `point`; null when it does. A line with a time of validity or an
 * option unknown here vouches for nobody: the answer must not hang on the clock of the workstation.
 */
export function refusal(file: string, identity: string, point: Buffer): string | null {
  const key = keyBlob(point);
  let reason = 'its key is not among the allowed signers';
  for (const text of file.split(/\r?\n/)) {
    const { names = '', options, type, key: base64 = '' } = LINE.exec(text.trimStart())?.groups ?? {};
    if (names.startsWith('#') || type !== KEY_TYPE || fromBase64(base64)?.equals(key) !== true) continue;
    if (!matches(names.replaceAll('"', ''), identity)) reason = 'its key is allowed for another identity';
    else {
      const refused = refusedBy(options);
      if (refused === null) return null;
      reason = refused;
    }
  }
  return reason;
}

function refusedBy(options: string | undefined): string | null {
  for (const [, name = '', value = ''] of (options ?? '').matchAll(/([^\s,="]+)(?:="((?:[^"\\]|\\.)*)")?/g)) {
    if (name.toLowerCase() === 'namespaces') {
      if (!matches(value, NAMESPACE)) return `its key is allowed for other namespaces than ${NAMESPACE}`;
    } else return `the line of its key has the option ${name}, which is not judged here`;
  }
  return null;
}

/** A pattern list of ssh_config(5), "PATTERNS": one that begins with ! and fits outweighs all others. */
function matches(patterns: string, name: string): boolean {
  let found = false;
  for (const pattern of patterns.split(',')) {
    const not = pattern.startsWith('!');
    if (!fits(not ? pattern.slice(1) : pattern, name)) continue;
    if (not) return false;
    found = true;
  }
  return found;
}

/** `*` is any characters, `?` one. Two pointers, so that no pattern takes exponential time. */
function fits(pattern: string, name: string): boolean {
  let [p, n, star, mark] = [0, 0, -1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') [star, mark, p] = [p, n, p + 1];
    else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) [p, n] = [p + 1, n + 1];
    else if (star >= 0) [mark, p, n] = [mark + 1, star + 1, mark + 1];
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** The line that lets `identity` sign archives with the key of `point`. Throws UserError for a name that the file cannot hold plainly. */
export function allowedLine(identity: string, point: Buffer): string {
  if (!/^[\p{L}\p{N}._@+-]+$/u.test(identity)) {
    throw new UserError(
      `--identity takes letters, digits and ._@+-, not ${JSON.stringify(identity)}`,
      'an address such as name@example.org',
    );
  }
  return `${identity} namespaces="${NAMESPACE}" ${KEY_TYPE} ${keyBlob(point).toString('base64')}`;
}
