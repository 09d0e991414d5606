import type { Help } from './help-entries.ts';
import { type CommandTree, FIRST_OPERAND, follows, type ProgramTree } from './tree.ts';

/** Completion for bash 4 and later. */
export function bash({ name, help, commands }: ProgramTree): string {
  const own = name.replaceAll('-', '_');
  const cases = commands.map((c) => `    ${c.name}) options=${quoted(spellings(c.help).join(' '))} ;;\n`).join('');
  const words = commands.map((c) => c.name).join(' ');
  return `# bash completion for ${name}; made by docs/generate.mjs
_${own}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' options='' i
  # bash breaks words at = and :, which belong to ours.
  if [[ $current == = ]]; then current=''; fi
  if [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -d | --db) ((i++)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case $command/$previous in
${values({ name: '', summary: '', help, offers: {} }, commands)}  esac
  case $command in
    '') options=${quoted([...(commands.length > 0 ? [words] : []), ...spellings(help)].join(' '))} ;;
${cases}  esac
  if [[ -z $command || $current == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current"); fi
  if ((\${#COMPREPLY[@]} == 0)); then compopt -o default; fi
}
complete -F _${own} ${name}
`;
}

function spellings({ entries }: Help): string[] {
  return [...new Set(entries.flatMap((e) => e.spellings).filter((s) => s.startsWith('-') && s !== '-'))];
}

/** What follows an option, for those where it is known. */
function values(root: CommandTree, commands: readonly CommandTree[]): string {
  const first = commands.flatMap(({ name, offers }) => {
    const words = offers[FIRST_OPERAND];
    if (words === undefined) return [];
    const offered = `mapfile -t COMPREPLY < <(compgen -W ${quoted(words.join(' '))} -- "$current")`;
    return [`    ${name}/${name}) if [[ $current != -* ]]; then ${offered}; return; fi ;;\n`];
  });
  const lines = [root, ...commands].flatMap((c) =>
    c.help.entries.flatMap((e) =>
      e.spellings.flatMap((s) => {
        const next = follows(e, c.offers);
        const name = c.name === '' ? "''" : c.name;
        if (next.kind === 'file') return [`    ${name}/${s}) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;\n`];
        if (next.kind === 'directory') return [`    ${name}/${s}) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;\n`];
        if (next.kind !== 'words') return [];
        return [`    ${name}/${s}) mapfile -t COMPREPLY < <(compgen -W ${quoted(next.words.join(' '))} -- "$current"); return ;;\n`];
      }),
    ),
  );
  return [...new Set([...lines, ...first])].join('');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
