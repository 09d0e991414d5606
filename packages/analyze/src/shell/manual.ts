import type { Help, HelpEntry } from './help-entries.ts';
import type { ProgramTree } from './tree.ts';

/** What a manual page says beside what the help says. */
export interface ManualText {
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly files: readonly (readonly [name: string, text: string])[];
  readonly seeAlso: readonly string[];
}

/** A page of section 1 in the macros of man(7). Undated: the same sources make the same page. */
export function manual({ name, version, summary, help, commands }: ProgramTree, text: ManualText): string {
  const usage = commands.length > 0 ? '[\\-d \\fIFILE\\fR] \\fICOMMAND\\fR [\\fIARGUMENT\\fR ...]' : '[\\fIOPTION\\fR ...]';
  return [
    `.TH ${name.toUpperCase().replaceAll('-', '\\-')} 1 "" "coldstat ${version}" "User Commands"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(summary.charAt(0).toLowerCase() + summary.slice(1))}`,
    '.SH SYNOPSIS',
    `.B ${roff(name)}`,
    usage,
    '.SH DESCRIPTION',
    ...text.description.flatMap((p, i) => [...(i === 0 ? [] : ['.PP']), roff(p)]),
    '.SH OPTIONS',
    ...help.entries.flatMap(entry),
    ...(commands.length === 0 ? literal(behind(help)) : []),
    ...(commands.length > 0
      ? [
          '.SH COMMANDS',
          ...commands.flatMap((c) => [`.SS "${roff(c.name)} \\- ${roff(c.summary).replaceAll('"', '\\(dq')}"`, ...body(c.help)]),
        ]
      : []),
    ...(commands.length > 0 ? ['.SH EXIT STATUS', ...paragraphs(behind(help).filter((l) => !l.startsWith('  ')))] : []),
    '.SH FILES',
    ...text.files.flatMap(([file, what]) => ['.TP', `.I ${roff(file)}`, roff(what)]),
    '.SH SEE ALSO',
    text.seeAlso.map((page) => roff(page)).join(',\n'),
    '',
  ].join('\n');
}

function entry({ spellings, argument, doc }: HelpEntry): string[] {
  const names = spellings.map((s) => `\\fB${roff(s)}\\fR`).join(', ');
  return ['.TP', `${names}${argument === null ? '' : ` \\fI${roff(argument)}\\fR`}`, doc === '' ? '\\&' : roff(doc)];
}

/** Prose and options of one command: what stands before its options is its usage, the rest is left in its form. */
function body({ prose, entries }: Help): string[] {
  const usage = prose[0] ?? '';
  return [
    '.nf',
    roff(usage),
    '.fi',
    ...entries.flatMap(entry),
    ...literal(prose.slice(1).filter((l) => !/^(Options|Arguments):$/.test(l))),
  ];
}

/** Lines behind the usage and the headings. */
function behind({ prose }: Help): string[] {
  const from = prose.findIndex((line) => /^(Commands|Exit)/.test(line));
  return prose.slice(from < 0 ? 1 : from).filter((line) => !/^(Options.*|Commands):$/.test(line));
}

function paragraphs(lines: readonly string[]): string[] {
  return lines.filter((l) => l !== '').map(roff);
}

function literal(lines: readonly string[]): string[] {
  const kept = lines.join('\n').trim();
  return kept === ''
    ? []
    : [
        '.PP',
        '.nf',
        ...lines
          .join('\n')
          .replace(/^\n+|\s+$/g, '')
          .split('\n')
          .map(roff),
        '.fi',
      ];
}

/** Text for roff: a backslash, a minus and what would be a request at the beginning of a line. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
