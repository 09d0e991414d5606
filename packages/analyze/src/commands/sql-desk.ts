import { terminal } from '../render/cell.ts';
import type { Answer } from '../serve/server.ts';
import type { QueryRunner } from './query-runner.ts';
import { caret } from './sql-error.ts';

/** Characters of an answer; what is longer is refused. */
const MAX_TEXT = 1 << 25;
/** Statements that may wait for the one that runs. */
const MAX_WAITING = 8;

/** Statements of the live page, one after the other; whoever goes away is not answered, and what runs for nobody is stopped. */
export class SqlDesk {
  readonly #runner: QueryRunner;
  readonly #timeout: number;
  readonly #limit: number;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(runner: QueryRunner, timeout: number, limit: number) {
    this.#runner = runner;
    this.#timeout = timeout;
    this.#limit = limit;
  }

  async ask(sql: string, gone: AbortSignal): Promise<Answer> {
    if (this.#waiting >= MAX_WAITING) return { refused: 'too many statements are waiting' };
    this.#waiting++;
    const before = this.#last;
    const answer = before.then(() => (gone.aborted ? { refused: 'nobody waits' } : this.#run(sql, gone)));
    // A failure of ours is told to the one who asked; the next statement runs all the same.
    this.#last = answer.then(
      () => this.#waiting--,
      () => this.#waiting--,
    );
    return answer;
  }

  async #run(sql: string, gone: AbortSignal): Promise<Answer> {
    let tsv = '';
    const stop = (): void => this.#runner.stop('nobody waits for the answer any more');
    gone.addEventListener('abort', stop);
    const outcome = await this.#runner.query({ sql, params: {}, limit: this.#limit, format: 'tsv' }, this.#timeout, async (text) => {
      tsv += text;
      if (tsv.length > MAX_TEXT) this.#runner.stop('the answer is too long for a page: ask for fewer rows or columns');
    });
    gone.removeEventListener('abort', stop);
    if (outcome.type === 'done') return { tsv, rows: outcome.rows, cut: outcome.cut };
    const place = outcome.at === undefined ? [] : caret(sql, outcome.at);
    return {
      refused: [terminal(outcome.message, 'utf8'), ...place, ...(outcome.hint === undefined ? [] : [terminal(outcome.hint, 'utf8')])].join(
        '\n',
      ),
    };
  }
}
