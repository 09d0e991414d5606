import {
  type ArchiveProblem,
  type Header,
  type Limits,
  openBytes,
  probe,
  readArchive,
  type SnapshotSummary,
} from '@coldstat/capture/archive';
import type { Decrypter } from 'age-encryption';
import { sentence } from '../errno.ts';
import { decrypted } from '../open/decrypt.ts';
import type { SeriesStore } from '../open/earlier.ts';
import { keeping, unwrap } from '../open/evidence.ts';
import { SeriesStream } from '../open/series-stream.ts';
import { terminal } from '../render/cell.ts';
import { Hashed } from '../signature/files.ts';
import { keysIn } from './age-keys.ts';
import { type Finding, judged, type SignatureOptions, signatureOptions, unasked, type Wanted, wanted } from './check-signature.ts';
import type { Command } from './command.ts';
import { type Io, UserError } from './io.ts';
import { type CustodyOptions, custodyOf, custodyOptions } from './keep-custody.ts';
import { type LimitOptions, limitOptions, limitsOf } from './limit-options.ts';
import { type Member, members } from './members.ts';
import { ownCommand } from './own-command.ts';
import { SeriesChain } from './series-chain.ts';

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
    custodyOptions(
      limitOptions(signatureOptions(program.argument('<archive...>', 'archives, directories of a series, or - for standard input'))),
    );
    program.addHelpText(
      'after',
      '\nExit code: 0 good, 1 altered or a bad signature, 2 not an archive, 3 incomplete, 4 good but a signature was asked for\n' +
        'and there is none, or nobody says whose key it is. Without --signature, unsigned changes no exit code.',
    );
  },
  async (options, operands, io, globals) => {
    const keys = await keysIn(globals.ageIdentity, io);
    const reading = { limits: limitsOf(options), keys };
    const archives = [...members(operands, reading, io)];
    const names = archives.map(({ name }) => name);
    const signature = await wanted(options, names, io);
    const custody = await custodyOf(options, names, io);
    const chain = new SeriesChain();
    let worst: Verdict = 'good';
    for (const member of archives) {
      for await (const verdict of verdicts(member, { ...reading, chain }, signature, io)) {
        if (verdict !== 'not an archive') await custody.record(member.name, 'verified', verdict);
        worst = worse(verdict, worst);
      }
    }
    return EXIT[worst];
  },
);

interface Reading {
  readonly limits: Partial<Limits>;
  readonly keys: Decrypter | undefined;
  readonly chain: SeriesChain;
}

/** The verdict on a file, or on each archive of a stream and on the stream. */
async function* verdicts(member: Member, { limits, keys, chain }: Reading, signature: Wanted | null, io: Io): AsyncGenerator<Verdict> {
  const { name: archive, path, store } = member;
  const name = terminal(archive === '-' ? 'standard input' : archive);
  const source = path === '-' ? io.stdin : path;
  // The signature is checked over the very bytes that are verified: the file is read once.
  const hashed = signature === null ? null : new Hashed(source, signature.signature?.hash ?? 'sha512');
  // What is encrypted has a hash of its own: the one that the capture told.
  const wrapped = keys === undefined ? null : new Hashed(hashed ?? source, 'sha256');
  const opened = keys === undefined || wrapped === null ? null : await decrypted(wrapped, keys, name);
  const found = await unwrap(opened?.source ?? hashed ?? source, undefined, name);
  if (!(found instanceof SeriesStream)) {
    const finding = (): Finding => (signature === null || hashed === null ? unasked(archive, io) : judged(signature, hashed));
    const within = (): string | null => (opened?.encrypted ? (wrapped?.digest?.toString('hex') ?? 'not computed') : null);
    yield verdictOn({ name, source: found, store, finding, within, signed: signature !== null }, limits, chain, io);
    return;
  }
  if (signature !== null)
    throw new UserError(`${name} is a series of archives`, 'a signature is for one: coldstat extract --archives makes files of them');
  for await (const { name: part, bytes } of found.archives()) {
    const one = {
      name: `${name}, ${terminal(part)}`,
      source: bytes,
      store,
      finding: () => unasked('-', io),
      within: () => null,
      signed: false,
    };
    yield verdictOn(one, limits, chain, io);
  }
  if (found.broken === null) return;
  await io.out(`${name}: incomplete: ${terminal(found.broken)}\n`);
  yield 'incomplete';
}

/** One archive, and what is learnt once its bytes have passed. */
interface One {
  readonly name: string;
  readonly source: AsyncIterable<Uint8Array>;
  readonly store: SeriesStore;
  readonly finding: () => Finding;
  /** SHA-256 of the encrypted file it stands in. */
  readonly within: () => string | null;
  /** A signature was asked for. */
  readonly signed: boolean;
}

async function verdictOn(
  { name, source, store, finding, within, signed }: One,
  limits: Partial<Limits>,
  chain: SeriesChain,
  io: Io,
): Promise<Verdict> {
  const bytes = openBytes(source, limits);
  const what = await probe(bytes);
  if (what.kind !== 'archive') {
    await bytes.close();
    const reason = what.kind === 'tar' ? 'it is a tar made by something else' : inWords(what.reason);
    await io.out(`${name}: not an archive of coldstat: ${terminal(reason)}\n`);
    return 'not an archive';
  }
  const snapshot = keeping(readArchive(bytes, limits, store), store);
  const details: ArchiveProblem[] = [];
  let problems = 0;
  let header: Header | null = null;
  for await (const item of snapshot.items()) {
    if (item.type === 'header') header = item.header;
    if (item.type === 'problem' && ++problems <= MAX_DETAILS) details.push(item.problem);
  }
  const summary = snapshot.summary();
  const judgement = finding();
  const sha256 = snapshot.digest()?.sha256 ?? 'not computed';
  const outer = within();
  const link = chain.next(header, outer ?? sha256);
  const verdict = worse(verdictOf(summary, signed ? judgement : null), link === null ? 'good' : link.altered ? 'altered' : 'incomplete');
  await io.out(
    `${name}: ${words(summary, link)}, ${judgement.words}, ${summary.entries} entries, ${summary.bytes} bytes, SHA-256 ${sha256}` +
      `${outer === null ? '' : `, within a file of age with SHA-256 ${outer}`}\n`,
  );
  if (judgement.reason !== null) await io.out(`  signature: ${terminal(judgement.reason, 'utf8')}\n`);
  if (link !== null) await io.out(`  series: ${terminal(link.message)}\n`);
  for (const problem of details) await io.out(`  ${detail(problem)}\n`);
  if (problems > details.length) await io.out(`  … and ${problems - details.length} more\n`);
  return verdict;
}

/** What node says of a file that cannot be read begins with its code. */
function inWords(reason: string): string {
  return reason.replace(/^(it cannot be read: )(E[A-Z0-9]+): .*$/s, (_, before: string, code: string) => before + sentence(code, 'read'));
}

function worse(a: Verdict, b: Verdict): Verdict {
  return GRAVITY.indexOf(a) > GRAVITY.indexOf(b) ? a : b;
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
function words(summary: SnapshotSummary, link: { readonly altered: boolean } | null): string {
  const list = [
    summary.altered || link?.altered ? 'altered' : null,
    stateOf(summary) ?? (link?.altered === false ? 'incomplete' : null),
  ].filter((w) => w !== null);
  return list.length === 0 ? 'good' : list.join(', ');
}

function detail({ code, message, entry, offset }: ArchiveProblem): string {
  const where = entry === undefined ? '' : `${terminal(Buffer.from(entry, 'latin1'))}: `;
  return `${code}: ${where}${terminal(message)}${offset === undefined ? '' : ` (offset ${offset})`}`;
}
