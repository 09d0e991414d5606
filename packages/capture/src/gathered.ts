import { Failure } from './attempt.ts';
import type { Intake } from './intake.ts';
import { MAPPED } from './own-tables.ts';
import { frameText } from './pieces.ts';
import type { Done, PartContent } from './wire.ts';

/** A line of a list whose stat is an errno. */
const REFUSED = /^\S+\t-\t!/;

/** Bodies made of parts that come from several children: each part once, in the order in which they arrive. */
export class Gathered {
  readonly #parts: Readonly<Record<string, Map<string, string>>> = {
    [MAPPED]: new Map(),
    'proc/exe-hash.pack': new Map(),
    'proc/deleted-exe.pack': new Map(),
    'proc/sockprotoname.pack': new Map(),
  };

  found(done: Done): void {
    for (const [name, line] of done.mapped ?? []) this.#add(MAPPED, name, line);
    for (const [name, content] of done.hashed ?? []) this.#add('proc/exe-hash.pack', name, frame(name, content));
    for (const [name, content] of done.copied ?? []) this.#add('proc/deleted-exe.pack', name, frame(name, content));
    for (const [name, content] of done.names ?? []) this.#add('proc/sockprotoname.pack', name, frame(name, content));
  }

  #add(path: string, name: string, text: string): void {
    const parts = this.#parts[path];
    const before = parts?.get(name);
    // A process that ended under the look at its mapping gave an errno; another one that maps the same file gives the file.
    if (before === undefined || (path === MAPPED && REFUSED.test(before) && !REFUSED.test(text))) parts?.set(name, text);
  }

  async write(intake: Pick<Intake, 'gathered'>, path: string): Promise<void> {
    await intake.gathered(path, this.#parts[path] ?? new Map());
  }
}

function frame(name: string, content: PartContent): string {
  return frameText(name, typeof content === 'string' ? content : new Failure(content.errno));
}
