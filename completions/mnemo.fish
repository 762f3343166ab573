# fish completion for mnemo. Written from the command tree by tests/generate.py; do not edit.

# Sets __mnemo_path to the command that the words so far lead to, and __mnemo_program to where the
# program after `--` starts (0 without one).
function __mnemo_read
    set -l words (commandline -opc)
    set -g __mnemo_path mnemo
    set -g __mnemo_program 0
    set -l skip no
    for index in (seq 2 (count $words))
        set -l word $words[$index]
        if test $skip = yes
            set skip no
        else if test "$word" = --; and contains -- $__mnemo_path 'mnemo monitor' 'mnemo snapshot'
            set __mnemo_program (math $index + 1)
            return
        else if contains -- $word '--pid' '--name' '--cgroup' '--limit' '--interval' '--format' '-o' '--output' '--count' '--duration' '--timeout' '--until-level' '--fail-on' '--color' '--config' '--fields' '--top' '--diff'
            set skip yes
        else if contains -- "$__mnemo_path $word" 'mnemo monitor' 'mnemo snapshot' 'mnemo explain' 'mnemo config' 'mnemo config show' 'mnemo config get' 'mnemo config set' 'mnemo config path' 'mnemo config schema' 'mnemo completion'
            set __mnemo_path "$__mnemo_path $word"
        end
    end
end

function __mnemo_at
    __mnemo_read
    test $__mnemo_program -eq 0; and test "$__mnemo_path" = "$argv"
end

function __mnemo_runs
    __mnemo_read
    test $__mnemo_program -gt 0
end

function __mnemo_complete_program
    set -l words (commandline -opc) (commandline -ct)
    complete -C (string join ' ' -- (string escape -- $words[$__mnemo_program..-2]) $words[-1])
end

complete -c mnemo -f
complete -c mnemo -n __mnemo_runs -a '(__mnemo_complete_program)'
complete -c mnemo -n '__mnemo_at mnemo' -a 'monitor' -d 'Watch memory live against the limit that binds'
complete -c mnemo -n '__mnemo_at mnemo' -a 'snapshot' -d 'Show one reading of memory and its limits'
complete -c mnemo -n '__mnemo_at mnemo' -a 'explain' -d 'Say what a level, an exit code or a setting means'
complete -c mnemo -n '__mnemo_at mnemo' -a 'config' -d 'Show and change the settings'
complete -c mnemo -n '__mnemo_at mnemo' -a 'completion' -d 'Print the completion script of a shell'
complete -c mnemo -n '__mnemo_at mnemo' -s V -l version -d 'Print the version and exit.'
complete -c mnemo -n '__mnemo_at mnemo' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l host -d 'Watch the whole machine.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l pid -d 'Watch process N and its descendants.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l name -d 'Watch the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l cgroup -d 'Watch a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l limit -d 'Give the processes a budget of their own; passing it exits 1.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l interval -d 'Time between samples, such as 500ms or 5s.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l format -d 'Print lines instead of the dashboard.' -r -f -a 'ndjson plain csv'
complete -c mnemo -n '__mnemo_at mnemo monitor' -s o -l output -d 'Write the lines to FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo monitor' -l headless -d 'Show nothing; only write the memory log.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l once -d 'Print one sample and exit.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l count -d 'Exit after N samples. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l duration -d 'Exit after TIME.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l timeout -d 'Exit 124 after TIME.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l until-level -d 'Exit 0 at this level.' -r -f -a 'moderate high critical'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l fail-on -d 'Exit 1 from this level on: moderate, high, critical or never (or note, warning, error). [default: never]' -r -f -a 'note moderate warning high error critical never'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l fail-fast -d 'Exit as soon as --fail-on is met.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l ascii -d 'Draw with ASCII signs only.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l color -d 'When to use colour. [default: auto]' -r -f -a 'auto always never'
complete -c mnemo -n '__mnemo_at mnemo monitor' -s v -l verbose -d 'Log more.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l quiet -d 'Log errors only.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo monitor' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l host -d 'Watch the whole machine.'
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l pid -d 'Watch process N and its descendants.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l name -d 'Watch the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l cgroup -d 'Watch a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l limit -d 'Give the processes a budget of their own; passing it exits 1.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l format -d 'table on a terminal, plain elsewhere.' -r -f -a 'table plain json'
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l fields -d 'Print only these numbers.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l top -d 'Show the N largest processes. [default: 10; x>=0]' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l diff -d 'Compare with a saved reading.' -r -F
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l clean-trackers -d 'First remove the counters that your ended programs left.'
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l fail-on -d 'Exit 1 from this level on: moderate, high, critical or never (or note, warning, error). [default: never]' -r -f -a 'note moderate warning high error critical never'
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo snapshot' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo explain' -l format -d 'plain or json. [default: plain]' -r -f -a 'plain json'
complete -c mnemo -n '__mnemo_at mnemo explain' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo explain' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo config' -a 'show' -d 'Show every setting and its value. The plain format is a settings file itself'
complete -c mnemo -n '__mnemo_at mnemo config' -a 'get' -d 'Print the value of one setting, in the unit of its key'
complete -c mnemo -n '__mnemo_at mnemo config' -a 'set' -d 'Change one setting in your own file, in ./mnemo.toml, or in FILE. Comments stay'
complete -c mnemo -n '__mnemo_at mnemo config' -a 'path' -d 'Show which file is used, and which others are looked at'
complete -c mnemo -n '__mnemo_at mnemo config' -a 'schema' -d 'Print the JSON schema of a settings file'
complete -c mnemo -n '__mnemo_at mnemo config' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo config show' -l origin -d 'Say where each value came from.'
complete -c mnemo -n '__mnemo_at mnemo config show' -l all -d 'Show the hidden settings too.'
complete -c mnemo -n '__mnemo_at mnemo config show' -l format -d 'table on a terminal, plain elsewhere.' -r -f -a 'table plain json'
complete -c mnemo -n '__mnemo_at mnemo config show' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo config show' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo config get' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo config get' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo config set' -l local -d 'Change ./mnemo.toml.'
complete -c mnemo -n '__mnemo_at mnemo config set' -l config -d 'Change FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo config set' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo config path' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo config path' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo config schema' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo completion' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo completion' -f -a 'bash zsh fish' -d 'bash, zsh or fish.'
