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
        else if test "$word" = --; and contains -- $__mnemo_path 'mnemo monitor' 'mnemo snapshot' 'mnemo limits check' 'mnemo limits show' 'mnemo ulimit doctor' 'mnemo doctor' 'mnemo orchestrate'
            set __mnemo_program (math $index + 1)
            return
        else if contains -- $word '--pid' '--name' '--cgroup' '--limit' '--interval' '--rules' '--columns' '--format' '--fields' '-o' '--output' '--record' '--record-max' '--replay' '--at' '--speed' '--plot' '--count' '--duration' '--timeout' '--until-level' '--fail-on' '--color' '--config' '--top' '--diff' '--user' '--unit' '--root' '--profile' '--need' '--select' '--ignore' '--baseline' '--wait' '--report' '--item-bytes' '--dimensions' '--for' '--undo' '--world' '--nofile' '--score' '--since' '--budget-time' '--budget-size' '--verify' '--container' '--growth' '--template' '--slots' '--budget' '--journal' '--drain-timeout' '--engine' '--scheduler' '--local-cluster' '--tls-ca' '--tls-cert' '--tls-key' '--output-dir' '--listen' '--scrape-timeout' '--client-ca' '--auth-user' '--auth-password-file' '--file' '--webhook-url-file' '--webhook-token-file' '--pagerduty-key-file'
            set skip yes
        else if contains -- "$__mnemo_path $word" 'mnemo monitor' 'mnemo snapshot' 'mnemo limits' 'mnemo limits check' 'mnemo limits show' 'mnemo limits rules' 'mnemo limits render' 'mnemo ulimit' 'mnemo ulimit doctor' 'mnemo ulimit fix' 'mnemo ulimit raise' 'mnemo ulimit protect' 'mnemo doctor' 'mnemo collect-diagnostics' 'mnemo collect' 'mnemo explain' 'mnemo orchestrate' 'mnemo orchestrate check' 'mnemo orchestrate status' 'mnemo orchestrate cancel' 'mnemo orchestrate report' 'mnemo orchestrate history' 'mnemo orchestrate demo' 'mnemo export' 'mnemo export serve' 'mnemo export textfile' 'mnemo export rules' 'mnemo export alertmanager' 'mnemo export dashboard' 'mnemo config' 'mnemo config show' 'mnemo config get' 'mnemo config set' 'mnemo config path' 'mnemo config schema' 'mnemo completion'
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
complete -c mnemo -n '__mnemo_at mnemo' -a 'limits' -d 'Check limits for CI, show them all, render them'
complete -c mnemo -n '__mnemo_at mnemo' -a 'ulimit' -d 'Audit and mend limits, raise those of a live process'
complete -c mnemo -n '__mnemo_at mnemo' -a 'doctor' -d 'Find the limits that bind or will, and who set them'
complete -c mnemo -n '__mnemo_at mnemo' -a 'collect-diagnostics' -d 'Put what explains a death into one redacted tarball'
complete -c mnemo -n '__mnemo_at mnemo' -a 'collect' -d 'Put what explains a death into one redacted tarball'
complete -c mnemo -n '__mnemo_at mnemo' -a 'explain' -d 'Say why something died, or what an error means'
complete -c mnemo -n '__mnemo_at mnemo' -a 'orchestrate' -d 'Run jobs so that memory never kills them'
complete -c mnemo -n '__mnemo_at mnemo' -a 'export' -d 'Give metrics, rules and a dashboard to Prometheus'
complete -c mnemo -n '__mnemo_at mnemo' -a 'config' -d 'Show and change the settings'
complete -c mnemo -n '__mnemo_at mnemo' -a 'completion' -d 'Print the completion script of a shell'
complete -c mnemo -n '__mnemo_at mnemo' -s V -l version -d 'Print the version and exit.'
complete -c mnemo -n '__mnemo_at mnemo' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l host -d 'Look at the whole machine.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l pid -d 'Look at process N and its descendants.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l cgroup -d 'Look at a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l limit -d 'Give the processes a budget of their own; passing it exits 1.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l interval -d 'Time between samples, such as 500ms or 5s.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l rules -d 'Alert rules in place of the built-in ones.' -r -F
complete -c mnemo -n '__mnemo_at mnemo monitor' -l columns -d 'Columns of the process table.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l allow-signal -d 'Let the key K send signals to processes.'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l format -d 'Print lines instead of the dashboard.' -r -f -a 'ndjson plain csv'
complete -c mnemo -n '__mnemo_at mnemo monitor' -l fields -d 'Print only these numbers.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -s o -l output -d 'Write the lines to FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo monitor' -l record -d 'Record every sample.' -r -F
complete -c mnemo -n '__mnemo_at mnemo monitor' -l record-max -d 'Begin a new file at this size (100 MiB).' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l replay -d 'Show a recording or a memory log.' -r -F
complete -c mnemo -n '__mnemo_at mnemo monitor' -l at -d 'From TIME on: 14:02:31, an ISO time, +10m.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l speed -d 'Replay N times as fast.' -r -f
complete -c mnemo -n '__mnemo_at mnemo monitor' -l plot -d 'Draw the recording as an .svg or .png.' -r -F
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
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l host -d 'Look at the whole machine.'
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l pid -d 'Look at process N and its descendants.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l cgroup -d 'Look at a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l limit -d 'Give the processes a budget of their own; passing it exits 1.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l format -d 'table on a terminal, plain elsewhere.' -r -f -a 'table plain json prometheus'
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l fields -d 'Print only these numbers.' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l top -d 'Show the N largest processes. [default: 10; x>=0]' -r -f
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l diff -d 'Compare with a saved reading.' -r -F
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l clean-trackers -d 'First remove the counters that your ended programs left.'
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l fail-on -d 'Exit 1 from this level on: moderate, high, critical or never (or note, warning, error). [default: never]' -r -f -a 'note moderate warning high error critical never'
complete -c mnemo -n '__mnemo_at mnemo snapshot' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo snapshot' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo limits' -a 'check' -d 'Exit 1 when memory or a limit is at or beyond --fail-on'
complete -c mnemo -n '__mnemo_at mnemo limits' -a 'show' -d 'Show every limit of a target: what it allows, what is used, who set it'
complete -c mnemo -n '__mnemo_at mnemo limits' -a 'rules' -d 'Show the alert rules, how each stands now, and the numbers they may name'
complete -c mnemo -n '__mnemo_at mnemo limits' -a 'render' -d 'Print the limits for docker, compose, Kubernetes or systemd'
complete -c mnemo -n '__mnemo_at mnemo limits' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo limits check' -l pid -d 'Look at process N. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -l user -d 'Look at the processes of a user, by name or uid.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -l unit -d 'Look at the processes of a systemd service.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -l all -d 'Look at the machine and every process.'
complete -c mnemo -n '__mnemo_at mnemo limits check' -l top -d 'Of many, show the N worst only. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -l root -d 'Look at an image or a captured tree instead. [default: /]' -r -f -a '(__fish_complete_directories)'
complete -c mnemo -n '__mnemo_at mnemo limits check' -l profile -d 'What to recommend: auto, default, server, database, ci or container.' -r -f -a 'auto default server database ci container'
complete -c mnemo -n '__mnemo_at mnemo limits check' -l need -d 'What must be possible, such as nofile=65536,nproc=4096,mem=2GiB.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -l select -d 'Only these checks: FD003, FD or fd-usage.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -l ignore -d 'Not these checks.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -l fail-on -d 'Exit 1 from here on: note, warning, error or never (moderate, high and critical mean the same). [default: error]' -r -f -a 'note moderate warning high error critical never'
complete -c mnemo -n '__mnemo_at mnemo limits check' -l strict-unknown -d 'Exit 3 when a check cannot tell.'
complete -c mnemo -n '__mnemo_at mnemo limits check' -l baseline -d 'Fail for findings only that an earlier JSON has not.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits check' -l wait -d 'Try again until it holds, for at most TIME.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -l format -d 'table on a terminal, plain elsewhere.' -r -f -a 'table plain json ndjson sarif junit github nagios'
complete -c mnemo -n '__mnemo_at mnemo limits check' -l report -d 'Write FILE in FORMAT, too; may be repeated.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits check' -s o -l output -d 'Write the result to FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits check' -s v -l verbose -d 'Show what passed, too, and the evidence.'
complete -c mnemo -n '__mnemo_at mnemo limits check' -l rules -d 'Alert rules in place of the built-in ones.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits check' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits check' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo limits show' -l host -d 'Show what the machine allows.'
complete -c mnemo -n '__mnemo_at mnemo limits show' -l pid -d 'Show process N. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits show' -l name -d 'Show the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits show' -l cgroup -d 'Show a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits show' -l root -d 'Read a captured tree instead of this machine. [default: /]' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits show' -l budget -d 'Add up what the configuration allows, and compare it.'
complete -c mnemo -n '__mnemo_at mnemo limits show' -l item-bytes -d 'With --budget: what an event, a queue item or an operation takes [default: 1KiB].' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits show' -l dimensions -d 'With --budget: dimensions of a cached embedding, 4 bytes each [default: 768]. [1<=x<=1000000]' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits show' -l format -d 'table on a terminal, plain elsewhere.' -r -f -a 'table plain json'
complete -c mnemo -n '__mnemo_at mnemo limits show' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits show' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l host -d 'Look at the whole machine.'
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l pid -d 'Look at process N and its descendants.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l cgroup -d 'Look at a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l limit -d 'Give the processes a budget of their own.' -r -f
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l rules -d 'Alert rules in place of the built-in ones.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l all -d 'Show every name that a condition may use.'
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l replay -d 'Test the rules on a recording: monitor\'s ndjson, or the memory log.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l fail-on -d 'With --replay: exit 1 when an alert of this severity, or a worse one, fired. [default: never]' -r -f -a 'note moderate warning high error critical never'
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l format -d 'table on a terminal, plain elsewhere; ndjson with --replay.' -r -f -a 'table plain json ndjson'
complete -c mnemo -n '__mnemo_at mnemo limits rules' -s o -l output -d 'Write to FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits rules' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits rules' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo limits render' -l for -d 'In whose words.' -r -f -a 'docker compose kubernetes systemd'
complete -c mnemo -n '__mnemo_at mnemo limits render' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo limits render' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo ulimit' -a 'doctor' -d 'Find the limits that bind or will, and who set them'
complete -c mnemo -n '__mnemo_at mnemo ulimit' -a 'fix' -d 'Make the configuration allow what a profile or --need asks'
complete -c mnemo -n '__mnemo_at mnemo ulimit' -a 'raise' -d 'Raise the limit of open files of a process that runs'
complete -c mnemo -n '__mnemo_at mnemo ulimit' -a 'protect' -d 'Set whom the kernel\'s OOM killer would choose: the score of a process'
complete -c mnemo -n '__mnemo_at mnemo ulimit' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l pid -d 'Look at process N. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l user -d 'Look at the processes of a user, by name or uid.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l unit -d 'Look at the processes of a systemd service.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l all -d 'Look at the machine and every process.'
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l top -d 'Of many, show the N worst only. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l root -d 'Look at an image or a captured tree instead. [default: /]' -r -f -a '(__fish_complete_directories)'
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l profile -d 'What to recommend: auto, default, server, database, ci or container.' -r -f -a 'auto default server database ci container'
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l need -d 'What must be possible, such as nofile=65536,nproc=4096,mem=2GiB.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l select -d 'Only these checks: FD003, FD or fd-usage.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l ignore -d 'Not these checks.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l fail-on -d 'Exit 1 from here on: note, warning, error or never (moderate, high and critical mean the same). [default: error]' -r -f -a 'note moderate warning high error critical never'
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l strict-unknown -d 'Exit 3 when a check cannot tell.'
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l baseline -d 'Fail for findings only that an earlier JSON has not.' -r -F
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l format -d 'table on a terminal, plain elsewhere.' -r -f -a 'table plain json ndjson sarif junit github nagios'
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l report -d 'Write FILE in FORMAT, too; may be repeated.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -s o -l output -d 'Write the result to FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -s v -l verbose -d 'Show what passed, too, and the evidence.'
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo ulimit doctor' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l plan -d 'Show what would be done (the default).'
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l apply -d 'Do it; asks first.'
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l undo -d 'Take a fix back.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l list -d 'Show the fixes that were made.'
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l yes -d 'Do not ask.'
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l need -d 'For example nofile=65536,nproc=4096.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l profile -d 'default, server, database, ci or container.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l world -d 'Where: session, pam, service, all-services, sysctl, docker, compose, kubernetes, launchd.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l unit -d 'The service to mend.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l root -d 'Mend the files of an image or tree; nothing is activated. [default: /]' -r -F
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l format -d 'table on a terminal, plain elsewhere.' -r -f -a 'table plain json shell'
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo ulimit fix' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo ulimit raise' -l pid -d 'The process. [x>=1; required]' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit raise' -l nofile -d 'For example 65536, or 65536:524288.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit raise' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo ulimit protect' -l score -d '-999 to 1000; lower is killed later.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit protect' -l pid -d 'The process. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit protect' -l name -d 'All processes whose name matches.' -r -f
complete -c mnemo -n '__mnemo_at mnemo ulimit protect' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo doctor' -l pid -d 'Look at process N. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo doctor' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo doctor' -l user -d 'Look at the processes of a user, by name or uid.' -r -f
complete -c mnemo -n '__mnemo_at mnemo doctor' -l unit -d 'Look at the processes of a systemd service.' -r -f
complete -c mnemo -n '__mnemo_at mnemo doctor' -l all -d 'Look at the machine and every process.'
complete -c mnemo -n '__mnemo_at mnemo doctor' -l top -d 'Of many, show the N worst only. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo doctor' -l root -d 'Look at an image or a captured tree instead. [default: /]' -r -f -a '(__fish_complete_directories)'
complete -c mnemo -n '__mnemo_at mnemo doctor' -l profile -d 'What to recommend: auto, default, server, database, ci or container.' -r -f -a 'auto default server database ci container'
complete -c mnemo -n '__mnemo_at mnemo doctor' -l need -d 'What must be possible, such as nofile=65536,nproc=4096,mem=2GiB.' -r -f
complete -c mnemo -n '__mnemo_at mnemo doctor' -l select -d 'Only these checks: FD003, FD or fd-usage.' -r -f
complete -c mnemo -n '__mnemo_at mnemo doctor' -l ignore -d 'Not these checks.' -r -f
complete -c mnemo -n '__mnemo_at mnemo doctor' -l fail-on -d 'Exit 1 from here on: note, warning, error or never (moderate, high and critical mean the same). [default: error]' -r -f -a 'note moderate warning high error critical never'
complete -c mnemo -n '__mnemo_at mnemo doctor' -l strict-unknown -d 'Exit 3 when a check cannot tell.'
complete -c mnemo -n '__mnemo_at mnemo doctor' -l baseline -d 'Fail for findings only that an earlier JSON has not.' -r -F
complete -c mnemo -n '__mnemo_at mnemo doctor' -l format -d 'table on a terminal, plain elsewhere.' -r -f -a 'table plain json ndjson sarif junit github nagios'
complete -c mnemo -n '__mnemo_at mnemo doctor' -l report -d 'Write FILE in FORMAT, too; may be repeated.' -r -f
complete -c mnemo -n '__mnemo_at mnemo doctor' -s o -l output -d 'Write the result to FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo doctor' -s v -l verbose -d 'Show what passed, too, and the evidence.'
complete -c mnemo -n '__mnemo_at mnemo doctor' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo doctor' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -s o -l output -d 'Write FILE, or into a folder, or - for stdout.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l profile -d 'How much: minimal, standard or deep. [default: standard]' -r -f -a 'minimal standard deep'
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l host -d 'Look at the whole machine.'
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l pid -d 'Look at process N and its descendants.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l cgroup -d 'Look at a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l since -d 'How far back in logs, such as 2h. [default: 24h]' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l budget-time -d 'How long it may take (20s).' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l budget-size -d 'How large it may be, packed (20Mi).' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l list -d 'Show what is collected, and end.'
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l dry-run -d 'Show which files it would hold, and end.'
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l cmdline -d 'With whole command lines, masked.'
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l no-redact -d 'Keep secrets, names and addresses in it.'
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l verify -d 'Check a bundle instead.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l format -d 'plain or json. [default: plain]' -r -f -a 'plain json'
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo collect-diagnostics' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo collect' -s o -l output -d 'Write FILE, or into a folder, or - for stdout.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect' -l profile -d 'How much: minimal, standard or deep. [default: standard]' -r -f -a 'minimal standard deep'
complete -c mnemo -n '__mnemo_at mnemo collect' -l host -d 'Look at the whole machine.'
complete -c mnemo -n '__mnemo_at mnemo collect' -l pid -d 'Look at process N and its descendants.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect' -l cgroup -d 'Look at a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect' -l since -d 'How far back in logs, such as 2h. [default: 24h]' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect' -l budget-time -d 'How long it may take (20s).' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect' -l budget-size -d 'How large it may be, packed (20Mi).' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect' -l list -d 'Show what is collected, and end.'
complete -c mnemo -n '__mnemo_at mnemo collect' -l dry-run -d 'Show which files it would hold, and end.'
complete -c mnemo -n '__mnemo_at mnemo collect' -l cmdline -d 'With whole command lines, masked.'
complete -c mnemo -n '__mnemo_at mnemo collect' -l no-redact -d 'Keep secrets, names and addresses in it.'
complete -c mnemo -n '__mnemo_at mnemo collect' -l verify -d 'Check a bundle instead.' -r -f
complete -c mnemo -n '__mnemo_at mnemo collect' -l format -d 'plain or json. [default: plain]' -r -f -a 'plain json'
complete -c mnemo -n '__mnemo_at mnemo collect' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo collect' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo explain' -l pid -d 'Why process N died, or what befell it. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo explain' -l unit -d 'Why a systemd unit died.' -r -f
complete -c mnemo -n '__mnemo_at mnemo explain' -l container -d 'Why a container died.' -r -f
complete -c mnemo -n '__mnemo_at mnemo explain' -l last -d 'The most recent kill on this machine.'
complete -c mnemo -n '__mnemo_at mnemo explain' -l growth -d 'With --pid: watch what grows, such as for 60s.' -r -f
complete -c mnemo -n '__mnemo_at mnemo explain' -l format -d 'plain or json. [default: plain]' -r -f -a 'plain json'
complete -c mnemo -n '__mnemo_at mnemo explain' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo explain' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -a 'check' -d 'Show what a plan would run, and what of it can never fit'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -a 'status' -d 'Show how a run stands, also while it goes on'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -a 'cancel' -d 'Cancel jobs of a run: those that run are asked to end, those that wait never start'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -a 'report' -d 'Show what became of a run: memory by name, and why jobs died'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -a 'history' -d 'Show how much memory jobs needed, by name, and what the next one claims'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -a 'demo' -d 'See every level and every step of the ladder in a small service that fills its memory'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l template -d 'Run CMD for each line, which takes the place of {}.' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l slots -d 'So many jobs at once. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l budget -d 'Memory for all jobs together.' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l journal -d 'Keep the run in FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l resume -d 'Go on with the run in the journal, or begin it.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l drain-timeout -d 'How long jobs may finish in a drain.' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l engine -d 'Where jobs run: here, or on a Dask cluster\'s workers. [default: local]' -r -f -a 'local dask'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l scheduler -d 'The Dask scheduler, tcp://HOST:PORT.' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l local-cluster -d 'Try --engine dask with N workers here. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l tls-ca -d 'Who signs for a tls:// scheduler.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l tls-cert -d 'Our certificate for it.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l tls-key -d 'The key of our certificate.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l rules -d 'Alert rules in place of the built-in ones.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l output-dir -d 'Put the jobs\' output there.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l format -d 'Print this instead of the live view.' -r -f -a 'plain json ndjson'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l dry-run -d 'Only say what would be run.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l color -d 'When to use colour. [default: auto]' -r -f -a 'auto always never'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -s v -l verbose -d 'Log more.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l quiet -d 'Log errors only.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate check' -l template -d 'As for the run.' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate check' -l slots -d 'As for the run. [x>=1]' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate check' -l budget -d 'As for the run.' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate check' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate check' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate status' -l format -d 'table or json. [default: table]' -r -f -a 'table json'
complete -c mnemo -n '__mnemo_at mnemo orchestrate status' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate status' -F -d 'The journal of the run.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate cancel' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate cancel' -F -d 'The journal of the run.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate report' -l format -d 'table or json. [default: table]' -r -f -a 'table json'
complete -c mnemo -n '__mnemo_at mnemo orchestrate report' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate report' -F -d 'The journal of the run.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate history' -l format -d 'table or json. [default: table]' -r -f -a 'table json'
complete -c mnemo -n '__mnemo_at mnemo orchestrate history' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate history' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate demo' -l duration -d 'How long the load goes on. [default: 45s]' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate demo' -l limit -d 'The limit that is filled.' -r -f
complete -c mnemo -n '__mnemo_at mnemo orchestrate demo' -l simulated -d 'Make no memory group, only count against the limit.'
complete -c mnemo -n '__mnemo_at mnemo orchestrate demo' -l color -d 'When to use colour. [default: auto]' -r -f -a 'auto always never'
complete -c mnemo -n '__mnemo_at mnemo orchestrate demo' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo orchestrate demo' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo export' -a 'serve' -d 'Serve metrics to Prometheus'
complete -c mnemo -n '__mnemo_at mnemo export' -a 'textfile' -d 'Write metrics to a file for node_exporter'
complete -c mnemo -n '__mnemo_at mnemo export' -a 'rules' -d 'Print the alert rules as rules of Prometheus'
complete -c mnemo -n '__mnemo_at mnemo export' -a 'alertmanager' -d 'Print a first configuration of Alertmanager'
complete -c mnemo -n '__mnemo_at mnemo export' -a 'dashboard' -d 'Print a dashboard for Grafana, with your levels as bands'
complete -c mnemo -n '__mnemo_at mnemo export' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo export serve' -l listen -d 'Where to listen; nothing beyond this machine by default. [default: 127.0.0.1:9477]' -r -f
complete -c mnemo -n '__mnemo_at mnemo export serve' -l host -d 'Look at the whole machine.'
complete -c mnemo -n '__mnemo_at mnemo export serve' -l pid -d 'Look at process N and its descendants.' -r -f
complete -c mnemo -n '__mnemo_at mnemo export serve' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo export serve' -l cgroup -d 'Look at a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo export serve' -l limit -d 'Give the processes a budget of their own; passing it exits 1.' -r -f
complete -c mnemo -n '__mnemo_at mnemo export serve' -l rules -d 'Alert rules in place of the built-in ones.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export serve' -l no-actions -d 'Export how alerts stand; tell nobody.'
complete -c mnemo -n '__mnemo_at mnemo export serve' -l interval -d 'Time between samples when nobody scrapes. [default: 20s]' -r -f
complete -c mnemo -n '__mnemo_at mnemo export serve' -l top -d 'Export the N largest processes. [default: 20; 0<=x<=1000]' -r -f
complete -c mnemo -n '__mnemo_at mnemo export serve' -l scrape-timeout -d 'The longest that a scrape waits for a sample. [default: 10s]' -r -f
complete -c mnemo -n '__mnemo_at mnemo export serve' -l tls-cert -d 'Our certificate, for HTTPS.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export serve' -l tls-key -d 'Its key, where that is another file.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export serve' -l client-ca -d 'Only for clients with a certificate of these.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export serve' -l auth-user -d 'The user of the password. [default: mnemo]' -r -f
complete -c mnemo -n '__mnemo_at mnemo export serve' -l auth-password-file -d 'Only for who knows the password in FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export serve' -s v -l verbose -d 'Log more.'
complete -c mnemo -n '__mnemo_at mnemo export serve' -l quiet -d 'Log errors only.'
complete -c mnemo -n '__mnemo_at mnemo export serve' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export serve' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l file -d 'The name of the file. [default: mnemo.prom]' -r -f
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l once -d 'Write one sample and exit; this is the default.'
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l interval -d 'Go on, and write at this pace.' -r -f
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l host -d 'Look at the whole machine.'
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l pid -d 'Look at process N and its descendants.' -r -f
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l name -d 'Look at the processes whose name matches REGEX.' -r -f
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l cgroup -d 'Look at a control group, such as /app.' -r -f
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l limit -d 'Give the processes a budget of their own; passing it exits 1.' -r -f
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l rules -d 'Alert rules in place of the built-in ones.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l top -d 'Write the N largest processes. [default: 20; 0<=x<=1000]' -r -f
complete -c mnemo -n '__mnemo_at mnemo export textfile' -s v -l verbose -d 'Log more.'
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l quiet -d 'Log errors only.'
complete -c mnemo -n '__mnemo_at mnemo export textfile' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export textfile' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo export textfile' -F -d 'The folder of node_exporter\'s textfile collector.'
complete -c mnemo -n '__mnemo_at mnemo export rules' -l rules -d 'Alert rules in place of the built-in ones.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export rules' -s o -l output -d 'Write to FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export rules' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export rules' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo export alertmanager' -l webhook-url-file -d 'Holds the URL of your webhook.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export alertmanager' -l webhook-token-file -d 'Holds its bearer token.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export alertmanager' -l pagerduty-key-file -d 'Holds a routing key.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export alertmanager' -s o -l output -d 'Write to FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export alertmanager' -s h -l help -d 'Show this message and exit.'
complete -c mnemo -n '__mnemo_at mnemo export dashboard' -s o -l output -d 'Write to FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export dashboard' -l config -d 'Read the settings from FILE.' -r -F
complete -c mnemo -n '__mnemo_at mnemo export dashboard' -s h -l help -d 'Show this message and exit.'
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
