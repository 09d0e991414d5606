import { createHash } from 'node:crypto';
import type { Value } from '../render/value.ts';
import { DELETED, textOf } from './text-of.ts';

/** What of a process or file is the same after a restart, and of nothing else: parts of the keys of findings. */

/** Names that mkstemp(3), mktemp(1), tempfile of Python and the like make, and UUIDs: chosen anew each time. */
const CHOSEN_ANEW =
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|(?<=\/(?:tmp|var\/tmp)\/(?:tmp[._-]?))[A-Za-z0-9_]{6,10}\b/gi;

/** 16 hexadecimal digits: nobody finds another command line of the same. */
export function commandDigest(cmdline: Value): Value {
  if (cmdline === null) return null;
  const text = Buffer.from(cmdline instanceof Uint8Array ? cmdline : String(cmdline)).toString('latin1');
  return createHash('sha256').update(text.trimEnd().replace(CHOSEN_ANEW, '~'), 'latin1').digest('hex').slice(0, 16);
}

/** Programs that do what their arguments say: the same file is the tool of administrators and of intruders. */
const DOES_AS_TOLD =
  /^(?:(?:ba|da|z|a|k|mk|c|tc|fi)?sh|busybox|(?:g|m)?awk|python[\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|php[\d.]*|lua[\d.]*|node|nodejs|deno|bun|java|tclsh[\d.]*|nc|ncat|netcat|nc\.[a-z]+|socat|telnet|openssl|ssh|autossh|curl|wget|env|sudo|xargs|screen|tmux|qemu.*)$/;

export function programKey(path: Value, cmdline: Value): Value {
  const text = textOf(path)?.replace(DELETED, '');
  if (text === undefined) return null;
  return DOES_AS_TOLD.test(text.replace(/^.*\//s, '')) ? `${text}@${commandDigest(cmdline) ?? '-'}` : text;
}

/** Parts of a file name that look chosen by chance or counted: UUIDs, six and more hexadecimal digits of which one is a figure, mktemp names, numbers. */
const BY_CHANCE =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-f]*\d)[0-9a-f]{6,}|(?<=^tmp[._-]?|^_MEI|^[.]?tmp)[A-Za-z0-9_]{6,10}(?=[./]|$)|\d+/gi;

export function pathShape(path: Value): Value {
  const text = textOf(path)?.replace(DELETED, '');
  if (text === undefined) return null;
  return text
    .split('/')
    .map((name) => name.replace(BY_CHANCE, '~'))
    .join('/');
}

/** A whole directory that a deployment names by a commit, and the hash of a store of Nix or Guix. */
const COMMIT = /^[0-9a-f]{7,40}$/;
const STORE = /^[0-9a-z]{32}-/;

export function pathVersionless(path: Value): Value {
  const text = textOf(path)?.replace(DELETED, '');
  if (text === undefined) return null;
  const plain = (name: string): string => {
    if (COMMIT.test(name) && /\d/.test(name)) return '~';
    return name.replace(STORE, '~-').replace(/\d+(?:[._-]\d+)*/g, '~');
  };
  return text.split('/').map(plain).join('/');
}
