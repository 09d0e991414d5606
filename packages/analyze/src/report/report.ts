import type { CaseDb } from '../db/query.ts';
import { takenCounts } from '../ledger/stored.ts';
import { pageCell } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import type { Rule } from '../triage/rule.ts';
import type { Told } from '../triage/suppress.ts';
import { changesReport, type Pair, pairsOf } from './changes.ts';
import type { AnswerReport, CaptureReport, ReportDocument, RulesReport, Table } from './document.ts';
import { timelineReport } from './events.ts';
import { factsOf } from './facts.ts';
import { answerReport } from './findings.ts';
import { hostAddresses } from './hosts.ts';
import { ledgerReport } from './ledger.ts';
import { processReport } from './processes.ts';
import { socketReport } from './sockets.ts';

/** The rules that are asked. */
export interface ReportRules {
  readonly told: RulesReport;
  from(rule: Rule): AnswerReport['from'];
  /** The most severe first. */
  answers(captureId: number): Promise<readonly Told[]>;
}

export interface ReportChoice {
  readonly captures: readonly number[];
  /** Two captures to compare in place of those that pairsOf picks. */
  readonly pair: Pair | null;
  readonly rules: ReportRules;
  readonly tool: string;
}

/** All that a report of these captures says. The same case gives the same document. */
export async function reportDocument(db: CaseDb, { captures, pair, rules, tool }: ReportChoice): Promise<ReportDocument> {
  const ordered = byTime(db, captures);
  const told: CaptureReport[] = [];
  for (const id of ordered) told.push(await captureReport(db, id, rules));
  const pairs = pair === null ? pairsOf(told) : [pair];
  return {
    tool,
    rules: rules.told,
    captures: told,
    shown: pair?.[1] ?? null,
    timeline: timelineReport(db, new Set(captures)),
    changes: pairs.map((one) => changesReport(db, one)),
    names: hostAddresses(db),
    live: null,
  };
}

/** By the clocks of the hosts; captures without a start come last. */
function byTime(db: CaseDb, captures: readonly number[]): number[] {
  const sql = 'SELECT capture_id AS id FROM captures ORDER BY started_ns IS NULL, started_ns, capture_id';
  const chosen = new Set(captures);
  return db.all<{ id: number }>(sql).flatMap(({ id }) => (chosen.has(id) ? [id] : []));
}

async function captureReport(db: CaseDb, id: number, rules: ReportRules): Promise<CaptureReport> {
  const processes = processReport(db, id);
  const holders = new Map(processes.map((p) => [p.pid, { user: p.user, exe: p.exe }]));
  const own = db.get<{ ns: number | null }>('SELECT own_net_ns AS ns FROM captures WHERE capture_id = ?', id)?.ns ?? null;
  return {
    id,
    ...factsOf(db, id),
    counts: takenCounts(db, id),
    ledger: ledgerReport(db, id),
    answers: (await rules.answers(id)).map((answer) => answerReport(answer, rules.from)),
    ...socketReport(db, id, own, holders),
    processes,
    marks: table(db, MARKS, MARK_COLUMNS, id),
    problems: table(db, PROBLEMS, PROBLEM_COLUMNS, id),
  };
}

const HANDLE = (t: string): string =>
  `CASE WHEN ${t}.source_id IS NOT NULL THEN ${t}.capture_id || ':' || ${t}.source_id || coalesce(':' || ${t}.line, '') END`;

const MARKS = `SELECT weight, kind, about, pid, fd, claim, finding, reason, benign, ${HANDLE('m')} FROM marks m WHERE capture_id = ?
  ORDER BY weight, mark_id`;
const MARK_COLUMNS: Table['columns'] = [
  { title: 'weight', kind: 'facet', doc: 'strong: hardly an ordinary cause is known' },
  { title: 'kind', kind: 'facet' },
  { title: 'about', kind: 'facet' },
  { title: 'pid', kind: 'number' },
  { title: 'fd', kind: 'number' },
  { title: 'claim', kind: 'mono' },
  { title: 'finding', kind: 'mono' },
  { title: 'why', kind: 'long' },
  { title: 'ordinary causes', kind: 'long' },
  { title: 'bytes', kind: 'handle' },
];

const PROBLEMS = `SELECT p.code, s.path, p.message, p.lines, ${HANDLE('p')} FROM problems p
  LEFT JOIN sources s ON s.capture_id = p.capture_id AND s.source_id = p.source_id WHERE p.capture_id = ? ORDER BY p.problem_id`;
const PROBLEM_COLUMNS: Table['columns'] = [
  { title: 'code', kind: 'facet' },
  { title: 'source', kind: 'mono' },
  { title: 'message', kind: 'long' },
  { title: 'lines', kind: 'number' },
  { title: 'bytes', kind: 'handle' },
];

function table(db: CaseDb, sql: string, columns: Table['columns'], captureId: number): Table {
  return { columns, rows: [...db.rows(sql, captureId).rows].map((row: readonly Value[]) => row.map(pageCell)) };
}
