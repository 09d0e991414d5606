import { resolve } from 'node:path';
import { type ArchiveProblem, type Limits, openBytes, probe, readArchive, type SnapshotSummary } from '@coldstat/capture/archive';
import { terminal } from '../render/cell.ts';
import type { Command } from './command.ts';
import type { Io } from './io.ts';
import { type LimitOptions, limitOptions, limitsOf } from './limit-options.ts';
import { ownCommand } from './own-command.ts';

/** Details kept for one archive; beyond them only their number is told. */
const MAX_DETAILS = 1000;

type Verdict = 'good' | 'incomplete' | 'not an archive' | 'altered';
const EXIT: Readonly<Record<Verdict, number>> = { good: 0, altered: 1, 'not an archive': 2, incomplete: 3 };
/** The gravest of several archives decides. */
const GRAVITY: readonly Verdict[] = ['good', 'incomplete', 'not an archive', 'altered'];

export const verify: Command = ownCommand<LimitOptions>(
  'verify',
  'Recompute every hash of archives, and say what is altered, missing or extra',
  (program) => {
    limitOptions(program.argument('<archive...>', 'archives, or - for standard input'));
    program.addHelpText(
      'after',
      '\nExit code: 0 good, 1 altered, 2 not an archive, 3 incomplete. There is no signing yet: every archive is called unsigned.',
    );
  },
  async (options, archives, io) => {
    let worst: Verdict = 'good';
    for (const archive of archives) {
      const verdict = await verifyOne(archive, limitsOf(options), io);
      if (GRAVITY.indexOf(verdict) > GRAVITY.indexOf(worst)) worst = verdict;
    }
    return EXIT[worst];
  },
);

async function verifyOne(archive: string, limits: Partial<Limits>, io: Io): Promise<Verdict> {
  const name = terminal(archive === '-' ? 'standard input' : archive);
  const bytes = openBytes(archive === '-' ? io.stdin : resolve(io.cwd, archive), limits);
  const what = await probe(bytes);
  if (what.kind !== 'archive') {
    await bytes.close();
    const reason = what.kind === 'tar' ? 'it is a tar made by something else' : what.reason;
    await io.out(`${name}: not an archive of coldstat: ${terminal(reason)}\n`);
    return 'not an archive';
  }
  const snapshot = readArchive(bytes, limits);
  const details: ArchiveProblem[] = [];
  let problems = 0;
  for await (const item of snapshot.items()) {
    if (item.type === 'problem' && ++problems <= MAX_DETAILS) details.push(item.problem);
  }
  const summary = snapshot.summary();
  const digest = snapshot.digest();
  const facts = `unsigned, ${summary.entries} entries, ${summary.bytes} bytes, SHA-256 ${digest?.sha256 ?? 'not computed'}`;
  await io.out(`${name}: ${words(summary)}, ${facts}\n`);
  for (const problem of details) await io.out(`  ${detail(problem)}\n`);
  if (problems > details.length) await io.out(`  … and ${problems - details.length} more\n`);
  return verdictOf(summary);
}

function verdictOf(summary: SnapshotSummary): Verdict {
  if (summary.altered) return 'altered';
  return summary.state === 'complete' && summary.problems.size === 0 ? 'good' : 'incomplete';
}

/** Altered and incomplete are separate facts, and both may hold. */
function words(summary: SnapshotSummary): string {
  const broken = summary.state === 'damaged' ? 'damaged' : summary.state === 'incomplete' ? 'incomplete' : null;
  const list = [summary.altered ? 'altered' : null, broken ?? (verdictOf(summary) === 'incomplete' ? 'incomplete' : null)].filter(
    (w) => w !== null,
  );
  return list.length === 0 ? 'good' : list.join(', ');
}

function detail({ code, message, entry, offset }: ArchiveProblem): string {
  const where = entry === undefined ? '' : `${terminal(Buffer.from(entry, 'latin1'))}: `;
  return `${code}: ${where}${terminal(message)}${offset === undefined ? '' : ` (offset ${offset})`}`;
}
