import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../packages/analyze/src/cli.ts';
import { makeArchive } from '../support/archive.ts';
import { COMMAND_LINES } from '../support/command-lines.ts';
import { fakeIo } from '../support/fake-io.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';

const FORMATS = ['table', 'json', 'jsonl', 'csv', 'tsv', 'markdown'];
const CONTROL = /(?![\n\t])[\p{C}\p{Zl}\p{Zp}]/u;
/** Bodies of one archive that are spoilt. */
const SPOILT = 40;

/** An archive made of the bodies, some of them mutated and some gone; log and manifest agree with what is in it, so that nothing is set aside. */
export async function spoiltArchive(bodies: ReadonlyMap<string, Buffer>, random: Random): Promise<Buffer> {
  const files = Object.fromEntries(bodies);
  const names = [...bodies.keys()];
  for (let n = 1 + random.below(SPOILT); n > 0; n--) {
    const name = random.of(names);
    const body = files[name];
    if (body === undefined) continue;
    if (random.below(10) === 0) delete files[name];
    else files[name] = mutated(body.subarray(0, 1 << 20), random);
  }
  return makeArchive({ files, compress: 'none' });
}

/** Loads the archive and asks it everything; what is wrong with an answer, null when nothing is. */
export async function brokenAnswer(archive: Buffer): Promise<string | null> {
  const dir = mkdtempSync(join(tmpdir(), 'coldstat-fuzz-'));
  try {
    writeFileSync(join(dir, 'archive'), archive);
    return (await said(dir, ['load', join(dir, 'archive'), '-d', join(dir, 'case.db')], [0, 1])) ?? (await everything(dir));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function everything(dir: string): Promise<string | null> {
  let n = 0;
  for (const [name, lines] of Object.entries(COMMAND_LINES)) {
    for (const { words, db, formats } of lines) {
      const place = join(dir, String(n++));
      mkdirSync(place);
      const own = [...(db ? ['--db', join(dir, 'case.db')] : []), ...(formats ? ['--format', FORMATS[n % FORMATS.length] ?? 'table'] : [])];
      const args = words.map((word) => word.replace('{archive}', join(dir, 'archive')).replace('{dir}', place));
      const wrong = await said(place, [name, ...own, ...args], [0, 1, 2, 3, 4]);
      if (wrong !== null) return wrong;
    }
  }
  return null;
}

async function said(cwd: string, argv: readonly string[], codes: readonly number[]): Promise<string | null> {
  const io = fakeIo(cwd);
  const code = await run(argv, io);
  const line = argv.join(' ');
  if (!codes.includes(code)) return `${line}: exit ${code}\n${io.said.err.slice(-2000)}`;
  const at = (io.said.out + io.said.err).search(CONTROL);
  return at < 0 ? null : `${line}: raw ${JSON.stringify((io.said.out + io.said.err).slice(Math.max(0, at - 60), at + 10))}`;
}
