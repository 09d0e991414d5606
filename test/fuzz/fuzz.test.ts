import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readGood } from '../support/drain.ts';
import { brokenAnswer, spoiltArchive } from './archives.ts';
import { lost } from './conservation.ts';
import { mutated } from './mutate.ts';
import { Random } from './random.ts';
import { broken, sampleBodies, targets } from './targets.ts';

/** Some seconds of what `npm run fuzz` does for minutes, always the same inputs; and whatever that ever found, again. */

const CRASHES = join(import.meta.dirname, 'crashes');
const ROUNDS = 60;
const ARCHIVES = 1;
const ALL = await targets();

test('every target has something to start from', () => {
  expect(ALL.filter((t) => t.bodies.length === 0).map((t) => t.name)).toEqual([]);
});

describe.each(ALL)('$name', ({ name, parse, bodies }) => {
  test('takes its table as it is', () => {
    for (const body of bodies) expect(broken(parse, body)).toBeNull();
  });

  test('takes it mutated', { timeout: 120_000 }, () => {
    const random = new Random([...name].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7));
    for (let n = 0; n < ROUNDS; n++) {
      const input = mutated(random.of(bodies).subarray(0, 1 << 15), random);
      expect(broken(parse, input), `round ${n}: ${JSON.stringify(input.toString('latin1').slice(0, 2000))}`).toBeNull();
    }
  });
});

test('whole archives with mutated bodies answer everything', { timeout: 300_000 }, async () => {
  const bodies = await sampleBodies();
  const random = new Random(20_261_121);
  for (let n = 0; n < ARCHIVES; n++) expect(await brokenAnswer(await spoiltArchive(bodies, random)), `archive ${n}`).toBeNull();
});

test.each(existsSync(CRASHES) ? readdirSync(CRASHES).filter((name) => /\.[0-9a-f]{12}$/.test(name)) : [])(
  'what was found stays mended: %s',
  { timeout: 120_000 },
  async (file) => {
    const input = readFileSync(join(CRASHES, file));
    if (file.startsWith('archive.')) {
      expect(await brokenAnswer(input)).toBeNull();
      expect(await lost(input, (await readGood(input)).bodies)).toEqual([]);
      return;
    }
    const of = ALL.filter((t) => file.startsWith(`${t.name.replaceAll(/[^a-z0-9]+/g, '-')}.`));
    expect(of).not.toEqual([]);
    for (const { parse } of of) expect(broken(parse, input)).toBeNull();
  },
);
