// What every part of the bench uses: sizes, the programs under test, measuring, medians.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Arguments of bench/programs/load.c: processes, network namespaces, files, TCP connections, unix pairs, UDP sockets a process. */
export const SIZES = {
  small: [100, 2, 72, 10, 2, 2],
  medium: [500, 8, 72, 10, 2, 2],
  large: [2000, 20, 72, 10, 2, 2],
};

const HERE = import.meta.dirname;
export function compile(directory, name) {
  const program = join(directory, name);
  execFileSync('gcc', ['-O2', '-Wall', '-o', program, join(HERE, 'programs', `${name}.c`)], { stdio: 'inherit' });
  return program;
}

/** Starts the load generator and waits until all of it stands. `stop` ends it. */
export async function startLoad(directory, size) {
  const program = compile(directory, 'load');
  const place = join(directory, 'files');
  mkdirSync(place);
  const child = spawn(program, SIZES[size].map(String), { cwd: place, stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  return {
    stop: async () => {
      child.stdin.destroy();
      await gone;
    },
  };
}

/** The two programs as commands with their first words, and where the analyzer's modules stand. */
function programs(modules) {
  const packages = modules === undefined ? join(HERE, '../packages') : join(modules, '@coldstat');
  return {
    coldstat: [process.execPath, join(packages, 'analyze/bin/coldstat.js')],
    capture: [process.execPath, join(packages, 'capture/bin/coldstat-capture.js')],
    analyzer: join(packages, 'analyze/dist'),
  };
}

export class Bench {
  constructor(directory, options) {
    this.directory = directory;
    this.size = options.size;
    this.runs = options.runs;
    this.programs = programs(options.modules);
    this.measureProgram = compile(directory, 'measure');
    this.rows = [];
  }

  /** One run: seconds of wall and CPU with all descendants, largest resident set of one process in KiB. Exit codes above `worst` end the bench. */
  measure(command, { worst = 1, output = '/dev/null' } = {}) {
    const report = join(this.directory, 'report.json');
    const { stderr } = spawnSync('sh', ['-c', 'exec "$@" > "$0"', output, this.measureProgram, report, ...command], { encoding: 'utf8' });
    const result = JSON.parse(readFileSync(report, 'utf8'));
    if (result.code > worst) throw new Error(`${command.join(' ')} ended with ${result.code}: ${stderr}`);
    return result;
  }

  /** Runs the commands in turn, `runs` times over, and gives each one's medians. */
  interleave(commands, options) {
    const all = commands.map(() => []);
    for (let run = 0; run < this.runs; run++) for (const [i, command] of commands.entries()) all[i].push(this.measure(command, options));
    return all.map((results) => ({
      wall: median(results.map((r) => r.wall)),
      cpu: median(results.map((r) => r.cpu)),
      maxrss_kib: median(results.map((r) => r.maxrss_kib)),
      runs: results,
    }));
  }

  /** One line of the table. `limit` is {most: n} or {least: n}; without one the value is only reported. */
  report(what, value, unit, limit) {
    const ok = limit === undefined ? null : limit.most !== undefined ? value <= limit.most : value >= limit.least;
    this.rows.push({ what, value, unit, limit: limit ?? null, ok });
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs a command whose output is small, and gives that output. */
export function output(command, input) {
  return execFileSync(command[0], command.slice(1), { encoding: 'utf8', input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] });
}
