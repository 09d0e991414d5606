import { isUtf8 } from 'node:buffer';
import type { Value } from '../render/value.ts';
import type { FieldValue } from './field-test.ts';
import type { Category } from './rule.ts';

/** A process, or a connection and one process that holds it, with what a rule may ask of it. */
export interface Subject {
  readonly pid: number | null;
  readonly name: Value;
  readonly path: Value;
  readonly path_deleted: number | null;
  readonly path_errno: string | null;
  readonly cmdline: Value;
  readonly cmdline_errno: string | null;
  readonly cwd: Value;
  readonly cwd_errno: string | null;
  readonly kernel_thread: number | null;
  readonly uid: number | null;
  readonly parent: number | null;
  /** 1 when a row of the parent is there. */
  readonly parent_there: number | null;
  readonly parent_path: Value;
  readonly parent_path_deleted: number | null;
  readonly parent_path_errno: string | null;
  readonly parent_cmdline: Value;
  readonly parent_cmdline_errno: string | null;
  readonly parent_kernel_thread: number | null;
  readonly parent_uid: number | null;
  readonly at: string | null;
  /** 1 for a process of the capture itself. */
  readonly own: number;
  /** Of a connection. */
  readonly proto?: string;
  readonly local_address?: string;
  readonly local_port?: number;
  readonly remote_address?: string;
  readonly remote_port?: number;
  readonly socket_at?: string;
}

/** Names that the captured files give to numbers. */
export interface Names {
  /** Null when /etc/passwd was not captured. */
  readonly users: ReadonlyMap<number, readonly string[]> | null;
  /** By address, as the tables print it. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
}

type Read = (subject: Subject, names: Names) => FieldValue;

const unknown = (why: string | null): FieldValue => ({ texts: [], more: true, why: why ?? 'not captured' });
const ABSENT: FieldValue = { texts: [], more: false };
const is = (text: string): FieldValue => ({ texts: [text], more: false });

/** Bytes that are not UTF-8 are looked at one character a byte. */
function textOf(value: Value): string {
  if (!(value instanceof Uint8Array)) return String(value);
  const bytes = Buffer.from(value);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

function number(value: number | null | undefined): FieldValue {
  return value === null || value === undefined ? unknown(null) : is(String(value));
}

/** A kernel thread has no executable and no arguments; ENOENT says the same of a link. */
function image(path: Value, deleted: number | null, errno: string | null, kernelThread: number | null): FieldValue {
  if (path !== null) return is(deleted === 1 ? textOf(path).replace(/ \(deleted\)$/, '') : textOf(path));
  return kernelThread === 1 || errno === 'ENOENT' ? ABSENT : unknown(errno);
}

function commandLine(cmdline: Value, errno: string | null, kernelThread: number | null): FieldValue {
  if (kernelThread === 1) return ABSENT;
  if (cmdline === null) return unknown(errno);
  const text = textOf(cmdline);
  return text === '' ? ABSENT : is(text);
}

/** By the captured passwd; a number that has no name there may have one elsewhere. */
function user(uid: number | null, { users }: Names): FieldValue {
  if (uid === null || users === null) return unknown(uid === null ? null : 'no passwd');
  const known = users.get(uid);
  return known === undefined ? { texts: [String(uid)], more: true, why: 'no name in passwd' } : { texts: known, more: false };
}

/** Process 0 is no process; a parent without a row is unknown. */
function ofParent(subject: Subject, read: () => FieldValue): FieldValue {
  if (subject.parent === 0) return ABSENT;
  return subject.parent_there === 1 ? read() : unknown(subject.parent === null ? null : 'no row of the parent');
}

/** A connection that nobody is seen to hold says nothing of a process. */
function ofHolder(read: Read): Read {
  return (subject, names) => (subject.pid === null ? unknown('no holder is seen') : read(subject, names));
}

const PROCESS: Readonly<Record<string, Read>> = {
  Image: (s) => image(s.path, s.path_deleted, s.path_errno, s.kernel_thread),
  CommandLine: (s) => commandLine(s.cmdline, s.cmdline_errno, s.kernel_thread),
  CurrentDirectory: (s) => (s.cwd === null ? unknown(s.cwd_errno) : is(textOf(s.cwd))),
  User: (s, names) => user(s.uid, names),
  ProcessId: (s) => number(s.pid),
  ParentProcessId: (s) => number(s.parent),
  ParentImage: (s) => ofParent(s, () => image(s.parent_path, s.parent_path_deleted, s.parent_path_errno, s.parent_kernel_thread)),
  ParentCommandLine: (s) => ofParent(s, () => commandLine(s.parent_cmdline, s.parent_cmdline_errno, s.parent_kernel_thread)),
  ParentUser: (s, names) => ofParent(s, () => user(s.parent_uid, names)),
};

function address(text: string | undefined): FieldValue {
  return text === undefined ? unknown(null) : is(text.replace(/^::ffff:(?=\d+\.)/i, ''));
}

/** /etc/hosts is not the only one to give names. */
function hostNames(text: string | undefined, { hosts }: Names): FieldValue {
  return {
    texts: text === undefined ? [] : (hosts.get(text.replace(/^::ffff:(?=\d+\.)/i, '')) ?? []),
    more: true,
    why: 'others may exist',
  };
}

/** The local end is the source, the remote end the destination; which of them began is not in a table. */
const CONNECTION: Readonly<Record<string, Read>> = {
  DestinationIp: (s) => address(s.remote_address),
  DestinationPort: (s) => number(s.remote_port),
  DestinationHostname: (s, names) => hostNames(s.remote_address, names),
  SourceIp: (s) => address(s.local_address),
  SourcePort: (s) => number(s.local_port),
  SourceHostname: (s, names) => hostNames(s.local_address, names),
  Protocol: (s) => is((s.proto ?? '').replace(/6$/, '')),
  Initiated: () => unknown('no table says who began'),
};

/** Fields that a rule of each category may ask about; any other is refused by its name. */
export const FIELDS: Readonly<Record<Category, ReadonlyMap<string, Read>>> = {
  process_creation: new Map(Object.entries(PROCESS)),
  network_connection: new Map([
    ...Object.entries(PROCESS).map(([name, read]): [string, Read] => [name, ofHolder(read)]),
    ...Object.entries(CONNECTION),
  ]),
};
