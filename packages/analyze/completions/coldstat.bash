# bash completion for coldstat; made by docs/generate.mjs
_coldstat() {
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
    ''/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ''/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    load/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    load/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    captures/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    captures/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    captures/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    captures/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    captures/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    problems/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    problems/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    problems/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    problems/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    problems/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    schema/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    raw/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    raw/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    raw/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    raw/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    netstat/--compat) mapfile -t COMPREPLY < <(compgen -W 'netstat=2.10 netstat=1.60' -- "$current"); return ;;
    netstat/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    netstat/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    netstat/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    netstat/--netns) mapfile -t COMPREPLY < <(compgen -W 'own all' -- "$current"); return ;;
    netstat/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    lsof/+D) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    lsof/-e) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    lsof/--compat) mapfile -t COMPREPLY < <(compgen -W 'lsof=4.95 lsof=4.99' -- "$current"); return ;;
    lsof/--cwd) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    lsof/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    lsof/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    lsof/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    lsof/--netns) mapfile -t COMPREPLY < <(compgen -W 'own all' -- "$current"); return ;;
    lsof/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    ss/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ss/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ss/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    ss/--netns) mapfile -t COMPREPLY < <(compgen -W 'own all' -- "$current"); return ;;
    ss/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    sockstat/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    sockstat/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    sockstat/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    sockstat/--netns) mapfile -t COMPREPLY < <(compgen -W 'own all' -- "$current"); return ;;
    sockstat/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    pfiles/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    pfiles/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    pfiles/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    pfiles/--netns) mapfile -t COMPREPLY < <(compgen -W 'own all' -- "$current"); return ;;
    pfiles/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    ledger/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ledger/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ledger/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ledger/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    ledger/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    ownership/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ownership/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ownership/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ownership/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    ownership/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    ownership/--netns) mapfile -t COMPREPLY < <(compgen -W 'own all' -- "$current"); return ;;
    marks/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    marks/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    marks/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    marks/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    marks/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    diff/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    diff/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    diff/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    diff/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    baseline/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    baseline/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    baseline/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    baseline/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    baseline/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    baseline/-o) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    baseline/--output) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    timeline/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    timeline/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    timeline/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    timeline/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    triage/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    triage/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    triage/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    triage/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    triage/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    triage/--suppress) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    triage/--rules) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    report/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    report/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    report/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    report/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    report/-o) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    report/--output) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    report/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    rpcinfo/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    rpcinfo/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    rpcinfo/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    rpcinfo/--netns) mapfile -t COMPREPLY < <(compgen -W 'own all' -- "$current"); return ;;
    rpcinfo/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    ps/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ps/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ps/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    ps/--netns) mapfile -t COMPREPLY < <(compgen -W 'own all' -- "$current"); return ;;
    ps/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    query/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    query/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    query/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    query/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    query/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    query/-f) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    query/--file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    query/--history) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    sign/--key) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    sign/-o) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    sign/--output) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    verify/--signature) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    verify/--allowed-signers) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    verify/--public-key) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    custody/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
    redact/-o) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    redact/--output) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    redact/--key) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    extract/-C) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    extract/--directory) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    export/-o) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    export/--out) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    export/-d) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    export/--db) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    export/--archive) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    export/--capture) mapfile -t COMPREPLY < <(compgen -W 'latest all' -- "$current"); return ;;
    export/--format) mapfile -t COMPREPLY < <(compgen -W 'table json jsonl csv tsv markdown' -- "$current"); return ;;
  esac
  case $command in
    '') options='load captures problems schema raw netstat lsof ss sockstat pfiles ledger ownership marks diff baseline timeline triage report rpcinfo ps query sign verify custody redact extract export completion -d --db -V --version -h --help' ;;
    load) options='--custody --by --at --max-entries --max-entry-bytes --max-total-bytes --max-ratio -d --db -h --help' ;;
    captures) options='-d --db --archive --capture --format -h --help' ;;
    problems) options='-d --db --archive --capture --format --code -h --help' ;;
    schema) options='--sql --format -h --help' ;;
    raw) options='--source --line --bytes -d --db --archive --capture -h --help' ;;
    netstat) options='-t --tcp -u --udp -U --udplite -S --sctp -w --raw -x --unix -4 --inet -6 --inet6 -A --protocol -a --all -l --listening -n --numeric --numeric-hosts --numeric-ports --numeric-users -p --programs -e --extend -Z --context -o --timers -W --wide -v --verbose -i --interfaces -g --groups -r --route -s --statistics -c --continuous -V --version -h --help -F --fib --compat --strict --why --db --archive --capture --netns --format --handles --quiet-ledger' ;;
    lsof) options='-h -? -a -b -c -d -e -E -f -F -g -H -i -j -J -K -l -L -M -n -N -o -O -p -P -Q -r -R -s -S -t -T -u -U -v -V -w -x -X -Z --compat --strict --with-deleted --cwd --why --db --archive --capture --netns --format --handles --quiet-ledger' ;;
    ss) options='-h --help -V --version -n --numeric -r --resolve -a --all -l --listening -o --options -e --extended -m --memory -p --processes -T --threads -i --info --tipcinfo -s --summary --tos --cgroup -b --bpf -E --events -Z --context -z --contexts -N --net -4 --ipv4 -6 --ipv6 -0 --packet -t --tcp -M --mptcp -S --sctp -u --udp -d --dccp -w --raw -x --unix --tipc --vsock --xdp -f --family -K --kill -H --no-header -O --oneline --inet-sockopt -A --query --socket -D --diag -F --filter --why --db --archive --capture --netns --format --handles --quiet-ledger' ;;
    sockstat) options='-4 -6 -c -l -u -p --compat --help -L -n -P -q -s -v -w -j --db --archive --capture --netns --format --handles --quiet-ledger' ;;
    pfiles) options='-F -n --compat --help --db --archive --capture --netns --format --handles --quiet-ledger' ;;
    ledger) options='-d --db --archive --capture --format --line --check -h --help' ;;
    ownership) options='-d --db --archive --capture --format --class --netns --counts -h --help' ;;
    marks) options='-d --db --archive --capture --format --kind --strong -h --help' ;;
    diff) options='-d --db --archive --format --series --host --only --ignore --keys --summary -h --help' ;;
    baseline) options='-d --db --archive --capture --format -o --output -h --help' ;;
    timeline) options='-d --db --archive --format --host --pid --since --until --kind -h --help' ;;
    triage) options='-d --db --archive --capture --format --rule --severity --suppress --rules -h --help' ;;
    report) options='-d --db --archive --capture -o --output --format --before --after -h --help' ;;
    rpcinfo) options='-p -s -m -b -d -l -t -u -a -n -T --help --db --archive --capture --netns --format --handles --quiet-ledger' ;;
    ps) options='-p --pid -u --user -C --tree --db --archive --capture --netns --format --handles --quiet-ledger' ;;
    query) options='-d --db --archive --capture --format -f --file --param --timeout --limit --history -h --help' ;;
    sign) options='--key -o --output --identity --custody --by --at -h --help' ;;
    verify) options='--signature --allowed-signers --identity --public-key --max-entries --max-entry-bytes --max-total-bytes --max-ratio --custody --by --at -h --help' ;;
    custody) options='--event --by --at --note --head --format -h --help' ;;
    redact) options='-o --output --key --max-entries --max-entry-bytes --max-total-bytes --max-ratio --custody --by --at -h --help' ;;
    extract) options='-C --directory --pass --max-entries --max-entry-bytes --max-total-bytes --max-ratio --custody --by --at -h --help' ;;
    export) options='-o --out --table -d --db --archive --capture --format -h --help' ;;
    completion) options='-h --help' ;;
  esac
  if [[ -z $command || $current == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current"); fi
  if ((${#COMPREPLY[@]} == 0)); then compopt -o default; fi
}
complete -F _coldstat coldstat
