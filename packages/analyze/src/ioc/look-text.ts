import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { parseAddress } from './address.ts';
import { baseOf, type Hit, Memo, textOf } from './hit.ts';
import type { Term } from './indicator.ts';
import type { Candidate } from './slots.ts';
import type { Wanted } from './wanted.ts';

/** Words that may be addresses, host names or paths, out of text that people and programs wrote. */
const WORD = /(?<!:\/)\/(?!\/)[^\s:=,;'"|&<>(){}]*|[\p{L}\p{N}_](?:[\p{L}\p{N}_.:-]*[\p{L}\p{N}_])?|::[0-9A-Fa-f.:]+/gu;

/** Longer words are no names. */
const MAX_WORD = 4096;

interface Found {
  readonly candidate: Candidate;
  readonly word: string;
}

interface Row {
  readonly pid: number;
  readonly field: string;
  readonly text: Value;
  readonly first: number;
  readonly source_id: number | null;
  readonly line: number | null;
}

const ARGUMENTS = `SELECT pid, 'argument ' || arg_index AS field, arg AS text, arg_index = 0 AS first, source_id, line
  FROM process_args WHERE capture_id = ? ORDER BY pid, arg_index`;
/** The name of a variable is not the place of an indicator, its value is. */
const ENVIRONMENT = `SELECT pid, name AS field, value AS text, 0 AS first, source_id, line
  FROM process_environ WHERE capture_id = ? AND value IS NOT NULL ORDER BY pid, env_index`;

/** Indicators that command lines and environments name: addresses, hosts, paths, names of files. */
export function* lookText(db: CaseDb, captureId: number, wanted: Wanted): Generator<Hit, void> {
  if (!wanted.asksAddresses && !wanted.asksHosts && !wanted.asksPaths && !wanted.asksNames) return;
  const memo = new Memo<Found>((text) => findIn(text, wanted));
  for (const [seen, sql] of [
    ['command line', ARGUMENTS],
    ['environment', ENVIRONMENT],
  ] as const) {
    for (const row of db.iterate<Row>(sql, captureId)) {
      const text = textOf(row.text);
      if (text === null || text === '') continue;
      const base = { seen, pid: row.pid, detail: row.text, sourceId: row.source_id, line: row.line };
      const field = textOf(row.field) ?? '';
      for (const { candidate, word } of memo.of(text)) yield { ...base, candidate, field, value: word };
      if (row.first === 1)
        for (const candidate of wanted.name(baseOf(text)))
          if (candidate.rest.length === 0) yield { ...base, candidate, field, value: baseOf(text) };
    }
  }
}

/** Each indicator once. */
function* findIn(text: string, wanted: Wanted): Generator<Found, void> {
  const told = new Set<unknown>();
  for (const word of words(text)) {
    for (const candidate of meant(word, wanted)) {
      if (!wordMeets(candidate.rest, word) || told.has(candidate.indicator)) continue;
      told.add(candidate.indicator);
      yield { candidate, word };
    }
  }
}

/** Of conditions besides, a word can meet one: the port behind a host or address. */
function wordMeets(rest: readonly Term[], word: string): boolean {
  if (rest.length === 0) return true;
  const port = Number(/[^:]:(\d{1,5})$/.exec(word)?.[1] ?? Number.NaN);
  return rest.length === 2 && rest.some((term) => term.kind === 'port' && term.port === port);
}

function* words(text: string): Generator<string, void> {
  if (text.length <= MAX_WORD) yield text;
  for (const [word] of text.matchAll(WORD)) if (word !== text && word.length <= MAX_WORD) yield word;
}

function* meant(word: string, wanted: Wanted): Generator<Candidate, void> {
  if (word.startsWith('/')) {
    yield* wanted.path(word);
    yield* wanted.file(baseOf(word));
    return;
  }
  yield* wanted.file(word);
  const host = word.replace(/:\d{1,5}$/, '');
  const address = parseAddress(word) ?? parseAddress(host);
  if (address !== null) yield* wanted.address(address);
  else if (wanted.asksHosts && HOST.test(host)) yield* wanted.host(host.toLowerCase().replace(/\.$/, ''));
}

const HOST = /^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.?$/u;
