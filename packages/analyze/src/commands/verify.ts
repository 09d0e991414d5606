import { resolve } from 'node:path';
import { type ArchiveProblem, type Limits, openBytes, probe, readArchive, type SnapshotSummary } from '@coldstat/capture/archive';
import type { Decrypter } from 'age-encryption';
import { decrypted } from '../open/decrypt.ts';
import { terminal } from '../render/cell.ts';
import { Hashed } from '../signature/files.ts';
import { keysIn } from './age-keys.ts';
import { type Finding, judged, type SignatureOptions, signatureOptions, unasked, type Wanted, wanted } from './check-signature.ts';
import type { Command } from './command.ts';
import type { Io } from './io.ts';
import { type CustodyOptions, custodyOf, custodyOptions } from './keep-custody.ts';
import { type LimitOptions, limitOptions, limitsOf } from './limit-options.ts';
import { ownCommand } from './own-command.ts';

/** Details kept for one archive; beyond them only their number is told. */
const MAX_DETAILS = 1000;

type Verdict = 'good' | 'nobody vouches' | 'incomplete' | 'not an archive' | 'altered';
const EXIT: Readonly<Record<Verdict, number>> = { good: 0, altered: 1, 'not an archive': 2, incomplete: 3, 'nobody vouches': 4 };
/** The gravest of several archives decides. */
const GRAVITY: readonly Verdict[] = ['good', 'nobody vouches', 'incomplete', 'not an archive', 'altered'];

export const verify: Command = ownCommand<LimitOptions & SignatureOptions & CustodyOptions>(
  'verify',
  'Recompute every hash of archives, check a signature, and say what is altered, missing or extra',
  (program) => {
    custodyOptions(limitOptions(signatureOptions(program.argument('<archive...>', 'archives, or - for standard input'))));
    program.addHelpText(
      'after',
      '\nExit code: 0 good, 1 altered or a bad signature, 2 not an archive, 3 incomplete, 4 good but a signature was asked for\n' +
        'and there is none, or nobody says whose key it is. Without --signature, unsigned changes no exit code.',
    );
  },
  async (options, archives, io, globals) => {
    const signature = await wanted(options, archives, io);
    const custody = await custodyOf(options, archives, io);
    const keys = await keysIn(globals.ageIdentity, io);
    let worst: Verdict = 'good';
    for (const archive of archives) {
      const verdict = await verifyOne(archive, { limits: limitsOf(options), keys }, signature, io);
      if (verdict !== 'not an archive') await custody.record(archive, 'verified', verdict);
      if (GRAVITY.indexOf(verdict) > GRAVITY.indexOf(worst)) worst = verdict;
    }
    return EXIT[worst];
  },
);

interface Reading {
  readonly limits: Partial<Limits>;
  readonly keys: Decrypter | undefined;
}

async function verifyOne(archive: string, { limits, keys }: Reading, signature: Wanted | null, io: Io): Promise<Verdict> {
  const name = terminal(archive === '-' ? 'standard input' : archive);
  const source = archive === '-' ? io.stdin : resolve(io.cwd, archive);
  // The signature is checked over the very bytes that are verified: the file is read once.
  const hashed = signature === null ? null : new Hashed(source, signature.signature?.hash ?? 'sha512');
  // What is encrypted has a hash of its own: the one that the capture told.
  const wrapped = keys === undefined ? null : new Hashed(hashed ?? source, 'sha256');
  const opened = keys === undefined || wrapped === null ? null : await decrypted(wrapped, keys, name);
  const bytes = openBytes(opened?.source ?? hashed ?? source, limits);
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
  const finding = signature === null || hashed === null ? unasked(archive, io) : judged(signature, hashed);
  const sha256 = snapshot.digest()?.sha256 ?? 'not computed';
  const within = opened?.encrypted ? `, within a file of age with SHA-256 ${wrapped?.digest?.toString('hex') ?? 'not computed'}` : '';
  await io.out(
    `${name}: ${words(summary)}, ${finding.words}, ${summary.entries} entries, ${summary.bytes} bytes, SHA-256 ${sha256}${within}\n`,
  );
  if (finding.reason !== null) await io.out(`  signature: ${terminal(finding.reason, 'utf8')}\n`);
  for (const problem of details) await io.out(`  ${detail(problem)}\n`);
  if (problems > details.length) await io.out(`  … and ${problems - details.length} more\n`);
  return verdictOf(summary, signature === null ? null : finding);
}

/** `finding` counts when a signature was asked for. */
function verdictOf(summary: SnapshotSummary, finding: Finding | null): Verdict {
  if (summary.altered || finding?.words === 'bad signature') return 'altered';
  if (stateOf(summary) !== null || finding?.words === 'signature not checked') return 'incomplete';
  return finding === null || finding.words === 'good signature' ? 'good' : 'nobody vouches';
}

/** What is wrong with an archive besides being altered. */
function stateOf({ state, problems, altered }: SnapshotSummary): 'damaged' | 'incomplete' | null {
  if (state === 'damaged' || state === 'incomplete') return state;
  // What was altered is a problem too, and said already.
  return altered || (state === 'complete' && problems.size === 0) ? null : 'incomplete';
}

/** Altered and incomplete are separate facts, and both may hold. */
function words(summary: SnapshotSummary): string {
  const list = [summary.altered ? 'altered' : null, stateOf(summary)].filter((w) => w !== null);
  return list.length === 0 ? 'good' : list.join(', ');
}

function detail({ code, message, entry, offset }: ArchiveProblem): string {
  const where = entry === undefined ? '' : `${terminal(Buffer.from(entry, 'latin1'))}: `;
  return `${code}: ${where}${terminal(message)}${offset === undefined ? '' : ` (offset ${offset})`}`;
}
