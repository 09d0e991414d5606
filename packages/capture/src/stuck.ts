import { readdirSync } from 'node:fs';
import { ARTEFACTS } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { takeLink } from './take.ts';

const LOCKING = ARTEFACTS.filter((a) => a.lock === true).map((a) => a.path);
const SOURCE = new RegExp(`^\\d+/(?:task/\\d+/)?(?:${LOCKING.join('|')})$`);

/**
 * The source that a child of ours hangs on, by what it has open: a read that waits for the memory-map lock of another process (fs/proc/base.c
 * proc_pid_cmdline_read, fs/proc/task_mmu.c m_start) keeps its file open. Null where nothing tells. `proc` is where the child reads.
 */
export function stuckOn(child: number, proc: string): string | null {
  const names = attempt(() => readdirSync(`/proc/${child}/fd`));
  for (const name of names instanceof Failure ? [] : names) {
    const link = takeLink(`/proc/${child}/fd/${name}`);
    if (link instanceof Failure || !link.startsWith(`${proc}/`)) continue;
    const path = link.slice(proc.length + 1);
    if (SOURCE.test(path)) return `proc/${path}`;
  }
  return null;
}
