import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ruleOf } from '../../packages/analyze/src/redact/rules.ts';
import { ARTEFACTS, type Artefact } from '../../packages/capture/src/artefacts.ts';

/** What the capture takes and what redaction knows: a name that is new must be thought about here before it is left out for ever. */

/** Left out on purpose, each with its reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'proc/7/environ': 'names and secrets, and nothing of it is counted elsewhere',
  'netlink/1/smc': 'kept as bytes: nothing of it is interpreted',
  'netlink/1/tipc': 'kept as bytes: nothing of it is interpreted',
};

function names({ scope, path }: Artefact): string[] {
  switch (scope) {
    case 'host':
      return [path];
    case 'netns':
      return [`proc/net/${path}`, `proc/7/net/${path}`, `proc/7/task/8/net/${path}`];
    case 'thread':
      return [`proc/7/task/8/${path}`];
    case 'process':
    case 'mntns':
      return [`proc/7/${path}`];
  }
}

/** Names of entries that docs/ARCHIVE-FORMAT.md gives, as one path each. */
function documented(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/ARCHIVE-FORMAT.md'), 'utf8');
  const format = text.slice(text.indexOf('## 2. '), text.indexOf('## 4. '));
  const paths = [...format.matchAll(/`((?:proc|sys|etc|reply|listing)\/[\w./-]+)`/g)].map((m) => m[1] ?? '');
  const dumps = /NAME is ([^.]+)\./.exec(format)?.[1] ?? '';
  return [
    ...paths
      .filter((path) => /\.(?:list|pack)$|^(?:reply|listing)\//.test(path))
      .map((path) => path.replace('PID', '7').replace('TID', '8')),
    ...[...dumps.matchAll(/`([\w-]+)`/g)].map((m) => `netlink/1/${m[1]}`),
  ];
}

const known = (path: string): boolean => {
  const rule = ruleOf(path);
  // The rule for dumps looks at the family.
  return (
    rule !== null && (!path.startsWith('netlink/') || rule(Buffer.alloc(0), { names: null as never, byteOrder: 'little' }, path) !== null)
  );
};

test('all that is taken has a rule of redaction, or a reason to be left out', () => {
  const all = [...ARTEFACTS.flatMap(names), ...documented()];
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((path) => !known(path) && !(path in LEFT_OUT))).toEqual([]);
});

test('no reason outlives what it is for', () => {
  const all = new Set([...ARTEFACTS.flatMap(names), ...documented()]);
  expect(Object.keys(LEFT_OUT).filter((path) => !all.has(path) || known(path))).toEqual([]);
});

test('what nobody has named does not pass', () => {
  for (const path of ['proc/7/novelty', 'proc/novelty', 'etc/shadow', 'novelty/1', 'netlink/1/novelty', `blob/${'a'.repeat(64)}`]) {
    expect(known(path)).toBe(false);
  }
});
