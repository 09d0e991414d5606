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

  test('is in a file of its name', () => {
    expect(rule.file).toBe(`${id}.yml`);
  });
});
