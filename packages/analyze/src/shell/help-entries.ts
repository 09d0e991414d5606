/** One option as a help text shows it. */
export interface HelpEntry {
  /** `-d`, `--db`, `+c`: as they are typed. */
  readonly spellings: readonly string[];
  /** Word for what follows it, as the text shows it (`FILE`, `[LETTERS]`); null when nothing follows. */
  readonly argument: string | null;
  /** One line. */
  readonly doc: string;
}

/** A help text taken apart. */
export interface Help {
  /** Everything before the first option, and between and behind the options: paragraphs and lists as they stand. */
  readonly prose: readonly string[];
  readonly entries: readonly HelpEntry[];
}

const OPTION = /^ {1,7}([-+]\S*(?:,? [^\s-]\S*|, [-+]\S+)*?)(?: {2,}(\S.*))?$/;
const MORE = /^ {15,}(\S.*)$/;

/** Takes the options out of a help text of ours: all of them have the form `  -s, --long ARGUMENT  what it does`. */
export function readHelp(text: string): Help {
  const prose: string[] = [];
  const entries: { spellings: string[]; argument: string | null; doc: string }[] = [];
  let open = false;
  for (const line of text.trimEnd().split('\n')) {
    const option = OPTION.exec(line);
    const more: RegExpExecArray | null = open ? MORE.exec(line) : null;
    const last = entries.at(-1);
    if (option !== null) entries.push({ ...spelled(option[1] ?? ''), doc: option[2] ?? '' });
    else if (more !== null && last !== undefined) last.doc = `${last.doc} ${more[1]}`.trim();
    else prose.push(line);
    open = option !== null || more !== null;
  }
  return { prose, entries };
}

/** `-d, --db <file>`, `-A, --protocol=LIST`, `+f, -f, +fg`, `--compat netstat=2.10|1.60`. */
function spelled(text: string): { spellings: string[]; argument: string | null } {
  const spellings: string[] = [];
  let argument: string | null = null;
  for (const part of text.split(/, (?=[-+])/)) {
    const [, word = '', behind] = /^([-+][^\s=[]*)(?:[ =]?(\S.*))?$/.exec(part) ?? [];
    spellings.push(word);
    argument ??= behind ?? null;
  }
  return { spellings, argument };
}
