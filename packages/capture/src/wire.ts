/**
 * What goes between the parent and a reading child. Down: one JSON line a job. Up: frames of `u32 length of head, u32 length of body, head (JSON), body`,
 * little endian. Heads are small and ASCII; bodies are evidence and never pass through JSON.
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

/** A body that came as it should, and belongs to what its path says. */
export interface PlainHead {
  readonly t: 'plain';
  readonly path: string;
  /** Its record as JSON, but for `seq`; ends with `"sha256":"…"}`. */
  readonly record: string;
}

export type Head =
  | SourceHead
  | PlainHead
  | Done
  /** The source in hand from now on; null: none. */
  | { readonly t: 'at'; readonly path: string | null }
  | { readonly t: 'tick' };

/** JSON in ASCII alone, so that it may be cut anywhere and a character is a byte. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A line for a child. */
export function encodeLine(value: Setup | Job): string {
  return `${asciiJson(value)}\n`;
}

/** Head of a frame as text. A plain one is its record and nothing more: there are tens of thousands, and nobody has to parse them. */
export function encodeHead(head: Head): string {
  return head.t === 'plain' ? head.record : asciiJson(head);
}

const RECORD = '{"path":"';

function decodeHead(text: string): Head {
  if (!text.startsWith(RECORD)) return JSON.parse(text) as Head;
  return { t: 'plain', path: text.slice(RECORD.length, text.indexOf('"', RECORD.length)), record: text };
}

/** Bytes of a frame before its body. */
export function headSize(head: string): number {
  return 8 + head.length;
}

/** Writes those bytes at a place in a block. */
export function putHead(block: Buffer, at: number, head: string, body: number): void {
  block.writeUInt32LE(head.length, at);
  block.writeUInt32LE(body, at + 4);
  block.write(head, at + 8, 'latin1');
}

/** Cuts a stream of chunks into frames. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #all: Buffer = Buffer.alloc(0);
  /** Where the next frame begins in `#all`. */
  #at = 0;
  #held = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
  }

  /** Whether so many bytes of the next frame are there, and then in one piece. */
  #has(bytes: number): boolean {
    if (this.#held < bytes) return false;
    if (this.#all.length - this.#at >= bytes) return true;
    const rest = this.#all.subarray(this.#at);
    const [only = rest] = this.#chunks;
    this.#all = rest.length === 0 && this.#chunks.length === 1 ? only : Buffer.concat([rest, ...this.#chunks]);
    this.#chunks = [];
    this.#at = 0;
    return true;
  }

  /** The next whole frame, or undefined until more has come. */
  next(): { head: Head; body: Buffer } | undefined {
    if (!this.#has(8)) return undefined;
    const headLength = this.#all.readUInt32LE(this.#at);
    const size = 8 + headLength + this.#all.readUInt32LE(this.#at + 4);
    if (!this.#has(size)) return undefined;
    const start = this.#at + 8;
    const body = this.#all.subarray(start + headLength, this.#at + size);
    const head = decodeHead(this.#all.toString('latin1', start, start + headLength));
    this.#at += size;
    this.#held -= size;
    return { head, body };
  }
}
