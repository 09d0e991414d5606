import { terminal } from '../render/cell.ts';
import type { Format } from '../render/format.ts';
import type { Value } from '../render/value.ts';
import type { Io } from './io.ts';
import type { QueryRunner } from './query-runner.ts';
import { caret } from './sql-error.ts';

export interface QuerySettings {
  readonly params: Readonly<Record<string, Value>>;
  readonly limit: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly format: Format;
}

/** Runs one statement; false when it cannot be answered, which is said with its line and a caret below the place. */
export async function runOne(sql: string, runner: QueryRunner, settings: QuerySettings, io: Io): Promise<boolean> {
  const { params, limit, format, timeout } = settings;
  const outcome = await runner.query({ sql, params, limit, format }, timeout, (text) => io.out(text));
  if (outcome.type === 'refused') {
    io.err(`coldstat: ${terminal(outcome.message, 'utf8')}\n`);
    const place = outcome.at === undefined ? [] : caret(sql, outcome.at);
    for (const line of [...place, ...(outcome.hint === undefined ? [] : [terminal(outcome.hint, 'utf8')])]) io.err(`  ${line}\n`);
    return false;
  }
  if (outcome.cut) io.err(`coldstat: cut after ${limit} rows; --limit 0 gives them all\n`);
  return true;
}
