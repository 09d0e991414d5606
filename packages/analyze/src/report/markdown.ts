import { markdownText as words } from '../render/cell.ts';
import type { AnswerReport, CaptureReport, Cell, ChangesReport, ReportDocument, RulesReport, Table } from './document.ts';

/** Rows of a table that a ticket gets; what is left out is counted. */
const MAX_ROWS = 50;

/** Whose rule it is, where it is not ours. */
const FROM = { coldstat: '', operator: ', rule of the operator', sigma: ', Sigma' } as const;

/** The report for a ticket: the ledger, what was found, who listens, what changed. Values are escaped already and only made safe as markup. */
export function* reportMarkdown({ captures, changes, rules }: ReportDocument): Generator<string, void> {
  for (const capture of captures) yield* captureLines(capture, rules);
  for (const change of changes) yield* changeLines(change, captures);
}

function* captureLines(capture: CaptureReport, rules: RulesReport): Generator<string, void> {
  yield `# ${words(capture.host)}, ${capture.started}\n\n`;
  for (const [name, value] of capture.facts) yield `- ${name}: ${words(value)}\n`;
  yield `\n## Ledger\n\n${words(capture.ledger.line)}\n\n`;
  const doubts = capture.ledger.table.rows.filter(([result]) => result === 'broken' || result === 'blind');
  if (doubts.length > 0)
    yield* tableLines(pick(capture.ledger.table, doubts, ['result', 'check', 'net ns', 'expected', 'found', 'rests on']));
  yield* findingLines(capture.answers, rules);
  yield '## Listeners\n\n';
  const columns = ['protocol', 'address', 'port', 'program', 'pid', 'user', 'executable', 'owner', 'net ns', 'bytes'];
  yield* tableLines(pick(capture.listeners, capture.listeners.rows, columns));
}

function* findingLines(answers: readonly AnswerReport[], rules: RulesReport): Generator<string, void> {
  const found = answers.filter((a) => a.result === 'found');
  const blind = answers.filter((a) => a.result === 'blind');
  const partly = answers.filter((a) => a.result === 'clear' && a.missing.length > 0);
  yield `## Findings\n\n${found.length} of ${answers.length} rules found something, ${blind.length} are blind.\n\n`;
  yield* broughtLines(answers, rules);
  for (const { severity, rule, from, title, findings, next, benign, missing } of found) {
    yield `- **${severity}** ${words(title)} (${words(rule)}${FROM[from]})\n`;
    for (const { sentence, evidence } of findings.slice(0, MAX_ROWS))
      yield `  - ${words(sentence)}${evidence.length > 0 ? ` [${evidence.join(', ')}]` : ''}\n`;
    if (findings.length > MAX_ROWS) yield `  - and ${findings.length - MAX_ROWS} others\n`;
    if (missing.length > 0) yield `  - there may be more, not judged: ${words(missing.join('; '))}\n`;
    if (benign.length > 0) yield `  - ordinary causes: ${words(benign.join('; '))}\n`;
    yield `  - next: ${words(next)}\n`;
  }
  if (found.length > 0) yield '\n';
  for (const { rule, missing } of blind) yield `- blind: ${words(rule)}: ${words(missing.join('; '))}\n`;
  for (const { rule, missing } of partly) yield `- clear, not judged: ${words(rule)}: ${words(missing.join('; '))}\n`;
  if (blind.length + partly.length > 0) yield '\n';
}

/** What the operator brought: rules that are not coldstat's, and findings that are not told. */
function* broughtLines(
  answers: readonly AnswerReport[],
  { coldstat, operator, sigma, notAsked, notApplicable }: RulesReport,
): Generator<string, void> {
  const those = answers.filter(({ suppressed }) => suppressed > 0);
  const lines: string[] = [];
  if (operator + sigma + notAsked.length + notApplicable > 0)
    lines.push(
      `- asked: ${coldstat} rules of coldstat, ${operator} of the operator, ${sigma} of Sigma; ${notAsked.length} of Sigma not asked, ${notApplicable} of other logsources\n`,
    );
  for (const { what, reason } of notAsked) lines.push(`- not asked: ${words(what)}: ${words(reason)}\n`);
  for (const { rule, suppressed } of those) lines.push(`- suppressed, known to whoever made this report: ${words(rule)}: ${suppressed}\n`);
  yield* lines;
  if (lines.length > 0) yield '\n';
}

function* changeLines(
  { before, after, refused, weaker, table }: ChangesReport,
  captures: readonly CaptureReport[],
): Generator<string, void> {
  const name = (id: number): string =>
    `capture ${id}${captures
      .filter((c) => c.id === id)
      .map((c) => ` at ${c.started}`)
      .join('')}`;
  yield `## Changes from ${name(before)} to ${name(after)}\n\n`;
  for (const note of weaker) yield `- weaker: ${words(note)}\n`;
  if (weaker.length > 0) yield '\n';
  if (refused !== null) yield `not compared: ${words(refused)}\n\n`;
  else if (table.rows.length === 0) yield 'none\n\n';
  else yield* tableLines(pick(table, table.rows, ['change', 'kind', 'what', 'field', 'before', 'after', 'about', 'bytes after']));
}

function pick(table: Table, rows: Table['rows'], titles: readonly string[]): Table {
  const places = titles.map((title) => table.columns.findIndex((c) => c.title === title));
  return {
    columns: places.flatMap((i) => table.columns[i] ?? []),
    rows: rows.map((row) => places.map((i): Cell => row[i] ?? null)),
  };
}

function* tableLines({ columns, rows }: Table): Generator<string, void> {
  const line = (cells: readonly Cell[]): string => `| ${cells.map((cell) => words(String(cell ?? ''))).join(' | ')} |\n`;
  yield line(columns.map((c) => c.title));
  yield `|${' --- |'.repeat(columns.length)}\n`;
  for (const row of rows.slice(0, MAX_ROWS)) yield line(row);
  yield rows.length > MAX_ROWS ? `\nand ${rows.length - MAX_ROWS} more\n\n` : '\n';
}
