import { isUtf8 } from 'node:buffer';
import type { Value } from '../../render/value.ts';

/** What decides how the command of a process is shown. */
export interface CommandFacts {
  readonly kernelThread: boolean;
  readonly name: Value;
  readonly args: readonly Value[];
  /** The arguments could not be read, so that their absence says nothing. */
  readonly unread: boolean;
}

/** Bytes that need no quotes in any shell and cannot be taken for our marks ( [ <. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

function bytesOf(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.from(String(value ?? ''));
}

/** One argument, quoted where a shell would need it: '…', and "'" spliced in for a quote, so that no backslash is added. Latin1. */
function quote(arg: string): string {
  return PLAIN.test(arg) ? arg : `'${arg.replaceAll("'", `'"'"'`)}'`;
}

/**
 * The command with the boundaries of its arguments: splitting it as a shell does gives them back, byte for byte. What stands in brackets
 * without quotes is not from the arguments: `[name]` a kernel thread, `(name)` no arguments, `<name>` arguments unread.
 * An argument can look like neither, because its bracket would be quoted.
 */
export function commandText({ kernelThread, name, args, unread }: CommandFacts): Value {
  const own = (): string => bytesOf(name).toString('latin1');
  let text: string;
  if (args.length > 0) text = args.map((arg) => quote(bytesOf(arg).toString('latin1'))).join(' ');
  else if (kernelThread) text = `[${own()}]`;
  else text = unread ? `<${quote(own())}>` : `(${quote(own())})`;
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : bytes;
}
