import type { AnswerReport, CaptureReport, RulesReport } from '../src/report/document.ts';
import { h, handleButton, plural } from './dom.ts';
import { chip } from './ledger.ts';
import { type Filter, passes } from './query.ts';
import { fold, type Section, section } from './section.ts';
import { DataTable, type Searched } from './table.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
/** Whose rule it is, where it is not ours. */
const OF = { operator: 'rule of the operator', sigma: 'Sigma rule' } as const;
/** Findings of a rule that are shown before "more". */
const FIRST = 10;

/** What rules found, the most severe first, and what they could not see. */
export function findingsSection(capture: CaptureReport, rules: RulesReport): { section: Section; searched: readonly Searched[] } {
  const found = capture.answers.filter((a) => a.result === 'found');
  const blind = capture.answers.filter((a) => a.result === 'blind');
  const clear = capture.answers.filter((a) => a.result === 'clear');
  const partly = clear.filter((a) => a.missing.length > 0);
  const cards = new Cards(found);
  const marks = new DataTable(capture.marks, { caption: 'Rows that may not be what they say' });
  const result = section(
    'findings',
    'Findings',
    'Reasons to look, no verdicts. Each says why, what ordinarily causes it, and what to do next.',
    summary(capture.answers, rules),
    cards.element,
    blind.length === 0
      ? null
      : fold(`${plural(blind.length, 'rule')} blind: what they need is not in this capture`, false, blindList(blind)),
    clear.length === 0
      ? null
      : fold(`${plural(clear.length, 'rule')} clear`, false, h('p', {}, clear.map((a) => `${a.rule}: ${a.title}`).join(' · '))),
    partly.length === 0
      ? null
      : fold(
          `${plural(partly.length, 'rule')} of the clear ones as far as it could be read: what was not judged`,
          false,
          blindList(partly),
        ),
    suppressedFold(capture.answers),
    notAskedFold(rules),
    h('h3', {}, 'Marked rows'),
    marks.element,
  );
  return { section: result, searched: [cards, marks] };
}

function summary(answers: readonly AnswerReport[], rules: RulesReport): HTMLElement {
  const [found, clear, blind] = (['found', 'clear', 'blind'] as const).map((result) => answers.filter((a) => a.result === result));
  const counts = SEVERITIES.map(
    (s) => [s, (found ?? []).filter((a) => a.severity === s).reduce((n, a) => n + a.findings.length, 0)] as const,
  );
  const brought = rules.operator + rules.sigma;
  return h(
    'p',
    { class: 'summary' },
    ...counts.filter(([, n]) => n > 0).map(([severity, n]) => chip(`${n} ${severity}`, severity)),
    found?.length === 0 ? h('strong', {}, 'Nothing was found. ') : null,
    h('span', {}, `${plural(clear?.length ?? 0, 'rule')} clear, ${blind?.length ?? 0} blind.`),
    brought === 0
      ? null
      : h('span', {}, ` Asked: ${plural(rules.coldstat, 'rule')} of coldstat, ${rules.operator} of the operator, ${rules.sigma} of Sigma.`),
    suppressedIn(answers) === 0 ? null : h('span', {}, ` ${plural(suppressedIn(answers), 'finding')} suppressed.`),
  );
}

function suppressedIn(answers: readonly AnswerReport[]): number {
  return answers.reduce((n, { suppressed }) => n + suppressed, 0);
}

/** What the operator knows already: how much of which rule, so that nobody takes it for nothing. */
function suppressedFold(answers: readonly AnswerReport[]): HTMLElement | null {
  const those = answers.filter(({ suppressed }) => suppressed > 0);
  if (those.length === 0) return null;
  const items = those.map((a) => h('li', {}, h('code', {}, a.rule), ` ${a.title}: ${plural(a.suppressed, 'finding')}`));
  return fold(`${plural(suppressedIn(answers), 'finding')} suppressed: known to whoever made this report`, false, h('ul', {}, ...items));
}

function notAskedFold({ notAsked, notApplicable }: RulesReport): HTMLElement | null {
  if (notAsked.length + notApplicable === 0) return null;
  return fold(
    `${plural(notAsked.length, 'Sigma rule')} not asked, ${notApplicable} of other logsources`,
    false,
    h('ul', {}, ...notAsked.map(({ what, reason }) => h('li', {}, h('b', {}, what), ` ${reason}`))),
  );
}

function blindList(blind: readonly AnswerReport[]): HTMLElement {
  return h('ul', {}, ...blind.map(({ rule, title, missing }) => h('li', {}, h('code', {}, rule), ` ${title}: ${missing.join('; ')}`)));
}

/** The cards of what was found: one for each rule. */
class Cards implements Searched {
  readonly element: HTMLElement = h('div', { class: 'cards' });
  readonly #cards: readonly { readonly element: HTMLElement; readonly text: string }[];

  constructor(found: readonly AnswerReport[]) {
    this.#cards = found.map((answer) => ({ element: card(answer), text: JSON.stringify(answer).toLowerCase() }));
    this.element.append(...this.#cards.map((c) => c.element));
  }

  get total(): number {
    return this.#cards.length;
  }

  search(filter: Filter): number {
    let n = 0;
    for (const { element, text } of this.#cards) {
      element.hidden = !passes(text, filter);
      if (!element.hidden) n++;
    }
    return n;
  }

  whole(): () => void {
    return () => {};
  }
}

function card(answer: AnswerReport): HTMLElement {
  const { rule, from, title, severity, why, attack, benign, next, missing, findings, cut, suppressed } = answer;
  const items = findings.map(({ sentence, key, evidence }) =>
    h(
      'li',
      {},
      h('span', { class: 'sentence' }, sentence, h('code', { class: 'key', title: 'line for coldstat triage --suppress FILE' }, key)),
      h('span', { class: 'proof' }, ...evidence.map(handleButton)),
    ),
  );
  const line = (name: string, text: string): HTMLElement | null => (text === '' ? null : h('p', {}, h('b', {}, `${name} `), text));
  return h(
    'article',
    { class: `card is-${severity}`, set: { 'aria-label': `${severity}: ${title}` } },
    h(
      'h3',
      {},
      chip(severity),
      ' ',
      title,
      ' ',
      h('code', {}, rule),
      from === 'coldstat' ? null : h('span', { class: 'from' }, ` ${OF[from]}`),
    ),
    h('ul', { class: 'found' }, ...items.slice(0, FIRST)),
    items.length > FIRST
      ? fold(
          `${items.length - FIRST} more${cut ? ', and there were others' : ''}`,
          false,
          h('ul', { class: 'found' }, ...items.slice(FIRST)),
        )
      : null,
    line('Next:', next),
    line('Why:', why),
    line('Ordinary causes:', benign.join('; ')),
    line('There may be more, not judged:', missing.join('; ')),
    line('Suppressed:', suppressed === 0 ? '' : `${plural(suppressed, 'finding')} more, known to whoever made this report`),
    attack.length === 0 ? null : line('ATT&CK:', attack.join(', ')),
  );
}
