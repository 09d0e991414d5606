import type { Listed } from './listing.ts';
import type { OpenFile } from './open-file.ts';

/**
 * Rows as lsof 4.93 has them (RHEL 8, Ubuntu 22.04), by the release notes of 4.94 and 4.95: unix sockets without a state, eventfds, epolls and pidfds
 * without what they refer to, message queues as plain files.
 */
export function* asOf493(rows: Iterable<Listed>): Generator<Listed, undefined> {
  for (const { holder, file } of rows) yield { holder, file: olderFile(file) };
}

const DETAILED = /^(\[(?:eventfd|eventpoll|pidfd)):.*\]$/s;

function olderFile(file: OpenFile): OpenFile {
  const state = file.type === 'unix' ? null : file.state;
  const type = file.type === 'PSXMQ' ? 'REG' : file.type;
  const name = typeof file.name === 'string' ? file.name.replace(DETAILED, '$1]') : file.name;
  return { ...file, state, type, name };
}
