import { type Header, parseList, parsePack, type Snapshot } from '@coldstat/capture/archive';
import type { Names } from './names.ts';

const PF_KTHREAD = 0x0020_0000;

/** What the first reading of an archive told. */
export interface Learnt {
  readonly header: Header | null;
  readonly summary: ReturnType<Snapshot['summary']>;
}

/**
 * The first of two readings: who is named in it. Accounts stand at the end of an archive, paths and command lines before them; so what may be kept is
 * known only when all has been seen once.
 */
export async function learn(snapshot: Snapshot, names: Names): Promise<Learnt> {
  let header: Header | null = null;
  const programs = new Set<string>();
  const threads = new Set<string>();
  for await (const item of snapshot.items()) {
    if (item.type === 'header') {
      header = item.header;
      for (const name of [header.host?.nodename, header.host?.domainname]) if (typeof name === 'string') host(name, names);
    } else if (item.type === 'entry') {
      const { name, body } = item.entry;
      const from = FILES[name];
      if (from !== undefined) for (const line of body.toString('latin1').split('\n')) from(line, names);
      else if (name === 'proc/sys.pack') sysctl(body, names);
      else if (/^proc\/\d+\/stat$/.test(name)) kernelThread(body, threads);
      else if (/^proc\/\d+\/(?:task\/\d+\/)?links\.list$/.test(name)) executable(body, programs);
    }
  }
  for (const path of programs) names.learnProgram(path);
  for (const comm of threads) names.learnKernelThread(comm);
  return { header, summary: snapshot.summary() };
}

const FILES: Readonly<Record<string, (line: string, names: Names) => void>> = {
  'etc/passwd': (line, names) => account(line, names),
  'etc/group': (line, names) => {
    account(line, names);
    for (const member of (line.split(':')[3] ?? '').split(',')) names.learn(member);
  },
  'etc/hostname': (line, names) => host(line, names),
  'etc/hosts': (line, names) => {
    for (const name of (line.split('#')[0] ?? '').trim().split(/\s+/).slice(1)) host(name, names);
  },
  'etc/resolv.conf': (line, names) => {
    const [key = '', ...values] = line.trim().split(/\s+/);
    if (key === 'search' || key === 'domain') for (const name of values) host(name, names);
  },
};

function account(line: string, names: Names): void {
  names.learn(line.split(':')[0] ?? '');
}

/** Every label but the top of the domain, which many share. */
function host(name: string, names: Names): void {
  const labels = name
    .trim()
    .split('.')
    .filter((label) => label.length > 0);
  if (labels[0] === '(none)') return;
  for (const label of labels.length > 1 ? labels.slice(0, -1) : labels) names.learn(label);
}

function sysctl(body: Buffer, names: Names): void {
  for (const { frame } of parsePack(body).frames) {
    if ('body' in frame && /^kernel\/(?:hostname|domainname)$/.test(frame.name)) host(frame.body.toString('latin1'), names);
  }
}

function kernelThread(body: Buffer, threads: Set<string>): void {
  const m = /^\d+ \((.*)\) [A-Za-z] (?:-?\d+ ){5}(\d+) /s.exec(body.toString('latin1'));
  if (m !== null && (Number(m[2]) & PF_KTHREAD) !== 0) threads.add(m[1] ?? '');
}

function executable(body: Buffer, programs: Set<string>): void {
  for (const { name, target } of parseList(body).lines) if (name === 'exe' && typeof target === 'string') programs.add(target);
}
