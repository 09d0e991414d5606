import type { HelpEntry } from './help-entries.ts';
import { type CommandTree, FIRST_OPERAND, follows, type ProgramTree } from './tree.ts';

/** Completion for zsh 5, as a file `_NAME` in fpath. */
export function zsh({ name, help, commands }: ProgramTree): string {
  const own = name.replaceAll('-', '_');
  const list = commands.map((c) => `    ${quoted(`${c.name}:${c.summary.replaceAll(':', '\\:')}`)}\n`).join('');
  const cases = commands.map((c) => `    ${c.name})\n${described(c.help.entries, '      ')}      ;;\n`).join('');
  const root = { name: '', summary: '', help, offers: {} };
  const values = [root, ...commands].flatMap((c) => [...c.help.entries.flatMap((e) => valueCases(c, e)), ...operandCase(c)]);
  return `#compdef ${name}
# zsh completion for ${name}; made by docs/generate.mjs
_${own}() {
  local command='' previous=$words[CURRENT-1] i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    case $words[i] in
      -d|--db) ((i++)) ;;
      -*) ;;
      *) command=$words[i]; break ;;
    esac
  done
  case "$command/$previous" in
${[...new Set(values)].join('')}  esac
  case "$command" in
    '')
      commands=(
${list}      )
      (( $#commands )) && _describe -t commands command commands
${described(help.entries, '      ')}      ;;
${cases}  esac
  if (( $#options )) && [[ -z $command || $words[CURRENT] == -* ]]; then
    _describe -o -t options option options
  fi
  [[ -n $command && $words[CURRENT] != -* ]] && _files
}
_${own} "$@"
`;
}

function described(entries: readonly HelpEntry[], indent: string): string {
  const items = entries.flatMap((e) =>
    e.spellings.filter((s) => s.startsWith('-')).map((s) => quoted(`${s}:${e.doc.replaceAll(':', '\\:')}`)),
  );
  return `${indent}options=(\n${[...new Set(items)].map((i) => `${indent}  ${i}\n`).join('')}${indent})\n`;
}

function operandCase({ name, offers }: CommandTree): string[] {
  const words = offers[FIRST_OPERAND];
  if (words === undefined) return [];
  return [`    ${quoted(`${name}/${name}`)}) [[ $words[CURRENT] != -* ]] && { ${offered(words)}; return } ;;\n`];
}

function offered(words: readonly string[]): string {
  return `compadd -- ${words.map(quoted).join(' ')}`;
}

function valueCases(command: CommandTree, entry: HelpEntry): string[] {
  const next = follows(entry, command.offers);
  const action =
    next.kind === 'file' ? '_files' : next.kind === 'directory' ? '_files -/' : next.kind === 'words' ? offered(next.words) : null;
  return action === null ? [] : entry.spellings.map((s) => `    ${quoted(`${command.name}/${s}`)}) ${action}; return ;;\n`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
