/**
 * The mutation fuzzer: `npm run fuzz -- [--seconds N] [--seed N] [--only parsers|archives|lines]`. What breaks a law is written to
 * test/fuzz/crashes, where the ordinary tests try it again for ever; the exit code is then 1.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brokenAnswer, spoiltArchive } from './archives.ts';
import { lost, spoiltOfEveryKind } from './conservation.ts';
import { everyKind } from './every-kind.ts';
import { mutated } from './mutate.ts';
import { Random } from './random.ts';
import { broken, sampleBodies, targets } from './targets.ts';

const CRASHES = join(import.meta.dirname, 'crashes');

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, seed: { type: 'string' }, only: { type: 'string', default: 'all' } },
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() % 2 ** 32 : Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('--seconds takes a positive number, --seed a whole one');
const random = new Random(seed);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
let crashes = 0;

function crash(target: string, input: Buffer, what: string): void {
  mkdirSync(CRASHES, { recursive: true });
  const name = `${target.replaceAll(/[^a-z0-9]+/g, '-')}.${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
  writeFileSync(join(CRASHES, name), input);
  crashes++;
  say(`BROKEN ${target}: ${what}\n  seed ${seed}, input test/fuzz/crashes/${name}`);
}

/** A thrown error is what the fuzzer looks for, so it is a finding like any other. */
async function finding(look: () => Promise<string | null> | string | null): Promise<string | null> {
  try {
    return await look();
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

async function parsers(until: number): Promise<number> {
  const all = await targets();
  let n = 0;
  for (; performance.now() < until; n++) {
    const { name, parse, bodies } = random.of(all);
    if (bodies.length === 0) continue;
    const input = mutated(random.of(bodies).subarray(0, 1 << 17), random);
    const what = await finding(() => broken(parse, input));
    if (what !== null) crash(name, input, what);
  }
  return n;
}

async function archives(until: number): Promise<number> {
  const bodies = await sampleBodies();
  let n = 0;
  for (; performance.now() < until; n++) {
    const input = await spoiltArchive(bodies, random);
    const what = await finding(() => brokenAnswer(input));
    if (what !== null) crash('archive', input, what);
  }
  return n;
}

/** What became of every line of whole archives. */
async function lines(until: number): Promise<number> {
  const bodies = await everyKind();
  let n = 0;
  for (; performance.now() < until; n++) {
    const { archive, files } = await spoiltOfEveryKind(bodies, random);
    const what = await finding(async () => (await lost(archive, files))[0] ?? null);
    if (what !== null) crash('archive', archive, what);
  }
  return n;
}

const TARGETS: Readonly<Record<string, (until: number) => Promise<string>>> = {
  parsers: async (until) => `${await parsers(until)} tables`,
  lines: async (until) => `${await lines(until)} archives, every line of each accounted for`,
  archives: async (until) => `${await archives(until)} archives, each asked everything`,
};

const chosen = Object.entries(TARGETS).filter(([name]) => values.only === 'all' || values.only === name);
if (chosen.length === 0) throw new Error(`--only takes one of ${Object.keys(TARGETS).join(', ')}`);
say(`seed ${seed}, ${seconds} seconds`);
const start = performance.now();
for (const [i, [, run]] of chosen.entries()) say(await run(start + (seconds * 1000 * (i + 1)) / chosen.length));
say(`${crashes} broken`);
process.exitCode = crashes > 0 ? 1 : 0;
