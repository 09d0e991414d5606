import { EVENTS } from '../custody/record.ts';
import { MARK_KINDS } from '../db/marks/kinds.ts';
import { PROBLEM_CODES } from '../db/problem-codes.ts';
import { KINDS } from '../diff/change.ts';
import { LIST_FORMS } from '../ioc/read-list.ts';
import { FIRST_OPERAND, type Offers } from '../shell/tree.ts';
import { EVENT_KINDS } from '../timeline/event.ts';
import { SEVERITIES } from '../triage/rule.ts';
import { EXPORT_FORMATS } from './export.ts';

/** Words from which a value is chosen, by command and option: what completion offers. Options that mean the same everywhere are in shell/tree.ts. */
export const OFFERS: Readonly<Record<string, Offers>> = {
  baseline: { [FIRST_OPERAND]: ['create', 'check'] },
  completion: { [FIRST_OPERAND]: ['bash', 'zsh', 'fish'] },
  custody: { [FIRST_OPERAND]: ['add', 'show', 'check'], '--event': Object.keys(EVENTS) },
  diff: { '--only': KINDS },
  export: { '--format': EXPORT_FORMATS },
  extract: { '--pass': ['A', 'B'] },
  ioc: { '--as': LIST_FORMS },
  marks: { '--kind': Object.keys(MARK_KINDS) },
  problems: { '--code': Object.keys(PROBLEM_CODES) },
  report: { '--format': ['html', 'markdown'] },
  timeline: { '--kind': EVENT_KINDS },
  triage: { '--severity': SEVERITIES },
};
