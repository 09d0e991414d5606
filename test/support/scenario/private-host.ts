import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileScenario } from './compile.ts';
import { type Made, parseMade, waitForLine } from './made.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface PrivateHost {
  /** Process id, outside, of the host's first process. */
  readonly init: number;
  /** Where the host's files can be reached from outside. */
  readonly files: string;
  /** Makes the objects of a theme under a program of this name; its helpers live until the host is stopped. */
  make(theme: string, program?: string): Promise<Made[]>;
  /** Starts a program of the host that stays until its standard input ends; resolves when it says `ready`. */
  start(program: string, args: readonly string[], directory: string): Promise<void>;
  /** Runs a command inside, to its end. */
  run(command: string, args: readonly string[], environment?: Readonly<Record<string, string>>): Ran;
  stop(): Promise<void>;
}

/** Files of the host: path below its root to text, or to a path outside that is copied. */
export interface Furniture {
  readonly texts: Readonly<Record<string, string>>;
  readonly copies?: Readonly<Record<string, string>>;
}

/** Descriptors that whoever started us left open to all are not for the host. */
export const CLOSE_OTHERS = 'for f in /proc/self/fd/*; do n=$(basename $f); if ((n > 2)); then eval "exec $n>&-"; fi; done;';

const ENTER = ['-m', '-u', '-i', '-n', '-p', '-C', '-r'];

function stageFor(directory: string, furniture: Furniture): string {
  const stage = join(directory, 'stage');
  const at = (path: string): string => {
    const full = join(stage, path);
    mkdirSync(dirname(full), { recursive: true });
    return full;
  };
  for (const [path, text] of Object.entries(furniture.texts)) writeFileSync(at(path), text);
  for (const [path, from] of Object.entries(furniture.copies ?? {})) symlinkSync(from, at(path));
  return stage;
}

/** The first process of the host, seen from here: the only child of unshare. */
async function firstProcess(unshare: ChildProcess, failed: () => string): Promise<number> {
  for (let tries = 0; tries < 1000; tries++) {
    await sleep(10);
    if (unshare.exitCode !== null) throw new Error(`the private host could not be made: ${failed()}`);
    const child = readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'latin1').trim();
    if (child !== '' && readFileSync(`/proc/${child}/cmdline`, 'latin1').startsWith('/srv/bin/init\0')) return Number(child);
  }
  throw new Error('the private host did not come up in 10 s');
}

/**
 * A host of its own on this machine: private pid, mount, network, UTS, IPC and cgroup namespaces, a root on tmpfs with `/usr` of the machine read-only,
 * the furniture, `/srv/bin/scenario`, and nothing else. Needs root.
 */
export async function startPrivateHost(furniture: Furniture): Promise<PrivateHost> {
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-host-'));
  const program = compileScenario(directory);
  const stage = stageFor(directory, {
    texts: furniture.texts,
    copies: { ...furniture.copies, 'srv/bin/scenario': program, 'srv/bin/init': program },
  });
  const root = join(directory, 'root');
  mkdirSync(root);
  const script = join(import.meta.dirname, 'private-host.sh');
  const namespaces = ['--fork', '--kill-child', '--pid', '--mount', '--net', '--uts', '--ipc', '--cgroup'];
  const unshare = spawn('unshare', [...namespaces, 'bash', script, stage, root], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  let words = '';
  unshare.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString('latin1');
  });
  const init = await firstProcess(unshare, () => words);
  const inside = (command: readonly string[], place = '/'): string[] => ['-t', String(init), ...ENTER, `-w${place}`, '--', ...command];
  const env = { PATH: '/usr/sbin:/usr/bin', LC_ALL: 'C' };
  const controls: number[] = [];
  /** Standard input is a fifo of the host, output a file of the host: nothing of this machine is open in there. */
  const launch = async (name: string, command: readonly string[], place: string, last: RegExp): Promise<string> => {
    const files = `/proc/${init}/root`;
    mkdirSync(files + place, { recursive: true });
    mkdirSync(`${files}/var/log`, { recursive: true });
    const [control, log] = [`/run/${name}.ctl`, `/var/log/${name}.log`];
    execFileSync('mkfifo', [files + control]);
    writeFileSync(files + log, '');
    controls.push(openSync(files + control, 'r+'));
    const redirected = ['bash', '-c', `${CLOSE_OTHERS} exec "$@" < ${control} > ${log} 2>&1`, 'bash', ...command];
    const child = spawn('nsenter', inside(redirected, files + place), { stdio: 'ignore', env });
    return waitForLine(files + log, last, () => child.exitCode !== null);
  };
  return {
    init,
    files: `/proc/${init}/root`,
    make: async (theme, name = 'scenario') =>
      parseMade(await launch(theme, [`/srv/bin/${name}`, theme, `/srv/${theme}`], `/srv/${theme}`, /"ready"/)),
    start: async (program, args, place) => {
      await launch(program, [`/srv/bin/${program}`, ...args], place, /^ready$/);
    },
    run: (command, args, environment = {}) => {
      const options = { env: { ...env, ...environment }, maxBuffer: 256 << 20, timeout: 50_000 };
      const { status, stdout, stderr, error } = spawnSync('nsenter', inside([command, ...args]), options);
      if (error !== undefined) throw error;
      return { code: status, stdout, stderr: stderr.toString('utf8') };
    },
    stop: async () => {
      for (const control of controls) closeSync(control);
      const gone = new Promise((resolve) => unshare.once('exit', resolve));
      if (unshare.exitCode === null) {
        process.kill(init, 'SIGKILL');
        await gone;
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
