import type { HelpEntry } from './help-entries.ts';
import { FIRST_OPERAND, follows, type Offers, type ProgramTree } from './tree.ts';

/** Completion for fish 3. */
export function fish({ name, help, commands }: ProgramTree): string {
  const none = '__fish_use_subcommand';
  const lines = commands.map((c) => `complete -c ${name} -n ${none} -f -a ${c.name} -d ${quoted(c.summary)}\n`);
  const of = (condition: string | null, entries: readonly HelpEntry[], offers: Offers): string[] =>
    entries.flatMap((e) => {
      const words = option(e, offers);
      return words === null
        ? []
        : [`complete -c ${name}${condition === null ? '' : ` -n ${condition}`} ${words} -d ${quoted(short(e.doc))}\n`];
    });
  lines.push(...of(commands.length > 0 ? none : null, help.entries, {}));
  for (const c of commands) {
    const seen = `__fish_seen_subcommand_from ${c.name}`;
    const words = c.offers[FIRST_OPERAND]?.join(' ');
    if (words !== undefined)
      lines.push(`complete -c ${name} -n ${quoted(`${seen}; and not __fish_seen_subcommand_from ${words}`)} -f -a ${quoted(words)}\n`);
    lines.push(...of(quoted(seen), c.help.entries, c.offers));
  }
  return `# fish completion for ${name}; made by docs/generate.mjs\n${lines.join('')}`;
}

/** fish knows -x, --long and the old -long; what begins with + it has no word for. */
function option(entry: HelpEntry, offers: Offers): string | null {
  const { spellings, argument } = entry;
  const words = spellings.flatMap((s) => {
    const [, dashes, word] = /^(--?)([A-Za-z0-9?][\w-]*)$/.exec(s) ?? [];
    if (word === undefined) return [];
    if (dashes === '--') return [`-l ${word}`];
    return [word.length === 1 ? `-s ${quoted(word)}` : `-o ${word}`];
  });
  if (words.length === 0) return null;
  const next = follows(entry, offers);
  // A value in brackets may be absent: fish would take the next word for it.
  if (next.kind === 'nothing' || argument?.startsWith('[') === true) return words.join(' ');
  if (next.kind === 'words') return `${words.join(' ')} -x -a ${quoted(next.words.join(' '))}`;
  return `${words.join(' ')} ${next.kind === 'anything' ? '-x' : '-r'}`;
}

function short(doc: string): string {
  return doc.length > 90 ? `${doc.slice(0, 89).trimEnd()}…` : doc;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
