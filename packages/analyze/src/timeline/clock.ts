import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';

/** A capture as a moment on the common time line; nanoseconds, the operator's correction added. */
export interface Moment {
  readonly captureId: number;
  readonly host: Value;
  readonly bootId: string | null;
  readonly started: bigint | null;
  readonly ended: bigint | null;
  readonly offsetMs: number | null;
  readonly anchor: Anchor | null;
}

/** Time zero of the ticks that processes start at. */
interface Anchor {
  readonly ns: bigint;
  readonly ticksPerSecond: number;
  /** How far the anchor may be off to either side, nanoseconds. */
  readonly within: bigint;
  readonly basis: string;
}

interface Row {
  readonly id: number;
  readonly host: Value;
  readonly bootId: string | null;
  readonly started: number | bigint | null;
  readonly ended: number | bigint | null;
  readonly boottime: number | bigint | null;
  readonly btime: number | bigint | null;
  readonly ticks: number | null;
  readonly offsetMs: number | null;
}

const CAPTURES = `SELECT capture_id AS id, host, boot_id AS bootId, started_ns AS started, ended_ns AS ended, boottime_ns AS boottime, btime,
  ticks_per_second AS ticks, time_offset_ms AS offsetMs FROM captures ORDER BY capture_id`;

const SECOND = 1_000_000_000n;

/** Captures by host and then by time; those without a start come last of their host. */
export function momentsOf(db: CaseDb): Moment[] {
  return db.all<Row>(CAPTURES).map((row) => {
    const offset = BigInt(row.offsetMs ?? 0) * 1_000_000n;
    const moved = (ns: number | bigint | null): bigint | null => (ns === null ? null : BigInt(ns) + offset);
    return {
      captureId: row.id,
      host: row.host,
      bootId: row.bootId,
      started: moved(row.started),
      ended: moved(row.ended),
      offsetMs: row.offsetMs,
      anchor: anchorOf(row, offset),
    };
  });
}

/**
 * Starts are ticks of the clock that counts suspended time too (fs/proc/array.c do_task_stat, timens_add_boottime_ns), so both clocks of the
 * header, read one after the other, give their zero. Else btime of /proc/stat, whole seconds, computed anew at each reading (fs/proc/stat.c).
 * Either moves when somebody sets the clock.
 */
function anchorOf(row: Row, offset: bigint): Anchor | null {
  if (row.ticks === null || row.ticks <= 0) return null;
  if (row.started !== null && row.boottime !== null) {
    const ns = BigInt(row.started) - BigInt(row.boottime) + offset;
    return { ns, ticksPerSecond: row.ticks, within: 1_000_000n, basis: 'clocks of the capture' };
  }
  if (row.btime === null) return null;
  return { ns: BigInt(row.btime) * SECOND + offset, ticksPerSecond: row.ticks, within: SECOND, basis: 'btime of /proc/stat' };
}
