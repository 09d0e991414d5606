import type { Value } from '../../render/value.ts';

/** strong: no ordinary cause is known, or hardly one. weak: ordinary causes are as likely as a trick. */
export type Weight = 'strong' | 'weak';

export interface Kind {
  readonly weight: Weight;
  /** What a listing says behind a row with a strong mark; null where the row shows it by itself. */
  readonly phrase: string | null;
  /** Weak ones are said behind a row too. */
  readonly always?: true;
  /** When it is given. */
  readonly doc: string;
  readonly benign: string;
}

/** Words of the column `kind`. */
export type MarkKind =
  | 'unix-continuation'
  | 'exe-not-mapped'
  | 'exe-covered'
  | 'exe-not-started'
  | 'fake-kernel-thread'
  | 'no-arguments'
  | 'odd-kernel-thread'
  | 'command-line-moved'
  | 'command-line-rewritten'
  | 'argv0-other-program'
  | 'daemon-elsewhere'
  | 'name-look-alike'
  | 'name-hidden-characters'
  | 'deleted-or-so-named'
  | 'map-name-ambiguous'
  | 'covered-mount'
  | 'mount-over-program'
  | 'mount-over-process'
  | 'covered-file'
  | 'detached-file';

/** Every kind of mark. The list is closed; docs/MARKS.md comes from it. */
export const MARK_KINDS: Readonly<Record<MarkKind, Kind>> = {
  'unix-continuation': {
    weight: 'strong',
    phrase: 'may be forged by the name of another socket',
    doc: 'A row of net/unix that could be part of the name before it, where the kernel counts fewer unix sockets than there are rows (weak: where its count is unknown), and that no descriptor refers to.',
    benign: 'a socket that only the kernel, a namespace without processes or an unreadable process holds, beside a name with a newline',
  },
  'exe-not-mapped': {
    weight: 'strong',
    phrase: 'exe link names a file that the process has not mapped',
    doc: 'The file of the exe link is not among the mapped files, neither by inode nor by name (PR_SET_MM_EXE_FILE). Weak when the text began where nothing is mapped any more: the process may have executed another program between the two looks.',
    benign: 'packers that unmap their file, checkpoint and restore, an exec during the capture',
  },
  'exe-covered': {
    weight: 'strong',
    phrase: 'exe path names another file than the one that runs',
    doc: 'What bears the name of the exe link has another inode than the file that is mapped under that name: something was mounted over it, or it lies on a detached mount.',
    benign: 'a package or container tool that bind-mounts a newer program over the old one',
  },
  'exe-not-started': {
    weight: 'weak',
    phrase: 'its text did not begin in the file of the exe link',
    doc: 'The start of the text (stat, start_code) lies in a mapping of something else than the file of the exe link, which is mapped too.',
    benign: 'programs that move their text to large pages, checkpoint and restore',
  },
  'fake-kernel-thread': {
    weight: 'strong',
    phrase: 'named as a kernel thread and is none',
    doc: 'Its name or first argument is that of a kernel thread, or stands in brackets, and the kernel has not set PF_KTHREAD.',
    benign: 'few: some supervisors put brackets around their own name',
  },
  'no-arguments': {
    weight: 'weak',
    phrase: 'has no arguments',
    doc: 'A live process with an executable and an empty command line, which ps and others print in brackets like a kernel thread.',
    benign: 'a process that is just being executed, or cleared its title',
  },
  'odd-kernel-thread': {
    weight: 'strong',
    phrase: 'flagged as a kernel thread and looks like a process',
    doc: 'PF_KTHREAD is set, and it has an executable, or another user than root, or a parent other than kthreadd.',
    benign: 'helpers of the kernel at the moment they become programs',
  },
  'command-line-moved': {
    weight: 'weak',
    phrase: 'its command line is not where the kernel put it',
    doc: 'The argument area does not end where the environment begins, lies below the stack of the program, or is larger than any exec allows (strong then): PR_SET_MM.',
    benign: 'systemd, LXC and CRIU set their title so',
  },
  'command-line-rewritten': {
    weight: 'weak',
    phrase: 'has written over its command line',
    doc: 'The command line is not as long as the area the kernel keeps for it, or that area is padded with NUL bytes.',
    benign: 'setproctitle: sshd, postgres, nginx, sendmail, node, perl and many more do so',
  },
  'argv0-other-program': {
    weight: 'weak',
    phrase: 'its first argument names another program',
    doc: 'The first argument is an absolute path, of another base name than the executable, and not the name it was started by.',
    benign: 'wrappers and programs that restart themselves with a title of their own',
  },
  'daemon-elsewhere': {
    weight: 'strong',
    phrase: 'bears the name of a daemon and is another program',
    doc: 'Its name or the base name of its first argument is that of a well-known daemon, and the executable is another program (weak: an interpreter, or of that name outside the directories of the system).',
    benign: 'daemons built from source, wrapper scripts, multi-call programs that are not on our list',
  },
  'name-look-alike': {
    weight: 'strong',
    phrase: 'its name looks like another one',
    doc: 'Its name differs from that of a well-known daemon or of another process of the capture only by look-alike letters (other scripts, 0 for o, 1 for l, rn for m) or blanks at the ends; weak when it mixes scripts and resembles nothing here.',
    benign: 'names in a language of its own script that borrow Latin letters',
  },
  'name-hidden-characters': {
    weight: 'strong',
    phrase: null,
    doc: 'A name holds control characters, characters of writing direction or invisible ones; weak when only a blank at an end.',
    benign: 'file names with a blank at the end, names that were cut',
  },
  'deleted-or-so-named': {
    weight: 'weak',
    phrase: 'deleted, or so named',
    always: true,
    doc: 'The text ends in " (deleted)" and the file still has a name, or nobody could ask: it may be called so, or have another hard link.',
    benign: 'a hard link that is left, a file on a file system that is not asked',
  },
  'map-name-ambiguous': {
    weight: 'weak',
    phrase: 'its name in maps can be read in two ways',
    doc: 'The name of a mapping holds \\012: the kernel writes so for a newline and does not escape a backslash.',
    benign: 'none known',
  },
  'covered-mount': {
    weight: 'strong',
    phrase: 'something else is mounted over it',
    doc: 'Another file system, or another part of the same, is mounted on the very mount point (weak: of the same type, or in another mount namespace than that of the capture).',
    benign: 'service managers and container runtimes that stack mounts; a mount that was mounted twice',
  },
  'mount-over-program': {
    weight: 'strong',
    phrase: 'mounted over a program or a file of the system',
    doc: 'A mount point is a program, a library or a file of accounts (weak: in another mount namespace than that of the capture).',
    benign: 'container runtimes put docker-init, nvidia-smi and the like into containers so',
  },
  'mount-over-process': {
    weight: 'strong',
    phrase: 'mounted over a process directory',
    doc: 'A mount point lies below /proc/PID: that process is hidden from everybody who reads /proc.',
    benign: 'none known',
  },
  'covered-file': {
    weight: 'strong',
    phrase: 'its path names another file now',
    doc: 'The descriptor is on another mount than the one its path leads to: something was mounted over it.',
    benign: 'a file system that was mounted over a directory in use',
  },
  'detached-file': {
    weight: 'strong',
    phrase: 'on a mount that is not there any more',
    doc: 'The descriptor is on a mount that no mount namespace of the capture has: lazily unmounted, never attached, or of a namespace without processes (weak: in another mount namespace, where the capture cannot have seen all of them, as in an inner pid namespace or without rights, a name without directories, which message queues have too, or a device, which processes bring along from where they were started).',
    benign:
      'opened before the process entered its mount namespace, as output that a shell outside of it redirected; file systems that were unmounted while in use; sandboxes whose namespace has ended',
  },
};

/** A mark before it is stored. */
export interface Mark {
  readonly kind: MarkKind;
  /** That of the kind where not given. */
  readonly weight?: Weight;
  readonly about: 'sockets_unix' | 'processes' | 'links' | 'fds' | 'maps' | 'mounts';
  readonly pid?: number;
  readonly tid?: number;
  readonly fd?: number;
  readonly claim: Value;
  readonly finding?: Value;
  readonly reason: string;
  readonly at: Place;
  /** What else it rests on. */
  readonly also?: readonly Place[];
}

/** Source and line; line null for the whole source. */
export type Place = readonly [sourceId: Value, line: Value];
