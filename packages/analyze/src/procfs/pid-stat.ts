import type { Counts, Env, Placed, Sink } from './lines.ts';
import { countLines } from './whole.ts';

/** /proc/PID/stat (do_task_stat in fs/proc/array.c). Numbers the kernel prints as unsigned 64-bit are bigints. */
export interface PidStat extends Placed {
  readonly pid: number;
  /** Between the first `(` and the last `)`: any bytes but NUL, newlines too. */
  readonly comm: Buffer;
  /** One letter. */
  readonly state: string;
  readonly ppid: number;
  readonly pgroup: number;
  readonly session: number;
  readonly tty: number;
  readonly tpgid: number;
  readonly flags: number;
  readonly userTicks: bigint;
  readonly systemTicks: bigint;
  readonly priority: number;
  readonly nice: number;
  readonly threads: number;
  readonly startTicks: bigint;
  readonly virtualSize: bigint;
  readonly residentPages: bigint;
  readonly startCode: bigint;
  /** Bottom of the stack at exec, and where arguments and environment lie; null where the kernel did not say (no right, no memory, before 3.5). */
  readonly areas: Areas | null;
}

interface Areas {
  readonly startStack: bigint;
  readonly argStart: bigint;
  readonly argEnd: bigint;
  readonly envStart: bigint;
  readonly envEnd: bigint;
}

/** Fields after the name: 42 in 2.6.24 and 3.0 (44 in all), 50 from 3.5 on. */
const MIN_FIELDS = 42;
const MAX_FIELDS = 80;
/** The name has at most 63 bytes (kernel threads), each number at most 20. */
const MAX_BODY = 4096;

export function parsePidStat(body: Buffer, _env: Env, sink: Sink<PidStat>): Counts {
  const lines = countLines(body);
  const refuse = (code: 'line-form' | 'line-columns' | 'line-truncated', message: string): Counts => {
    sink.problem({ code, line: 1, lines, message });
    return { lines, header: 0 };
  };
  if (lines === 0) return { lines, header: 0 };
  if (body.length > MAX_BODY) return refuse('line-form', 'longer than any stat of the kernel');
  if (body[body.length - 1] !== 0x0a) return refuse('line-truncated', 'no newline at the end');
  const open = body.indexOf(0x28);
  const close = body.lastIndexOf(0x29);
  const pid = /^(\d{1,10}) \($/.exec(body.toString('latin1', 0, open + 1));
  if (pid === null || close < open) return refuse('line-form', 'not in the form PID (NAME) …');
  const fields = body.toString('latin1', close + 1, body.length - 1).split(' ');
  const state = fields[1] ?? '';
  if (fields[0] !== '' || !/^[A-Za-z]$/.test(state)) return refuse('line-form', 'no state letter after the name');
  const numbers = fields.slice(2);
  if (!numbers.every((f) => /^-?\d{1,20}$/.test(f))) return refuse('line-form', 'a field after the state is not a number');
  if (fields.length - 1 < MIN_FIELDS || fields.length > MAX_FIELDS) return refuse('line-columns', `${fields.length + 1} fields`);
  const comm = body.subarray(open + 1, close);
  sink.record({ line: 1, lines, pid: Number(pid[1]), comm, state, ...named(numbers) });
  if (lines > 1) sink.problem({ code: 'name-newline', line: 1, lines: 0, message: 'the name of the process holds a newline' });
  return { lines, header: 0 };
}

/** By the numbers of proc(5): `numbers[0]` is field 4. */
function named(numbers: readonly string[]): Omit<PidStat, 'pid' | 'comm' | 'state' | 'line' | 'lines'> {
  const big = (field: number): bigint => BigInt(numbers[field - 4] ?? '0');
  const small = (field: number): number => Number(numbers[field - 4]);
  return {
    ppid: small(4),
    pgroup: small(5),
    session: small(6),
    tty: small(7),
    tpgid: small(8),
    flags: small(9),
    userTicks: big(14),
    systemTicks: big(15),
    priority: small(18),
    nice: small(19),
    threads: small(20),
    startTicks: big(22),
    virtualSize: big(23),
    residentPages: big(24),
    startCode: big(26),
    areas: big(48) === 0n ? null : { startStack: big(28), argStart: big(48), argEnd: big(49), envStart: big(50), envEnd: big(51) },
  };
}
