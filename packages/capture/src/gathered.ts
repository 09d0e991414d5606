import { Failure } from './attempt.ts';
import type { Intake } from './intake.ts';
import { frameText } from './pieces.ts';
import type { Done, PartContent } from './wire.ts';

/** Bodies made of parts that come from several children: each part once, in the order in which they arrive. */
export class Gathered {
  readonly #parts: Readonly<Record<string, Map<string, string>>> = {
    'proc/mapped.list': new Map(),
    'proc/exe-hash.pack': new Map(),
    'proc/deleted-exe.pack': new Map(),
    'proc/sockprotoname.pack': new Map(),
  };

  found(done: Done): void {
    for (const [name, line] of done.mapped ?? []) this.#add('proc/mapped.list', name, line);
    for (const [name, content] of done.hashed ?? []) this.#add('proc/exe-hash.pack', name, frame(name, content));
    for (const [name, content] of done.copied ?? []) this.#add('proc/deleted-exe.pack', name, frame(name, content));
    for (const [name, content] of done.names ?? []) this.#add('proc/sockprotoname.pack', name, frame(name, content));
  }

  #add(path: string, name: string, text: string): void {
    const parts = this.#parts[path];
    if (parts !== undefined && !parts.has(name)) parts.set(name, text);
  }

  async write(intake: Intake, path: string): Promise<void> {
    await intake.gathered(path, this.#parts[path] ?? new Map());
  }
}

function frame(name: string, content: PartContent): string {
  return frameText(name, typeof content === 'string' ? content : new Failure(content.errno));
}
