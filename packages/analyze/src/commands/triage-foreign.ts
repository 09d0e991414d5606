import type { Value } from '../render/value.ts';
import type { Row } from '../triage/finding.ts';
import { parameters } from '../triage/needs.ts';
import type { Ask } from '../triage/triage.ts';
import { LIMIT } from '../triage/triage.ts';
import { UserError } from './io.ts';
import type { QueryRunner } from './query-runner.ts';

/** Milliseconds for the SQL of one rule of the operator. */
const TIMEOUT = 30_000;

/** Rules of the operator run, for `timeout` milliseconds at most, as coldstat query runs statements: in a process of its own that can only read and is killed when it takes too long. */
export function askApart(runner: QueryRunner, timeout: number = TIMEOUT): Ask {
  return async (rule, asked) => {
    let text = '';
    const question = {
      sql: rule.sql,
      params: parameters(rule.sql, asked),
      limit: LIMIT + 1,
      format: 'jsonl' as const,
    };
    const outcome = await runner.query(question, timeout, async (chunk) => {
      text += chunk;
    });
    if (outcome.type === 'refused') {
      const slow = outcome.message.includes('took too long');
      throw new UserError(`${rule.file}: sql: ${outcome.message}`, slow ? `a rule has ${timeout / 1000} seconds` : outcome.hint);
    }
    return text.split('\n').flatMap((line) => (line === '' ? [] : [rowOf(line)]));
  };
}

function rowOf(line: string): Row {
  const object = JSON.parse(line) as Record<string, string | number | null | { readonly hex: string }>;
  return Object.fromEntries(
    Object.entries(object).map(([name, value]): [string, Value] => [
      name,
      typeof value === 'object' && value !== null ? Buffer.from(value.hex, 'hex') : value,
    ]),
  );
}
