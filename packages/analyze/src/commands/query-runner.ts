import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from './io.ts';
import type { Reply, Request } from './query-protocol.ts';

type Opening = Extract<Request, { type: 'open' }>;
type Question = Omit<Extract<Request, { type: 'query' }>, 'type'>;
type Named = Extract<Reply, { type: 'names' }>['tables'];
type Refused = Extract<Reply, { type: 'refused' }>;
export type Outcome = Extract<Reply, { type: 'done' }> | Refused;

const CHILD = fileURLToPath(import.meta.url).replace(/query-runner(\.[jt]s)$/, 'query-child$1');
const TICK_MS = 100;

/** Counts the time that is spent waiting for the child, not that in which the reader of the output takes its time. Milliseconds; 0 for no limit. */
class Budget {
  #left: number;
  #waiting = false;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(limit: number, over: () => void) {
    this.#left = limit;
    if (limit === 0) return;
    this.#timer = setInterval(() => {
      if (this.#waiting) this.#left -= TICK_MS;
      if (this.#left <= 0) over();
    }, TICK_MS);
  }

  async spend<T>(wait: Promise<T>): Promise<T> {
    this.#waiting = true;
    const result = await wait;
    this.#waiting = false;
    return result;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

/**
 * Runs statements in a process of its own, one at a time, and kills it when one takes too long: a statement cannot be interrupted otherwise.
 * The next statement starts a new process.
 */
export class QueryRunner {
  readonly #opening: Opening;
  readonly #note: (text: string) => void;
  #child: ChildProcess | undefined;
  #arrive: (reply: Reply) => void = () => {};
  /** Why there is no child any more. */
  #ended: Refused | undefined;

  constructor(opening: Opening, note: (text: string) => void) {
    this.#opening = opening;
    this.#note = note;
  }

  /** One statement. `timeout` in milliseconds, 0 for none; `take` gets the text of the answer as it comes. Throws UserError when there is no case. */
  async query(question: Question, timeout: number, take: (text: string) => Promise<void>): Promise<Outcome> {
    await this.#open();
    const budget = new Budget(timeout, () =>
      this.#stop('the statement took too long and was stopped', 'allow more with --timeout SECONDS, 0 for no limit'),
    );
    try {
      let reply = await budget.spend(this.#ask({ type: 'query', ...question }));
      for (; reply.type === 'chunk'; reply = await budget.spend(this.#ask({ type: 'more' }))) await take(reply.text);
      return reply.type === 'refused' ? reply : expectReply(reply, 'done');
    } finally {
      // Also when `take` has nowhere to write to: a timer that runs on would keep the program alive.
      budget.end();
    }
  }

  /** Every table and view with its columns. */
  async names(): Promise<Named> {
    await this.#open();
    return expectReply(await this.#ask({ type: 'schema' }), 'names').tables;
  }

  /** Stops the statement that runs: it is refused with these words. */
  stop(message: string): void {
    this.#stop(message, undefined);
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #open(): Promise<void> {
    if (this.#child !== undefined) return;
    const child = fork(CHILD, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    child.on('message', (reply) => this.#receive(reply as Reply));
    child.on('exit', () => {
      if (this.#child === child) this.#stop('the process that ran the statement ended', 'it may have needed more memory than there is');
    });
    const reply = await this.#ask(this.#opening);
    if (reply.type === 'refused') throw new UserError(reply.message, reply.hint);
    expectReply(reply, 'opened');
  }

  #receive(reply: Reply): void {
    if (reply.type === 'note') this.#note(reply.text);
    else this.#arrive(reply);
  }

  #stop(message: string, hint: string | undefined): void {
    this.close();
    this.#ended = { type: 'refused', message, hint, at: undefined };
    this.#arrive(this.#ended);
  }

  #ask(request: Request): Promise<Reply> {
    return new Promise((resolve) => {
      this.#arrive = resolve;
      // It was stopped while nobody was waiting for it.
      if (this.#child === undefined && this.#ended !== undefined) resolve(this.#ended);
      else this.#child?.send(request);
    });
  }
}

function expectReply<T extends Reply['type']>(reply: Reply, type: T): Extract<Reply, { type: T }> {
  if (reply.type === 'bug') throw new Error(reply.stack);
  if (reply.type !== type) throw new Error(`the query process answered ${reply.type}`);
  return reply as Extract<Reply, { type: T }>;
}
