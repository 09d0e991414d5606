import type { CaseDb } from '../db/query.ts';
import { utc } from '../db/select.ts';
import { terminal } from '../render/cell.ts';
import type { Rows, Value } from '../render/value.ts';
import { answerLines, type Format, type Repeat, type ToolAnswer } from '../tools/tool.ts';

/** One capture of a series. */
export interface Moment {
  readonly captureId: number;
  /** In UTC, to the second; `-` when unknown. */
  readonly started: string;
  readonly title: string;
}

const MOMENTS = `SELECT capture_id AS captureId, host, started_ns AS startedNs FROM captures
  ORDER BY started_ns IS NULL, started_ns, capture_id`;

/** Captures in order of time; those without a start come last. */
export function moments(db: CaseDb, chosen: (capture: { readonly captureId: number; readonly host: Value }) => boolean): Moment[] {
  return db
    .all<{ captureId: number; host: Value; startedNs: number | bigint | null }>(MOMENTS)
    .filter(chosen)
    .map(({ captureId, host, startedNs }) => {
      const started = utc(startedNs);
      return { captureId, started, title: `capture ${captureId}, ${host === null ? '-' : terminal(host)} at ${started}` };
    });
}

/** Every capture of the host this one is of, by its name. */
export function ofSameHost(db: CaseDb, captureId: number): Moment[] {
  const host = `SELECT b.capture_id AS id FROM captures a JOIN captures b ON b.host IS a.host WHERE a.capture_id = ?`;
  const ids = new Set(db.all<{ id: number }>(host, captureId).map((row) => row.id));
  return moments(db, (capture) => ids.has(capture.captureId));
}

export interface Series {
  readonly moments: readonly Moment[];
  readonly repeat: Repeat | undefined;
  ask(moment: Moment): ToolAnswer;
  /** Hears each answer's exit code, when it is drained. */
  ended(moment: Moment, exit: number): void;
}

/** The listings of a series as one text: each between its lines, or in other formats all rows (with `plain` in a table too) together behind the columns capture_id and started. */
export function seriesLines(series: Series, format: Format, plain: boolean): Iterable<string> {
  if (format === 'table' && !plain) return listings(series);
  return answerLines({ out: [], rows: together(series), err: [], exit: () => 0 }, format);
}

function* listings(series: Series): Generator<string> {
  for (const moment of series.moments.slice(0, series.repeat?.times ?? undefined)) {
    const answer = series.ask(moment);
    const { before, after } = answer.around?.(moment.title) ?? { before: `======= ${moment.title}\n`, after: '' };
    let any = false;
    yield before;
    for (const line of answer.out) {
      any = true;
      yield line;
    }
    yield after;
    series.ended(moment, answer.exit());
    if (!any && series.repeat?.untilEmpty) return;
  }
}

/** The columns are those of the first answer that has rows. */
function together(series: Series): Rows {
  const rows = stamped(series);
  const names = rows.next();
  return { columns: [...STAMP, ...(names.done ? [] : names.value.map(String))], rows };
}

const STAMP = ['capture_id', 'started'] as const;

/** First the names of the columns, then the rows. */
function* stamped(series: Series): Generator<readonly Value[]> {
  let named = false;
  for (const moment of series.moments.slice(0, series.repeat?.times ?? undefined)) {
    const answer = series.ask(moment);
    if (answer.rows !== undefined && !named) {
      yield answer.rows.columns;
      named = true;
    }
    let any = false;
    for (const row of answer.rows?.rows ?? []) {
      any = true;
      yield [moment.captureId, moment.started === '-' ? null : moment.started, ...row];
    }
    series.ended(moment, answer.exit());
    if (!any && series.repeat?.untilEmpty) return;
  }
}
