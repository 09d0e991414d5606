import { describe, expect, test } from 'vitest';
import { loaded } from '../../../../test/support/loaded.ts';
import { ownRules } from './load-rules.ts';
import type { RuleTest } from './rule.ts';
import { type Answer, askCase, triage } from './triage.ts';

/** Every rule finds what its tests say it finds, with evidence, and leaves the rest alone, all through the real loader. */

const HEADER_BEFORE = {
  capture_id: '6f9fd5a4-0000-4000-8000-000000000000',
  clock: { realtime_ns: '1789999000000000000', monotonic_ns: '4000000000', boottime_ns: '4000000000', timezone: 'UTC' },
};

async function answer(id: string, { files, before }: RuleTest): Promise<Answer | undefined> {
  const db = before === null ? await loaded({ files }) : await loaded({ files: before, header: HEADER_BEFORE }, { files });
  const rules = ownRules().filter((rule) => rule.id === id);
  for await (const one of triage(db, rules, before === null ? 1 : 2, askCase(db))) {
    db.close();
    return one;
  }
  return undefined;
}

/** The same host, where everything bears another process number. */
function restarted({ name, files, before }: RuleTest): RuleTest {
  const anew = (text: string): string => text.replace(/\b81([23])\b/g, '61$1');
  const all = (from: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(from).map(([path, body]) => [anew(path), anew(body)]));
  return { name, files: all(files), before: before === null ? null : all(before) };
}

describe.each(ownRules().map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  test.each(rule.tests.finds.map((t) => [t.name, t] as const))('finds %s', async (_, t) => {
    const found = await answer(id, t);
    expect(found?.missing).toEqual([]);
    expect(found?.findings.map((f) => f.key)).toHaveLength(1);
    expect(found?.findings[0]?.evidence).not.toEqual([]);
    expect(String(found?.findings[0]?.sentence)).not.toMatch(/\bunknown\b/);
  });

  test.each(rule.tests.ignores.map((t) => [t.name, t] as const))('ignores %s', async (_, t) => {
    expect(await answer(id, t)).toMatchObject({ result: 'clear', findings: [] });
  });

  test.each(rule.tests.finds.map((t) => [t.name, t] as const))('gives %s the same key after a restart and an upgrade', async (_, t) => {
    const before = await answer(id, t);
    const after = await answer(id, restarted(t));
    expect(after?.findings.map((f) => f.key)).toEqual(before?.findings.map((f) => f.key));
    for (const { key } of before?.findings ?? []) expect(key).not.toMatch(/\b812\b|%20\(deleted\)/);
  });

  test('is in a file of its name', () => {
    expect(rule.file).toBe(`${id}.yml`);
  });
});

test('a socket that nothing explains is found behind thousands whose reason is known', async () => {
  const rule = ownRules().find((r) => r.id === 'socket-unexplained');
  const [found] = rule?.tests.finds ?? [];
  if (found === undefined) throw new Error('the rule has no test');
  const waiting = (n: number): string =>
    `${String(n).padStart(4)}: 0100007F:${(1024 + n).toString(16).toUpperCase().padStart(4, '0')} 0100007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 ${1 + n} 1 0000000000000000 20 4 30 10 -1`;
  const many = Array.from({ length: 3000 }, (_, n) => `${waiting(n).padEnd(149)}\n`).join('');
  const files = Object.fromEntries(
    Object.entries(found.files).map(([path, body]) => {
      if (!path.endsWith('proc/net/tcp')) return [path, body];
      const text = String(body).replace(' 0 9 1 0000', ' 0 9000000 1 0000');
      // In the first pass alone: they were closed while the capture ran.
      if (path !== 'proc/net/tcp') return [path, text];
      const head = text.indexOf('\n') + 1;
      return [path, text.slice(0, head) + many + text.slice(head)];
    }),
  );
  const answered = await answer('socket-unexplained', { ...found, files });
  expect(answered?.findings).toHaveLength(1);
});
