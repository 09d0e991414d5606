/**
 * What goes between the parent and a reading child. Down: one JSON line a job. Up: frames of `u32 length of head, u32 length of body, head (JSON), body`,
 * little endian. Heads are small; bodies are evidence and never pass through JSON.
 */
import type { OptIn } from './artefacts.ts';
import type { Suspect, Swept } from './kernel/probe.ts';
import type { WhoseTable } from './kernel/tables.ts';

export const READER_ARGUMENT = '--coldstat-reader-process';

/** First line a child gets, and again when the next capture of a series begins. */
export interface Setup {
  /** Where proc is mounted, absolute. */
  readonly proc: string;
  /** Nanoseconds of the monotonic clock that times are counted from. */
  readonly origin: string;
  readonly with: readonly OptIn[];
  /** Whether attr/current answers at all on this host. */
  readonly label: boolean;
  /** Whether sockets are to be told by descriptor. */
  readonly sockets: boolean;
  /** Of processes nothing is wanted but stat and the links of descriptors. */
  readonly light: boolean;
  /** The child that calls the C library, and does nothing else (kernel/kernel-reader.ts). */
  readonly libc?: true;
}

/** Where a namespace can be seen from: a process, or one of its threads. */
export interface Place {
  readonly pid: number;
  /** Equal to pid for the leader. */
  readonly tid: number;
}

/** How a job is to be done after a child hung or died on it. */
export interface Careful {
  /** Announce each source before it is read: set after a child hung without saying where. */
  readonly careful?: true;
  /** Sources that arrived before the child was killed: not to be sent again. */
  readonly delivered?: readonly string[];
  /** Sources a child hung or died on: not to be touched again. */
  readonly avoid?: readonly string[];
  /** Take no stat through descriptors: it hung. */
  readonly noStat?: true;
}

export type Job = Careful &
  (
    | { readonly job: 'scan'; readonly pids: readonly number[] }
    | {
        readonly job: 'tables';
        readonly netns: string;
        readonly places: readonly Place[];
        readonly prefix: string;
        readonly names: readonly string[];
      }
    | { readonly job: 'walk'; readonly pid: number }
    | { readonly job: 'stats'; readonly pids: readonly number[] }
    /** `seat` is the directory below /proc/PID that answers: empty, or `task/TID/` of a live thread when the leader is dead. */
    | { readonly job: 'late'; readonly pid: number; readonly seat: string; readonly start: string; readonly local: boolean }
    | { readonly job: 'host' }
    /** Jobs of the child that calls the C library: whether it can; a dump through one of the paths, null for the own namespace; the raw listing. */
    | { readonly job: 'libc' }
    | { readonly job: 'netlink'; readonly netns: string; readonly paths: readonly string[] | null; readonly through?: HeldSocket }
    | { readonly job: 'getdents' }
    /** Whether descriptor tables that look alike are one. */
    | { readonly job: 'kcmp'; readonly groups: readonly (readonly WhoseTable[])[] }
    /** What the kernel tells of these sockets of a process, or of a thread in `dir` (`task/TID/`): names of their protocols, values of their options. */
    | {
        readonly job: 'sockets';
        readonly pid: number;
        readonly dir: string;
        readonly start: string;
        readonly fds: readonly (readonly [fd: string, inode: string])[];
        readonly names: boolean;
        readonly options: boolean;
      }
    /** Numbers that answer though they are not listed: first who, then who still does. */
    | { readonly job: 'sweep'; readonly listed: readonly number[]; readonly last: number; readonly ms: number }
    | { readonly job: 'confirm'; readonly suspects: readonly Suspect[]; readonly listed: readonly number[] }
  );

/** A socket, by the process and descriptor that hold it. */
export interface HeldSocket {
  readonly pid: number;
  /** Empty, or `task/TID/`. */
  readonly dir: string;
  /** Field 22 of stat of the process. */
  readonly start: string;
  readonly fd: string;
  readonly inode: string;
}

export interface Belongs {
  readonly pid?: number;
  readonly tid?: number;
  readonly netns?: string;
}

/** One source that became an entry (with a body), or did not. */
export interface SourceHead extends Belongs {
  readonly t: 'body' | 'miss';
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly sha256?: string;
  readonly errno?: string;
  readonly limit?: 'bytes' | 'time';
  readonly note?: string;
  /** Not to be written when this key was delivered before (a mount namespace is met by several children). */
  readonly once?: string;
}

/** What a walk over one process told besides its bodies. */
export interface Walked {
  readonly pid: number;
  readonly threads: number;
  readonly descriptors: number;
  readonly kernelThread: boolean;
  /** Field 22 of stat. */
  readonly start: string;
  readonly seat: string;
  /** Whether the process is in the capture's own mount namespace and root. */
  readonly local: boolean;
  /** Failures inside lists and packs, by errno. */
  readonly errors: Readonly<Record<string, number>>;
  /** Network namespaces a descriptor or mount holds, and where they can be entered through; null: nowhere that is safe to open. */
  readonly pinned: readonly (readonly [netns: string, path: string | null])[];
  /** Where sockets were met: directory (empty, or `task/TID/`), descriptor, inode. */
  readonly sockets: readonly (readonly [dir: string, fd: string, inode: string])[];
}

/** What a frame of a pack holds; text is latin1. */
export type PartContent = string | { readonly errno: string };

export interface Done {
  readonly t: 'done';
  readonly walked?: Walked;
  /** Places by network namespace (scan). */
  readonly places?: Readonly<Record<string, readonly Place[]>>;
  /** Lines of mapped.list by name (late). */
  readonly mapped?: readonly (readonly [name: string, line: string])[];
  /** Frames of exe-hash.pack and deleted-exe.pack by name (late). */
  readonly hashed?: readonly (readonly [name: string, content: PartContent])[];
  readonly copied?: readonly (readonly [name: string, content: PartContent])[];
  /** Frames of sockprotoname.pack by inode (sockets), and failures inside packs, by errno. */
  readonly names?: readonly (readonly [inode: string, content: PartContent])[];
  readonly errors?: Readonly<Record<string, number>>;
  /** Network namespaces that sockets belong to, by one socket each (sockets). */
  readonly spaces?: readonly (readonly [netns: string, socket: HeldSocket])[];
  /** What the probe found (sweep, confirm). */
  readonly swept?: Swept;
  readonly confirmed?: readonly Suspect[];
  /** What this child has cost so far. */
  readonly usage?: { readonly pid: number; readonly user: number; readonly system: number; readonly rss: number };
  /** What calls the C library; null: nothing can (libc). */
  readonly libc?: string | null;
  /** Every file outside /proc that was opened. */
  readonly files?: readonly string[];
}

export type Head =
  | SourceHead
  | Done
  /** The source in hand from now on; null: none. */
  | { readonly t: 'at'; readonly path: string | null }
  | { readonly t: 'tick' };

/** A line for a child; ASCII alone, so that it may be cut anywhere. */
export function encodeLine(value: Setup | Job): string {
  const ascii = JSON.stringify(value).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `${ascii}\n`;
}

export function encodeFrame(head: Head, body: Buffer | null): Buffer[] {
  const json = Buffer.from(JSON.stringify(head), 'utf8');
  const sizes = Buffer.allocUnsafe(8);
  sizes.writeUInt32LE(json.length, 0);
  sizes.writeUInt32LE(body?.length ?? 0, 4);
  return body === null || body.length === 0 ? [sizes, json] : [sizes, json, body];
}

/** Cuts a stream of chunks into frames. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #held = 0;
  #wanted = 8;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
  }

  /** The next whole frame, or undefined until more has come. */
  next(): { head: Head; body: Buffer } | undefined {
    if (this.#held < this.#wanted) return undefined;
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    const headLength = all.readUInt32LE(0);
    const end = 8 + headLength + all.readUInt32LE(4);
    this.#chunks = [all];
    this.#wanted = end;
    if (all.length < end) return undefined;
    const rest = all.subarray(end);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#held = rest.length;
    this.#wanted = 8;
    const head = JSON.parse(all.toString('utf8', 8, 8 + headLength)) as Head;
    return { head, body: all.subarray(8 + headLength, end) };
  }
}
