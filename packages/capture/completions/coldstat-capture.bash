# bash completion for coldstat-capture; made by docs/generate.mjs
_coldstat_capture() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command='' options='' i
  # bash breaks words at = and :, which belong to ours.
  if [[ $current == = ]]; then current=''; fi
  if [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -d | --db) ((i++)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  case $command/$previous in
    ''/-o) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ''/--output) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ''/--compress) mapfile -t COMPREPLY < <(compgen -W 'zstd gzip none' -- "$current"); return ;;
    ''/--recipients-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ''/--proc) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
  esac
  case $command in
    '') options='--version -o --output --case --operator --reason --time-offset --compress --encrypt-to --recipients-file --proc --with --netlink --sockopt --probe-time --max-time --every --count --until --light --base64 --quiet -h --help' ;;
  esac
  if [[ -z $command || $current == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current"); fi
  if ((${#COMPREPLY[@]} == 0)); then compopt -o default; fi
}
complete -F _coldstat_capture coldstat-capture
