import { constants, readdirSync } from 'node:fs';
import { formatListLine } from './archive/list.ts';
import { ARTEFACTS, FILE_CAP, INTERFACE_FILES, LIST_CAP, SYSCTLS } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { CgroupIds } from './cgroup-ids.ts';
import { takeCgroups, takeChildren } from './named.ts';
import type { Outlet } from './outlet.ts';
import { frameText, Pieces } from './pieces.ts';
import { O_NOATIME, type Taken, takeFile, takeLink } from './take.ts';

const MS = 2000;

/** The files of the host; gives those outside /proc that were opened. */
export function takeHost(outlet: Outlet, proc: string): string[] {
  const opened: string[] = [];
  const ids = new CgroupIds();
  let walked: Taken | Failure = new Failure('ENOENT');
  for (const a of ARTEFACTS) {
    if (a.scope !== 'host' || a.phase !== 'host') continue;
    outlet.source(a.path, true, {}, () => {
      if (a.path === 'proc/sys.pack') return sysctls(proc);
      if (a.path === 'proc/children.pack') return takeChildren(outlet, proc);
      if (a.path === 'sys/fs/cgroup.pack') {
        walked = takeCgroups(outlet, proc, opened, ids);
        return walked;
      }
      if (a.path === 'sys/fs/cgroup.list') return ids.taken(walked);
      if (a.path === 'sys/class/net.list') return interfaceLinks();
      if (a.path === 'sys/class/net.pack') return interfaceFiles(opened);
      if (a.path.startsWith('proc/')) return takeFile(`${proc}/${a.path.slice(5)}`, a.cap, MS);
      opened.push(`/${a.path}`);
      return takeQuietly(`/${a.path}`, a.cap);
    });
  }
  return opened;
}

/**
 * Reads without touching the time of last access where the kernel lets us (owner or root), and without waiting for a writer should someone have put a
 * FIFO in the file's place.
 */
export function takeQuietly(path: string, cap: number): Taken | Failure {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  const taken = takeFile(path, cap, MS, flags | O_NOATIME);
  return taken instanceof Failure && taken.errno === 'EPERM' ? takeFile(path, cap, MS, flags) : taken;
}

function text(taken: Taken | Failure): string | Failure {
  return taken instanceof Failure ? taken : taken.body.toString('latin1');
}

function sysctls(proc: string): Taken {
  const pack = new Pieces(LIST_CAP);
  for (const name of SYSCTLS) pack.add(frameText(name, text(takeFile(`${proc}/sys/${name}`, FILE_CAP, MS))));
  return pack.taken();
}

const NET = '/sys/class/net';

function interfaces(): string[] | Failure {
  return attempt(() => readdirSync(NET, 'latin1'));
}

function interfaceLinks(): Taken | Failure {
  const names = interfaces();
  if (names instanceof Failure) return names;
  const list = new Pieces(LIST_CAP);
  for (const name of names) {
    const target = takeLink(Buffer.from(`${NET}/${name}`, 'latin1'));
    list.add(formatListLine({ name, lmode: null, lmodeDerived: false, stat: null, statByName: false, target }));
  }
  return list.taken();
}

function interfaceFiles(opened: string[]): Taken | Failure {
  const names = interfaces();
  if (names instanceof Failure) return names;
  const pack = new Pieces(LIST_CAP);
  for (const name of names)
    for (const file of INTERFACE_FILES) {
      const path = Buffer.from(`${NET}/${name}/${file}`, 'latin1');
      const taken = takeFile(path, FILE_CAP, MS);
      // bonding_masters and the like lie between the interfaces and are no directories.
      if (taken instanceof Failure && taken.errno === 'ENOTDIR') continue;
      opened.push(path.toString('latin1'));
      pack.add(frameText(`${name}/${file}`, text(taken)));
    }
  return pack.taken();
}
