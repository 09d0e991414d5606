import type { SeriesHeader } from './archive/series.ts';
import type { Sink } from './archive/sink.ts';
import type { Seal } from './archive/write.ts';
import { Capture } from './capture.ts';
import type { CaptureOptions } from './header.ts';
import { monotonic } from './host.ts';
import { Readers } from './readers.ts';
import { SeriesBodies } from './series-bodies.ts';
import type { CaptureResult } from './summary.ts';

export interface Schedule {
  readonly everyMs: number;
  /** Moments on the schedule, missed ones included; null: until it is stopped. */
  readonly count: number | null;
  /** Whether only the first and the last moment are whole captures. */
  readonly light: boolean;
}

/** Where the archives of a series go, one after the other. */
export interface SeriesPlace {
  begin(moment: number): Promise<{ readonly to: Sink; readonly output: string | null }>;
  end(result: CaptureResult): Promise<void>;
}

/** What became of one moment. */
export interface MomentResult {
  readonly series: SeriesHeader & { readonly light: boolean; readonly missed: number; readonly previous: Previous | null };
  readonly result: CaptureResult;
  /** Bodies that stand in earlier archives. */
  readonly unchanged: number;
}

interface Previous {
  readonly moment: number;
  readonly capture_id: string;
  /** Of its archive as it was written out. */
  readonly sha256: string;
  readonly bytes: number;
  /** Microseconds between the end of that archive and the start of this one. */
  readonly gap_us: number;
}

export interface SeriesOptions {
  readonly id: string;
  /** Of a full moment. */
  readonly base: Omit<CaptureOptions, 'to' | 'output' | 'seal' | 'light' | 'moment'>;
  /** The encryption of one archive. */
  readonly seal: () => Promise<Seal | null>;
  readonly schedule: Schedule;
  readonly place: SeriesPlace;
  readonly told: (moment: MomentResult) => void;
}

/** One capture after the other, at times that were fixed at the start. What stays in memory is one moment's hashes. */
export class Series {
  readonly #o: SeriesOptions;
  readonly #bodies = new SeriesBodies();
  readonly #readers = new Readers();
  #capture: Capture | null = null;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(options: SeriesOptions) {
    this.#o = options;
  }

  /** Ends the series after the moment in hand. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Ends the moment in hand too; its archive is finished with what there is. */
  interrupt(): void {
    this.stop();
    this.#capture?.stop('interrupted');
  }

  /** Leaves no child behind; for every way out. */
  abandon(): void {
    this.stop();
    this.#capture?.abandon();
    this.#readers.stop();
  }

  /** Rejects when a moment cannot be written: what came before stays. Gives the number of archives. */
  async run(): Promise<number> {
    const { everyMs, count } = this.#o.schedule;
    const every = BigInt(everyMs) * 1_000_000n;
    const start = monotonic();
    let previous: Previous | null = null;
    let ended = start;
    let taken = 0;
    for (let moment = 1; ; ) {
      const due = start + BigInt(moment - 1) * every;
      await this.#until(due);
      if (this.#stopped) return taken;
      const now = monotonic();
      const gap: Previous | null = previous && { ...previous, gap_us: us(now - ended) };
      previous = await this.#moment(moment, due, now, gap);
      ended = monotonic();
      taken++;
      if (moment === count) return taken;
      // Those whose time came meanwhile are missed; not so the last one.
      const next = Number((ended - start) / every) + 2;
      moment = count === null ? next : Math.min(next, count);
    }
  }

  async #moment(moment: number, due: bigint, now: bigint, previous: Previous | null): Promise<Previous> {
    const { base, place, schedule, seal } = this.#o;
    const { everyMs, count } = schedule;
    const light = schedule.light && moment !== 1 && moment !== count;
    const series = {
      id: this.#o.id,
      moment,
      count,
      every_ms: everyMs,
      scheduled_ns: String(due),
      late_us: us(now - due),
      light,
      missed: previous === null ? 0 : moment - previous.moment - 1,
      previous,
    };
    this.#bodies.begin(moment);
    const part = light ? lightened(base) : base;
    const out = await place.begin(moment);
    this.#capture = new Capture({
      ...part,
      ...out,
      seal: await seal(),
      light,
      moment: { header: series, bodies: this.#bodies, readers: this.#readers },
    });
    const result = await this.#capture.run();
    this.#bodies.end(light);
    await place.end(result);
    this.#o.told({ series, result, unchanged: this.#bodies.referred });
    return { moment, capture_id: result.id, sha256: result.sha256, bytes: result.archiveBytes, gap_us: 0 };
  }

  async #until(due: bigint): Promise<void> {
    for (let left = due - monotonic(); left > 0n && !this.#stopped; left = due - monotonic()) {
      const ms = Number(left / 1_000_000n) + 1;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** A light capture asks for nothing that `--with`, `--sockopt` and the probe would add. */
export function lightened<T extends Pick<CaptureOptions, 'with' | 'kernel'>>(options: T): T {
  return { ...options, with: [], kernel: { ...options.kernel, sockopt: false, probeMs: 0 } };
}

function us(ns: bigint): number {
  return Number(ns / 1000n);
}
