import type { Command } from './command.ts';

/**
 * Every command by name, in the order of `coldstat --help`; each is imported only when it is asked for, so that a listing does not wait
 * for the rest. One line a command.
 */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['load', async () => (await import('./load.ts')).load],
  ['captures', async () => (await import('./captures.ts')).captures],
  ['problems', async () => (await import('./problems.ts')).problems],
  ['schema', async () => (await import('./schema.ts')).schema],
  ['raw', async () => (await import('./raw.ts')).raw],
  ['netstat', async () => (await import('./netstat.ts')).netstat],
  ['lsof', async () => (await import('./lsof.ts')).lsof],
  ['ss', async () => (await import('./ss.ts')).ss],
  ['sockstat', async () => (await import('./sockstat.ts')).sockstat],
  ['pfiles', async () => (await import('./pfiles.ts')).pfiles],
  ['ledger', async () => (await import('./ledger.ts')).ledger],
  ['ownership', async () => (await import('./ownership.ts')).ownership],
  ['marks', async () => (await import('./marks.ts')).marks],
  ['diff', async () => (await import('./diff.ts')).diff],
  ['baseline', async () => (await import('./baseline.ts')).baseline],
  ['timeline', async () => (await import('./timeline.ts')).timeline],
  ['triage', async () => (await import('./triage.ts')).triage],
  ['ioc', async () => (await import('./ioc.ts')).ioc],
  ['report', async () => (await import('./report.ts')).report],
  ['serve', async () => (await import('./serve.ts')).serve],
  ['rpcinfo', async () => (await import('./rpcinfo.ts')).rpcinfo],
  ['ps', async () => (await import('./ps.ts')).ps],
  ['query', async () => (await import('./query.ts')).query],
  ['sign', async () => (await import('./sign.ts')).sign],
  ['verify', async () => (await import('./verify.ts')).verify],
  ['custody', async () => (await import('./custody.ts')).custody],
  ['redact', async () => (await import('./redact.ts')).redact],
  ['extract', async () => (await import('./extract.ts')).extract],
  ['export', async () => (await import('./export.ts')).exportCommand],
  ['completion', async () => (await import('./completion.ts')).completion],
]);
