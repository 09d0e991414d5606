import type { Manifest } from './archive/manifest.ts';
import type { MomentResult } from './series.ts';
import type { Tally } from './tally.ts';

export interface CaptureResult {
  /** `capture_id` of the header. */
  readonly id: string;
  /** Only socket tables and links of descriptors were taken. */
  readonly light: boolean;
  readonly tally: Tally;
  readonly exit: Manifest['exit'];
  readonly windows: Manifest['windows'];
  readonly sha256: string;
  readonly archiveBytes: number;
  readonly entries: number;
  /** What may have changed what this program was shown. */
  readonly cautions: readonly string[];
}

const EXITS = {
  complete: 'complete',
  refused: 'written, but something could not be read',
  interrupted: 'interrupted: holds what was read until then',
  timeout: 'out of time (--max-time): holds what was read until then',
} as const;

/** The closing lines: what was taken, how long it took, what could not be seen and why, and the hash to note down. */
export function summary(result: CaptureResult, name: string): string {
  const { tally, windows, exit, cautions } = result;
  const lines = [
    `${name}: ${result.light ? 'light: ' : ''}${EXITS[exit]}`,
    `  taken     ${count(tally.processes, 'process', 'processes')}, ${result.light ? '' : `${count(tally.threads, 'thread')}, `}${count(tally.descriptors, 'descriptor')}, ` +
      `${count(tally.namespaces, 'network namespace')}, ${count(result.entries, 'entry', 'entries')}, ${count(result.archiveBytes, 'byte')}`,
    `  time      socket tables ${span(windows['tables_a'])}, descriptors ${span(windows['descriptors'])}, ` +
      `${result.light ? '' : `socket tables again ${span(windows['tables_b'])}, `}all ${span(windows['total'])}`,
    `  not seen  ${unseen(tally.unseen)}`,
    ...cautions.map((caution) => `  beware    ${caution}`),
    `  sha256    ${(result.sha256.match(/.{8}/g) ?? []).join(' ')}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** One line for a moment of a series. */
export function momentLine({ series, result, unchanged }: MomentResult): string {
  const { tally, exit } = result;
  const of = typeof series['count'] === 'number' ? ` of ${series['count']}` : '';
  const missed = series.missed === 0 ? '' : `${count(series.missed, 'moment')} missed before it, `;
  const seen = tally.unseen.size === 0 ? '' : `, not seen ${unseen(tally.unseen)}`;
  return (
    `moment ${series.moment}${of}: ${missed}${result.light ? 'light, ' : ''}${exit}, ${span(result.windows['total'])}, ` +
    `${count(result.archiveBytes, 'byte')}, ${count(unchanged, 'body', 'bodies')} unchanged${seen}\n`
  );
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

function span(window: readonly [number, number] | undefined): string {
  return window === undefined ? 'not reached' : `${((window[1] - window[0]) / 1e6).toFixed(3)} s`;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  hidepid: 'processes of other users are not shown',
  blocked: 'the read hung and was given up',
  'no-ffi': 'system calls need Node 26 or the package koffi; the rest was taken',
  'other-pids': 'the mount of proc numbers processes otherwise than this program does',
};

function unseen(why: ReadonlyMap<string, number>): string {
  if (why.size === 0) return 'nothing was refused';
  const sorted = [...why].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.map(([reason, n]) => `${n} × ${reason}${REASONS[reason] === undefined ? '' : ` (${REASONS[reason]})`}`).join(', ');
}
