# bash completion for mnemo. Written from the command tree by tests/generate.py; do not edit.
# shellcheck shell=bash

# What there is below the command path $1, in _mnemo's own variables.
_mnemo_describe() {
    case $1 in
        mnemo)
            commands='monitor snapshot limits ulimit doctor collect-diagnostics collect explain orchestrate export config completion'
            options='-V --version -h --help'
            valued=''
            runs=no
            ;;
        'mnemo monitor')
            commands=''
            options='--host --pid --name --cgroup --limit --interval --rules --columns --allow-signal --format --fields -o --output --record --record-max --replay --at --speed --plot --headless --once --count --duration --timeout --until-level --fail-on --fail-fast --ascii --color -v --verbose --quiet --config -h --help'
            valued='--pid --name --cgroup --limit --interval --rules --columns --format --fields -o --output --record --record-max --replay --at --speed --plot --count --duration --timeout --until-level --fail-on --color --config'
            runs=yes
            ;;
        'mnemo snapshot')
            commands=''
            options='--host --pid --name --cgroup --limit --format --fields --top --diff --clean-trackers --fail-on --config -h --help'
            valued='--pid --name --cgroup --limit --format --fields --top --diff --fail-on --config'
            runs=yes
            ;;
        'mnemo limits')
            commands='check show rules render'
            options='-h --help'
            valued=''
            runs=no
            ;;
        'mnemo limits check')
            commands=''
            options='--pid --name --user --unit --all --top --root --profile --need --select --ignore --fail-on --strict-unknown --baseline --wait --format --report -o --output -v --verbose --rules --config -h --help'
            valued='--pid --name --user --unit --top --root --profile --need --select --ignore --fail-on --baseline --wait --format --report -o --output --rules --config'
            runs=yes
            ;;
        'mnemo limits show')
            commands=''
            options='--host --pid --name --cgroup --root --budget --item-bytes --dimensions --format --config -h --help'
            valued='--pid --name --cgroup --root --item-bytes --dimensions --format --config'
            runs=yes
            ;;
        'mnemo limits rules')
            commands=''
            options='--host --pid --name --cgroup --limit --rules --all --replay --fail-on --format -o --output --config -h --help'
            valued='--pid --name --cgroup --limit --rules --replay --fail-on --format -o --output --config'
            runs=no
            ;;
        'mnemo limits render')
            commands=''
            options='--for --config -h --help'
            valued='--for --config'
            runs=no
            ;;
        'mnemo ulimit')
            commands='doctor fix raise protect'
            options='-h --help'
            valued=''
            runs=no
            ;;
        'mnemo ulimit doctor')
            commands=''
            options='--pid --name --user --unit --all --top --root --profile --need --select --ignore --fail-on --strict-unknown --baseline --format --report -o --output -v --verbose --config -h --help'
            valued='--pid --name --user --unit --top --root --profile --need --select --ignore --fail-on --baseline --format --report -o --output --config'
            runs=yes
            ;;
        'mnemo ulimit fix')
            commands=''
            options='--plan --apply --undo --list --yes --need --profile --world --unit --root --format --config -h --help'
            valued='--undo --need --profile --world --unit --root --format --config'
            runs=no
            ;;
        'mnemo ulimit raise')
            commands=''
            options='--pid --nofile -h --help'
            valued='--pid --nofile'
            runs=no
            ;;
        'mnemo ulimit protect')
            commands=''
            options='--score --pid --name -h --help'
            valued='--score --pid --name'
            runs=no
            ;;
        'mnemo doctor')
            commands=''
            options='--pid --name --user --unit --all --top --root --profile --need --select --ignore --fail-on --strict-unknown --baseline --format --report -o --output -v --verbose --config -h --help'
            valued='--pid --name --user --unit --top --root --profile --need --select --ignore --fail-on --baseline --format --report -o --output --config'
            runs=yes
            ;;
        'mnemo collect-diagnostics')
            commands=''
            options='-o --output --profile --host --pid --name --cgroup --since --budget-time --budget-size --list --dry-run --cmdline --no-redact --verify --format --config -h --help'
            valued='-o --output --profile --pid --name --cgroup --since --budget-time --budget-size --verify --format --config'
            runs=no
            ;;
        'mnemo collect')
            commands=''
            options='-o --output --profile --host --pid --name --cgroup --since --budget-time --budget-size --list --dry-run --cmdline --no-redact --verify --format --config -h --help'
            valued='-o --output --profile --pid --name --cgroup --since --budget-time --budget-size --verify --format --config'
            runs=no
            ;;
        'mnemo explain')
            commands=''
            options='--pid --unit --container --last --growth --format --config -h --help'
            valued='--pid --unit --container --growth --format --config'
            runs=no
            ;;
        'mnemo orchestrate')
            commands='check status cancel report history demo'
            options='--template --slots --budget --journal --resume --drain-timeout --engine --scheduler --local-cluster --tls-ca --tls-cert --tls-key --rules --output-dir --format --dry-run --color -v --verbose --quiet --config -h --help'
            valued='--template --slots --budget --journal --drain-timeout --engine --scheduler --local-cluster --tls-ca --tls-cert --tls-key --rules --output-dir --format --color --config'
            runs=yes
            ;;
        'mnemo orchestrate check')
            commands=''
            options='--template --slots --budget --config -h --help'
            valued='--template --slots --budget --config'
            runs=no
            ;;
        'mnemo orchestrate status')
            commands=''
            options='--format -h --help'
            valued=--format
            runs=no
            ;;
        'mnemo orchestrate cancel')
            commands=''
            options='-h --help'
            valued=''
            runs=no
            ;;
        'mnemo orchestrate report')
            commands=''
            options='--format -h --help'
            valued=--format
            runs=no
            ;;
        'mnemo orchestrate history')
            commands=''
            options='--format --config -h --help'
            valued='--format --config'
            runs=no
            ;;
        'mnemo orchestrate demo')
            commands=''
            options='--duration --limit --simulated --color --config -h --help'
            valued='--duration --limit --color --config'
            runs=no
            ;;
        'mnemo export')
            commands='serve textfile rules alertmanager dashboard'
            options='-h --help'
            valued=''
            runs=no
            ;;
        'mnemo export serve')
            commands=''
            options='--listen --host --pid --name --cgroup --limit --rules --no-actions --interval --top --scrape-timeout --tls-cert --tls-key --client-ca --auth-user --auth-password-file -v --verbose --quiet --config -h --help'
            valued='--listen --pid --name --cgroup --limit --rules --interval --top --scrape-timeout --tls-cert --tls-key --client-ca --auth-user --auth-password-file --config'
            runs=no
            ;;
        'mnemo export textfile')
            commands=''
            options='--file --once --interval --host --pid --name --cgroup --limit --rules --top -v --verbose --quiet --config -h --help'
            valued='--file --interval --pid --name --cgroup --limit --rules --top --config'
            runs=no
            ;;
        'mnemo export rules')
            commands=''
            options='--rules -o --output --config -h --help'
            valued='--rules -o --output --config'
            runs=no
            ;;
        'mnemo export alertmanager')
            commands=''
            options='--webhook-url-file --webhook-token-file --pagerduty-key-file -o --output -h --help'
            valued='--webhook-url-file --webhook-token-file --pagerduty-key-file -o --output'
            runs=no
            ;;
        'mnemo export dashboard')
            commands=''
            options='-o --output --config -h --help'
            valued='-o --output --config'
            runs=no
            ;;
        'mnemo config')
            commands='show get set path schema'
            options='-h --help'
            valued=''
            runs=no
            ;;
        'mnemo config show')
            commands=''
            options='--origin --all --format --config -h --help'
            valued='--format --config'
            runs=no
            ;;
        'mnemo config get')
            commands=''
            options='--config -h --help'
            valued=--config
            runs=no
            ;;
        'mnemo config set')
            commands=''
            options='--local --config -h --help'
            valued=--config
            runs=no
            ;;
        'mnemo config path')
            commands=''
            options='--config -h --help'
            valued=--config
            runs=no
            ;;
        'mnemo config schema')
            commands=''
            options='-h --help'
            valued=''
            runs=no
            ;;
        'mnemo completion')
            commands=''
            options='-h --help'
            valued=''
            runs=no
            ;;
    esac
}

# Completes a value: $1 is the command path and the option's name or the argument's place.
_mnemo_value() {
    case $1 in
        'mnemo monitor --rules') _mnemo_paths -f ;;
        'mnemo monitor --format') _mnemo_words 'ndjson plain csv' ;;
        'mnemo monitor -o' | 'mnemo monitor --output') _mnemo_paths -f ;;
        'mnemo monitor --record') _mnemo_paths -f ;;
        'mnemo monitor --replay') _mnemo_paths -f ;;
        'mnemo monitor --plot') _mnemo_paths -f ;;
        'mnemo monitor --until-level') _mnemo_words 'moderate high critical' ;;
        'mnemo monitor --fail-on') _mnemo_words 'note moderate warning high error critical never' ;;
        'mnemo monitor --color') _mnemo_words 'auto always never' ;;
        'mnemo monitor --config') _mnemo_paths -f ;;
        'mnemo snapshot --format') _mnemo_words 'table plain json prometheus' ;;
        'mnemo snapshot --diff') _mnemo_paths -f ;;
        'mnemo snapshot --fail-on') _mnemo_words 'note moderate warning high error critical never' ;;
        'mnemo snapshot --config') _mnemo_paths -f ;;
        'mnemo limits check --root') _mnemo_paths -d ;;
        'mnemo limits check --profile') _mnemo_words 'auto default server database ci container' ;;
        'mnemo limits check --fail-on') _mnemo_words 'note moderate warning high error critical never' ;;
        'mnemo limits check --baseline') _mnemo_paths -f ;;
        'mnemo limits check --format') _mnemo_words 'table plain json ndjson sarif junit github nagios' ;;
        'mnemo limits check -o' | 'mnemo limits check --output') _mnemo_paths -f ;;
        'mnemo limits check --rules') _mnemo_paths -f ;;
        'mnemo limits check --config') _mnemo_paths -f ;;
        'mnemo limits show --root') _mnemo_paths -f ;;
        'mnemo limits show --format') _mnemo_words 'table plain json' ;;
        'mnemo limits show --config') _mnemo_paths -f ;;
        'mnemo limits rules --rules') _mnemo_paths -f ;;
        'mnemo limits rules --replay') _mnemo_paths -f ;;
        'mnemo limits rules --fail-on') _mnemo_words 'note moderate warning high error critical never' ;;
        'mnemo limits rules --format') _mnemo_words 'table plain json ndjson' ;;
        'mnemo limits rules -o' | 'mnemo limits rules --output') _mnemo_paths -f ;;
        'mnemo limits rules --config') _mnemo_paths -f ;;
        'mnemo limits render --for') _mnemo_words 'docker compose kubernetes systemd' ;;
        'mnemo limits render --config') _mnemo_paths -f ;;
        'mnemo ulimit doctor --root') _mnemo_paths -d ;;
        'mnemo ulimit doctor --profile') _mnemo_words 'auto default server database ci container' ;;
        'mnemo ulimit doctor --fail-on') _mnemo_words 'note moderate warning high error critical never' ;;
        'mnemo ulimit doctor --baseline') _mnemo_paths -f ;;
        'mnemo ulimit doctor --format') _mnemo_words 'table plain json ndjson sarif junit github nagios' ;;
        'mnemo ulimit doctor -o' | 'mnemo ulimit doctor --output') _mnemo_paths -f ;;
        'mnemo ulimit doctor --config') _mnemo_paths -f ;;
        'mnemo ulimit fix --root') _mnemo_paths -f ;;
        'mnemo ulimit fix --format') _mnemo_words 'table plain json shell' ;;
        'mnemo ulimit fix --config') _mnemo_paths -f ;;
        'mnemo doctor --root') _mnemo_paths -d ;;
        'mnemo doctor --profile') _mnemo_words 'auto default server database ci container' ;;
        'mnemo doctor --fail-on') _mnemo_words 'note moderate warning high error critical never' ;;
        'mnemo doctor --baseline') _mnemo_paths -f ;;
        'mnemo doctor --format') _mnemo_words 'table plain json ndjson sarif junit github nagios' ;;
        'mnemo doctor -o' | 'mnemo doctor --output') _mnemo_paths -f ;;
        'mnemo doctor --config') _mnemo_paths -f ;;
        'mnemo collect-diagnostics --profile') _mnemo_words 'minimal standard deep' ;;
        'mnemo collect-diagnostics --format') _mnemo_words 'plain json' ;;
        'mnemo collect-diagnostics --config') _mnemo_paths -f ;;
        'mnemo collect --profile') _mnemo_words 'minimal standard deep' ;;
        'mnemo collect --format') _mnemo_words 'plain json' ;;
        'mnemo collect --config') _mnemo_paths -f ;;
        'mnemo explain --format') _mnemo_words 'plain json' ;;
        'mnemo explain --config') _mnemo_paths -f ;;
        'mnemo orchestrate --journal') _mnemo_paths -f ;;
        'mnemo orchestrate --engine') _mnemo_words 'local dask' ;;
        'mnemo orchestrate --tls-ca') _mnemo_paths -f ;;
        'mnemo orchestrate --tls-cert') _mnemo_paths -f ;;
        'mnemo orchestrate --tls-key') _mnemo_paths -f ;;
        'mnemo orchestrate --rules') _mnemo_paths -f ;;
        'mnemo orchestrate --output-dir') _mnemo_paths -f ;;
        'mnemo orchestrate --format') _mnemo_words 'plain json ndjson' ;;
        'mnemo orchestrate --color') _mnemo_words 'auto always never' ;;
        'mnemo orchestrate --config') _mnemo_paths -f ;;
        'mnemo orchestrate check --config') _mnemo_paths -f ;;
        'mnemo orchestrate status --format') _mnemo_words 'table json' ;;
        'mnemo orchestrate status 0') _mnemo_paths -f ;;
        'mnemo orchestrate cancel 0') _mnemo_paths -f ;;
        'mnemo orchestrate report --format') _mnemo_words 'table json' ;;
        'mnemo orchestrate report 0') _mnemo_paths -f ;;
        'mnemo orchestrate history --format') _mnemo_words 'table json' ;;
        'mnemo orchestrate history --config') _mnemo_paths -f ;;
        'mnemo orchestrate demo --color') _mnemo_words 'auto always never' ;;
        'mnemo orchestrate demo --config') _mnemo_paths -f ;;
        'mnemo export serve --rules') _mnemo_paths -f ;;
        'mnemo export serve --tls-cert') _mnemo_paths -f ;;
        'mnemo export serve --tls-key') _mnemo_paths -f ;;
        'mnemo export serve --client-ca') _mnemo_paths -f ;;
        'mnemo export serve --auth-password-file') _mnemo_paths -f ;;
        'mnemo export serve --config') _mnemo_paths -f ;;
        'mnemo export textfile --rules') _mnemo_paths -f ;;
        'mnemo export textfile --config') _mnemo_paths -f ;;
        'mnemo export textfile 0') _mnemo_paths -f ;;
        'mnemo export rules --rules') _mnemo_paths -f ;;
        'mnemo export rules -o' | 'mnemo export rules --output') _mnemo_paths -f ;;
        'mnemo export rules --config') _mnemo_paths -f ;;
        'mnemo export alertmanager --webhook-url-file') _mnemo_paths -f ;;
        'mnemo export alertmanager --webhook-token-file') _mnemo_paths -f ;;
        'mnemo export alertmanager --pagerduty-key-file') _mnemo_paths -f ;;
        'mnemo export alertmanager -o' | 'mnemo export alertmanager --output') _mnemo_paths -f ;;
        'mnemo export dashboard -o' | 'mnemo export dashboard --output') _mnemo_paths -f ;;
        'mnemo export dashboard --config') _mnemo_paths -f ;;
        'mnemo config show --format') _mnemo_words 'table plain json' ;;
        'mnemo config show --config') _mnemo_paths -f ;;
        'mnemo config get --config') _mnemo_paths -f ;;
        'mnemo config set --config') _mnemo_paths -f ;;
        'mnemo config path --config') _mnemo_paths -f ;;
        'mnemo completion 0') _mnemo_words 'bash zsh fish' ;;
        *) ;;
    esac
}

_mnemo_words() {
    _mnemo_take < <(compgen -W "$1" -- "$current")
}

_mnemo_paths() {
    compopt -o filenames 2>/dev/null || true
    _mnemo_take < <(compgen "$1" -- "$current")
}

_mnemo_take() {
    local candidate
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done
}

# The program after `--` starts at word $1.
_mnemo_program() {
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)); then
        _mnemo_take < <(compgen -c -- "$current")
    else
        _mnemo_paths -f
    fi
}

_mnemo() {
    local current=${COMP_WORDS[COMP_CWORD]} path=mnemo option='' place=0 only_arguments='' index word
    local commands options valued runs IFS=$' \t\n'
    COMPREPLY=()
    _mnemo_describe "$path"
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ -n $option ]]; then
            # bash splits `--option=value` at the sign.
            [[ $word == '=' ]] || option=''
        elif [[ $word == -- && $runs == yes ]]; then
            _mnemo_program $((index + 1))
            return
        elif [[ $word == -- ]]; then
            only_arguments=yes
        elif [[ $word == -* && -z $only_arguments ]]; then
            [[ " $valued " != *" $word "* ]] || option=$word
        elif [[ " $commands " == *" $word "* ]]; then
            path+=" $word"
            _mnemo_describe "$path"
        else
            place=$((place + 1))
        fi
    done
    if [[ -n $option ]]; then
        [[ $current != '=' ]] || current=''
        _mnemo_value "$path $option"
    elif [[ $current == -* && -z $only_arguments ]]; then
        _mnemo_words "$options"
    else
        [[ -z $commands ]] || _mnemo_words "$commands"
        _mnemo_value "$path $place"
    fi
}

complete -F _mnemo mnemo
