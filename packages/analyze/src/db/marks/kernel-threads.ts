import type { Mark } from './kinds.ts';
import { type ProcessRow, textOf } from './process-rows.ts';

/** Names that only the kernel gives; what comes behind differs. */
const KERNEL_NAME =
  /^(?:kworker\/|ksoftirqd\/|migration\/\d|rcu_(?:sched|preempt|gp|par_gp|bh|tasks)|kthreadd$|kswapd\d|kcompactd\d|khugepaged$|khungtaskd$|kdevtmpfs$|cpuhp\/|idle_inject\/|irq\/\d|jbd2\/|xfsaild\/|oom_reaper$|kblockd$|kauditd$|scsi_(?:eh|tmf)_\d|kthrotld$|ksmd$|kintegrityd$|pool_workqueue_release$|mm_percpu_wq$)/;
const IN_BRACKETS = /^\[[^\]]+\]$/;
/** PF_EXITING of include/linux/sched.h: its memory may be gone already. */
const PF_EXITING = 0x4;

/** Whether a process passes for a kernel thread, or a kernel thread does not look like one. */
export function* kernelThreadMarks(p: ProcessRow): Generator<Mark> {
  if (p.kernel_thread === null || p.state === 'Z' || p.state === 'X') return;
  const of = { about: 'processes', pid: p.pid, at: p.stat, also: p.cmdline === null ? [] : [p.cmdline] } as const;
  if (p.kernel_thread === 1) {
    const why = oddities(p);
    if (why === '') return;
    yield {
      ...of,
      kind: 'odd-kernel-thread',
      claim: p.name,
      finding: p.path,
      reason: `The kernel's flag PF_KTHREAD is set, and it has ${why}.`,
    };
    return;
  }
  const claim = [p.arg0, p.name].find((name) => IN_BRACKETS.test(textOf(name)) || KERNEL_NAME.test(unbracketed(textOf(name))));
  if (claim !== undefined) {
    const parent = p.parent === null ? '' : `, its parent is ${p.parent === 2 ? '2 as for a kernel thread' : p.parent}`;
    const exe = p.path === null ? '' : ', it has an executable';
    yield { ...of, kind: 'fake-kernel-thread', claim, finding: p.path, reason: `The kernel's flag PF_KTHREAD is not set${exe}${parent}.` };
  } else if (p.length === 0 && p.path !== null && p.vanished !== 1 && ((p.flags ?? 0) & PF_EXITING) === 0) {
    const reason =
      'A live process with an executable has an empty command line; other tools print its name in brackets, like that of a kernel thread.';
    yield { ...of, kind: 'no-arguments', claim: p.name, finding: p.path, reason };
  }
}

function unbracketed(name: string): string {
  return name.replace(/^\[/, '');
}

function oddities(p: ProcessRow): string {
  const found: string[] = [];
  if (p.path !== null) found.push('an executable');
  if (p.euid !== null && p.euid !== 0) found.push(`the user ${p.euid}`);
  if (p.parent !== null && p.parent !== 0 && p.parent !== 2) found.push(`the parent ${p.parent}`);
  return found.join(', ');
}
