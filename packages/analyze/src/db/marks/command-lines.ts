import type { Mark } from './kinds.ts';
import { baseName, COMM_LENGTH, type ProcessRow, textOf } from './process-rows.ts';

/** Arguments and environment of one exec together: three quarters of _STK_LIM (fs/exec.c, prepare_arg_pages). */
const EXEC_LIMIT = 6 * 1024 * 1024;

/** One executable for many names, and those that run what stands in their first argument. */
const MANY_NAMES =
  /^(?:busybox|toybox|coreutils|uutils|ld-linux.*|ld-musl.*|ld\.so.*|ld-\d.*|qemu-.*|box64|rosetta|wine.*|snap|snap-confine|firejail)$/;
/** Programs that shells and links call by names of their own. */
export const INTERPRETER: RegExp =
  /^(?:(?:ba|da|z|k|mk|pdk|tc|c|fi|a)?sh\d?|[mgn]?awk|original-awk|python[\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|node|nodejs|php[\d.]*|lua[\d.]*|tclsh[\d.]*|java|rbash|sudo|runuser)$/;

/** Command lines that are not what the kernel was given at exec. Silent about zombies and about what could not be read. */
export function* commandLineMarks(p: ProcessRow): Generator<Mark> {
  if (p.cmdline === null || p.state === 'Z' || p.state === 'X' || p.vanished === 1) return;
  const of = { about: 'processes', pid: p.pid, claim: p.arg0, at: p.stat, also: [p.cmdline] } as const;
  const moved = movedArea(p);
  const written = moved === null ? rewritten(p) : null;
  if (moved !== null) yield { ...of, kind: 'command-line-moved', finding: p.path, ...moved };
  else if (written !== null) yield { ...of, kind: 'command-line-rewritten', finding: p.path, reason: written };
  else if (namesAnother(p)) {
    const reason = 'The first argument is a path of another program than the executable, and not the name it was started by.';
    yield { ...of, kind: 'argv0-other-program', finding: p.path, reason };
  }
}

function movedArea({
  arg_start: start,
  arg_end: end,
  env_start: env,
  start_stack: stack,
}: ProcessRow): Pick<Mark, 'weight' | 'reason'> | null {
  if (start === null || end === null || env === null) return null;
  if (end - start > EXEC_LIMIT)
    return { weight: 'strong', reason: `The argument area has ${end - start} bytes, more than any exec allows: it was moved (PR_SET_MM).` };
  if (end !== env) return { reason: 'The argument area does not end where the environment begins: one of them was moved (PR_SET_MM).' };
  if (stack !== null && stack > 1 && start < stack)
    return { reason: 'The argument area lies below the stack of the program: it was moved (PR_SET_MM).' };
  return null;
}

/** get_mm_cmdline in fs/proc/base.c gives the area as it is, or, when its last byte is not NUL any more, one text that may reach further. */
function rewritten({ arg_start: start, arg_end: end, length, tail }: ProcessRow): string | null {
  if (length === null || length === 0) return null;
  const area = start === null || end === null ? null : end - start;
  if (area !== null && area !== length)
    return `The command line has ${length} bytes, the area the kernel keeps for it ${area}: it was written over.`;
  const padded = tail !== null && tail.length === 3 && tail.every((byte) => byte === 0);
  return padded ? 'The command line ends in several NUL bytes: what stood there was written over with something shorter.' : null;
}

function namesAnother({ arg0, arg1, path, name }: ProcessRow): boolean {
  const first = textOf(arg0);
  if (!first.startsWith('/') || path === null || first === textOf(path)) return false;
  const [claimed, exe, comm] = [baseName(first), baseName(path), textOf(name)];
  if (claimed.includes(' ') || claimed.startsWith(exe) || exe.startsWith(claimed)) return false;
  if (comm === claimed.slice(0, COMM_LENGTH) || comm === baseName(arg1).slice(0, COMM_LENGTH)) return false;
  return !MANY_NAMES.test(exe) && !(INTERPRETER.test(claimed) && INTERPRETER.test(exe));
}
