import type { Live, SavedQuery, Table } from '../src/report/document.ts';
import { h, plural } from './dom.ts';
import { type Section, section } from './section.ts';
import { DataTable } from './table.ts';

/** What the server answers to a statement. */
interface Answer {
  /** Rows with the names of the columns first, as tab separated values: escaped like every other value. */
  readonly tsv?: string;
  readonly rows?: number;
  readonly cut?: boolean;
  readonly refused?: string;
}

/** A box for SQL over the live case, with the statements that somebody keeps at hand. */
export function sqlSection({ queries, seconds, rows }: Live): Section {
  const box = h('textarea', { id: 'sql-text', set: { rows: 6, spellcheck: 'false', autocomplete: 'off', 'aria-describedby': 'sql-help' } });
  const said = h('p', { class: 'said', set: { role: 'status' } });
  const place = h('div');
  const doc = h('span', { class: 'lead' });
  const pick = h(
    'select',
    { id: 'sql-saved', on: { change: () => use(queries[pick.selectedIndex - 1]) } },
    h('option', {}, 'saved queries …'),
    ...queries.map((q) => h('option', {}, q.name)),
  );
  const use = (query: SavedQuery | undefined): void => {
    if (query === undefined) return;
    box.value = query.sql;
    doc.textContent = query.doc;
    void run();
  };
  let running: AbortController | null = null;
  const button = h('button', { class: 'primary', on: { click: () => void run() }, set: { type: 'button' } }, 'Run');
  const run = async (): Promise<void> => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    said.textContent = 'running …';
    const answer = await ask(box.value, mine.signal);
    if (running !== mine) return;
    running = null;
    show(answer, said, place);
  };
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void run();
  });
  return section(
    'sql',
    'Ask the case',
    null,
    h('p', { class: 'pair' }, h('label', { set: { for: 'sql-saved' } }, 'Take one of the '), pick, ' ', doc),
    h('label', { set: { for: 'sql-text' } }, 'SQL, one statement that reads'),
    box,
    h(
      'p',
      { class: 'pair' },
      button,
      h(
        'span',
        { id: 'sql-help', class: 'lead' },
        ` Ctrl+Enter runs it. ${seconds === 0 ? 'Cut' : `Stopped after ${plural(seconds, 'second')}, cut`} after ${plural(rows, 'row')}; coldstat schema lists the tables.`,
      ),
    ),
    said,
    place,
  );
}

async function ask(sql: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch('query', { method: 'POST', body: sql, signal, headers: { 'content-type': 'application/sql' } });
    if (!response.ok) return { refused: `the server answered ${response.status}` };
    return (await response.json()) as Answer;
  } catch {
    return { refused: signal.aborted ? 'stopped' : 'coldstat serve does not answer any more' };
  }
}

function show({ tsv, rows = 0, cut = false, refused }: Answer, said: HTMLElement, place: HTMLElement): void {
  if (refused !== undefined || tsv === undefined) {
    said.textContent = refused ?? '';
    said.classList.add('is-broken');
    place.replaceChildren();
    return;
  }
  said.classList.remove('is-broken');
  said.textContent = `${plural(rows, 'row')}${cut ? ', cut here' : ''}`;
  place.replaceChildren(new DataTable(parsed(tsv), { caption: 'Answer', first: 100 }).element);
}

/** Columns of whole numbers are sorted as such; one named handle leads to bytes. */
function parsed(tsv: string): Table {
  const [head = '', ...lines] = tsv.replace(/\n$/, '').split('\n');
  const rows = lines.map((line) =>
    line.split('\t').map((cell): string | number | null => (/^-?\d{1,15}$/.test(cell) ? Number(cell) : cell === '' ? null : cell)),
  );
  const columns = head.split('\t').map((title, i) => {
    const numbers = rows.length > 0 && rows.every((row) => typeof row[i] === 'number' || (row[i] ?? null) === null);
    return { title, kind: title === 'handle' ? ('handle' as const) : numbers ? ('number' as const) : ('mono' as const) };
  });
  return { columns, rows };
}
