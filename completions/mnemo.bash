# bash completion for mnemo. Written from the command tree by tests/generate.py; do not edit.
# shellcheck shell=bash

# What there is below the command path $1, in _mnemo's own variables.
_mnemo_describe() {
    case $1 in
        mnemo)
            commands='monitor snapshot limits ulimit doctor collect-diagnostics collect explain orchestrate export config completion'
            options='-V|--version -h|--help'
            valued=''
            runs=no
            ;;
        'mnemo monitor')
            commands=''
            options='--host --pid --name --cgroup --limit --interval --rules --columns --allow-signal --format --fields -o|--output --record --record-max --replay --at --speed --plot --headless --once --count --duration --timeout --until-level --fail-on --fail-fast --ascii --color -v|--verbose --quiet --config -h|--help'
            valued='--pid --name --cgroup --limit --interval --rules --columns --format --fields -o --output --record --record-max --replay --at --speed --plot --count --duration --timeout --until-level --fail-on --color --config'
            runs=yes
            ;;
        'mnemo snapshot')
            commands=''
            options='--host --pid --name --cgroup --limit --format --fields --top --diff --clean-trackers --fail-on --config -h|--help'
            valued='--pid --name --cgroup --limit --format --fields --top --diff --fail-on --config'
            runs=yes
            ;;
        'mnemo limits')
            commands='check show rules render'
            options='-h|--help'
            valued=''
            runs=no
            ;;
        'mnemo limits check')
            commands=''
            options='--pid --name --user --unit --all --top --root --profile --need+ --select+ --ignore+ --fail-on --strict-unknown --baseline --wait --format --report+ -o|--output -v|--verbose --rules --config -h|--help'
            valued='--pid --name --user --unit --top --root --profile --need --select --ignore --fail-on --baseline --wait --format --report -o --output --rules --config'
            runs=yes
            ;;
        'mnemo limits show')
            commands=''
            options='--host --pid --name --cgroup --root --budget --item-bytes --dimensions --format --config -h|--help'
            valued='--pid --name --cgroup --root --item-bytes --dimensions --format --config'
            runs=yes
            ;;
        'mnemo limits rules')
            commands=''
            options='--host --pid --name --cgroup --limit --rules --all --replay --fail-on --format -o|--output --config -h|--help'
            valued='--pid --name --cgroup --limit --rules --replay --fail-on --format -o --output --config'
            runs=no
            ;;
        'mnemo limits render')
            commands=''
            options='--for --config -h|--help'
            valued='--for --config'
            runs=no
            ;;
        'mnemo ulimit')
            commands='doctor fix raise protect'
            options='-h|--help'
            valued=''
            runs=no
            ;;
        'mnemo ulimit doctor')
            commands=''
            options='--pid --name --user --unit --all --top --root --profile --need+ --select+ --ignore+ --fail-on --strict-unknown --baseline --format --report+ -o|--output -v|--verbose --config -h|--help'
            valued='--pid --name --user --unit --top --root --profile --need --select --ignore --fail-on --baseline --format --report -o --output --config'
            runs=yes
            ;;
        'mnemo ulimit fix')
            commands=''
            options='--plan --apply --undo --list --yes --need+ --profile --world+ --unit --root --format --config -h|--help'
            valued='--undo --need --profile --world --unit --root --format --config'
            runs=no
            ;;
        'mnemo ulimit raise')
            commands=''
            options='--pid --nofile -h|--help'
            valued='--pid --nofile'
            runs=no
            ;;
        'mnemo ulimit protect')
            commands=''
            options='--score --pid --name -h|--help'
            valued='--score --pid --name'
            runs=no
            ;;
        'mnemo doctor')
            commands=''
            options='--pid --name --user --unit --all --top --root --profile --need+ --select+ --ignore+ --fail-on --strict-unknown --baseline --format --report+ -o|--output -v|--verbose --config -h|--help'
            valued='--pid --name --user --unit --top --root --profile --need --select --ignore --fail-on --baseline --format --report -o --output --config'
            runs=yes
            ;;
        'mnemo collect-diagnostics')
            commands=''
            options='-o|--output --profile --host --pid --name --cgroup --since --budget-time --budget-size --list --dry-run --cmdline --no-redact --verify --format --config -h|--help'
            valued='-o --output --profile --pid --name --cgroup --since --budget-time --budget-size --verify --format --config'
            runs=no
            ;;
        'mnemo collect')
            commands=''
            options='-o|--output --profile --host --pid --name --cgroup --since --budget-time --budget-size --list --dry-run --cmdline --no-redact --verify --format --config -h|--help'
            valued='-o --output --profile --pid --name --cgroup --since --budget-time --budget-size --verify --format --config'
            runs=no
            ;;
        'mnemo explain')
            commands=''
            options='--pid --unit --container --last --growth --format --config -h|--help'
            valued='--pid --unit --container --growth --format --config'
            runs=no
            ;;
        'mnemo orchestrate')
            commands='check status cancel report history demo'
            options='--template --slots --budget --journal --resume --drain-timeout --engine --scheduler --local-cluster --tls-ca --tls-cert --tls-key --rules --output-dir --format --dry-run --color -v|--verbose --quiet --config -h|--help'
            valued='--template --slots --budget --journal --drain-timeout --engine --scheduler --local-cluster --tls-ca --tls-cert --tls-key --rules --output-dir --format --color --config'
            runs=yes
            ;;
        'mnemo orchestrate check')
            commands=''
            options='--template --slots --budget --config -h|--help'
            valued='--template --slots --budget --config'
            runs=no
            ;;
        'mnemo orchestrate status')
            commands=''
            options='--format -h|--help'
            valued=--format
            runs=no
            ;;
        'mnemo orchestrate cancel')
            commands=''
            options='-h|--help'
            valued=''
            runs=no
            ;;
        'mnemo orchestrate report')
            commands=''
            options='--format -h|--help'
            valued=--format
            runs=no
            ;;
        'mnemo orchestrate history')
            commands=''
            options='--format --config -h|--help'
            valued='--format --config'
            runs=no
            ;;
        'mnemo orchestrate demo')
            commands=''
            options='--duration --limit --simulated --color --config -h|--help'
            valued='--duration --limit --color --config'
            runs=no
            ;;
        'mnemo export')
            commands='serve textfile rules alertmanager dashboard'
            options='-h|--help'
            valued=''
            runs=no
            ;;
        'mnemo export serve')
            commands=''
            options='--listen --host --pid --name --cgroup --limit --rules --no-actions --interval --top --scrape-timeout --tls-cert --tls-key --client-ca --auth-user --auth-password-file -v|--verbose --quiet --config -h|--help'
            valued='--listen --pid --name --cgroup --limit --rules --interval --top --scrape-timeout --tls-cert --tls-key --client-ca --auth-user --auth-password-file --config'
            runs=no
            ;;
        'mnemo export textfile')
            commands=''
            options='--file --once --interval --host --pid --name --cgroup --limit --rules --top -v|--verbose --quiet --config -h|--help'
            valued='--file --interval --pid --name --cgroup --limit --rules --top --config'
            runs=no
            ;;
        'mnemo export rules')
            commands=''
            options='--rules -o|--output --config -h|--help'
            valued='--rules -o --output --config'
            runs=no
            ;;
        'mnemo export alertmanager')
            commands=''
            options='--webhook-url-file --webhook-token-file --pagerduty-key-file -o|--output -h|--help'
            valued='--webhook-url-file --webhook-token-file --pagerduty-key-file -o --output'
            runs=no
            ;;
        'mnemo export dashboard')
            commands=''
            options='-o|--output --config -h|--help'
            valued='-o --output --config'
            runs=no
            ;;
        'mnemo config')
            commands='show get set path schema'
            options='-h|--help'
            valued=''
            runs=no
            ;;
        'mnemo config show')
            commands=''
            options='--origin --all --format --config -h|--help'
            valued='--format --config'
            runs=no
            ;;
        'mnemo config get')
            commands=''
            options='--config -h|--help'
            valued=--config
            runs=no
            ;;
        'mnemo config set')
            commands=''
            options='--local --config -h|--help'
            valued=--config
            runs=no
            ;;
        'mnemo config path')
            commands=''
            options='--config -h|--help'
            valued=--config
            runs=no
            ;;
        'mnemo config schema')
            commands=''
            options='-h|--help'
            valued=''
            runs=no
            ;;
        'mnemo completion')
            commands=''
            options='-h|--help'
            valued=''
            runs=no
            ;;
    esac
}

# Completes a value: $1 is the command path and the option's name or the argument's place.
_mnemo_value() {
    case $1 in
        'mnemo monitor --pid' | 'mnemo snapshot --pid' | 'mnemo limits check --pid' | 'mnemo limits show --pid' | 'mnemo limits rules --pid' | 'mnemo ulimit doctor --pid' | 'mnemo ulimit raise --pid' | 'mnemo ulimit protect --pid' | 'mnemo doctor --pid' | 'mnemo collect-diagnostics --pid' | 'mnemo collect --pid' | 'mnemo explain --pid' | 'mnemo export serve --pid' | 'mnemo export textfile --pid')
            _mnemo_pids
            ;;
        'mnemo monitor --name' | 'mnemo snapshot --name' | 'mnemo limits check --name' | 'mnemo limits show --name' | 'mnemo limits rules --name' | 'mnemo ulimit doctor --name' | 'mnemo ulimit protect --name' | 'mnemo doctor --name' | 'mnemo collect-diagnostics --name' | 'mnemo collect --name' | 'mnemo export serve --name' | 'mnemo export textfile --name')
            _mnemo_names
            ;;
        'mnemo monitor --cgroup' | 'mnemo snapshot --cgroup' | 'mnemo limits show --cgroup' | 'mnemo limits rules --cgroup' | 'mnemo collect-diagnostics --cgroup' | 'mnemo collect --cgroup' | 'mnemo export serve --cgroup' | 'mnemo export textfile --cgroup')
            _mnemo_groups
            ;;
        'mnemo monitor --rules' | 'mnemo limits check --rules' | 'mnemo limits rules --rules' | 'mnemo orchestrate --rules' | 'mnemo export serve --rules' | 'mnemo export textfile --rules' | 'mnemo export rules --rules')
            _mnemo_paths -f '*.yml' '*.yaml'
            ;;
        'mnemo monitor --columns')
            _mnemo_list 'pid ppid user pss uss rss swap +/min %lim oomadj thr fds/lim trend cgroup command'
            ;;
        'mnemo monitor --format')
            _mnemo_words 'ndjson plain csv'
            ;;
        'mnemo monitor --fields' | 'mnemo snapshot --fields')
            _mnemo_list 'schema type time clock_seconds scope scope.kind scope.name scope.pid level memory memory.used_bytes memory.limit_bytes memory.used_ratio memory.headroom_bytes memory.peak_bytes memory.reclaimable_bytes memory.swap_used_bytes memory.swap_total_bytes memory.anon_bytes memory.file_bytes memory.shmem_bytes memory.kernel_bytes memory.compressed_bytes memory.limit_source memory.limit_source.kind memory.limit_source.path memory.limit_source.file limits limits.0 limits.0.kind limits.0.path limits.0.used_bytes limits.0.limit_bytes limits.0.used_ratio limits.0.headroom_bytes limits.0.level limits.0.usage_peak_bytes limits.0.high_bytes limits.0.oom_kills_total limits.0.limit_hits_total limits.0.major_faults_total limits.0.refaults_total limits.0.paged_out_bytes_total target target.used_bytes target.used_is_rss target.processes pressure pressure.source pressure.some_avg10_ratio pressure.some_avg60_ratio pressure.some_avg300_ratio pressure.some_seconds_total pressure.full_avg10_ratio pressure.full_avg60_ratio pressure.full_avg300_ratio pressure.full_seconds_total vm_pressure_level forecast forecast.seconds_to_limit forecast.low_seconds forecast.high_seconds forecast.growth_bytes_per_second forecast.window_seconds processes processes.0 processes.0.pid processes.0.ppid processes.0.started processes.0.name processes.0.uid processes.0.rss_bytes processes.0.pss_bytes processes.0.uss_bytes processes.0.swap_bytes processes.0.command processes.0.threads processes.0.fds processes.0.fd_soft_limit processes.0.oom_score_adj processes.0.cgroup trackers trackers.0 trackers.0.pid trackers.0.name trackers.0.started trackers.0.processes trackers.0.used_bytes trackers.0.peak_bytes trackers.0.limit_bytes trackers.0.allocated_bytes_total trackers.0.allocations trackers.0.allocation_bytes_per_second trackers.0.deallocated_bytes_total trackers.0.deallocations trackers.0.unbalanced_total trackers.0.event_queue_size trackers.0.work_queue_size trackers.0.db_connections trackers.0.network_connections trackers.0.spawned_tasks trackers.0.active_tasks trackers.0.completed_tasks_total trackers.0.embeddings_cache_bytes trackers.0.history_ops trackers.0.components trackers.0.components.0 trackers.0.components.0.name trackers.0.components.0.used trackers.0.components.0.limit trackers.0.components.0.unit trackers.0.components.0.used_bytes trackers.0.components.0.limit_bytes trackers.0.components.0.used_ratio trackers.0.components.0.policy trackers.0.components.0.level trackers.0.components.0.evicted_total trackers.0.components.0.expired_total trackers.0.components.0.rejected_total trackers.0.components.0.blocked_seconds_total trackers.0.components.0.hits_total trackers.0.components.0.misses_total trackers.0.metrics trackers.0.metrics.0 trackers.0.metrics.0.name trackers.0.metrics.0.unit trackers.0.metrics.0.kind trackers.0.metrics.0.value alerts alerts.0 alerts.0.name alerts.0.state alerts.0.severity alerts.0.since alerts.0.value alerts.0.summary alerts.0.actions alerts.0.actions.0 host_oom_kills_total gaps gaps.0 gaps.0.field gaps.0.source gaps.0.reason'
            ;;
        'mnemo monitor -o' | 'mnemo monitor --output' | 'mnemo limits check -o' | 'mnemo limits check --output' | 'mnemo limits rules -o' | 'mnemo limits rules --output' | 'mnemo ulimit doctor -o' | 'mnemo ulimit doctor --output' | 'mnemo doctor -o' | 'mnemo doctor --output' | 'mnemo collect-diagnostics -o' | 'mnemo collect-diagnostics --output' | 'mnemo collect -o' | 'mnemo collect --output' | 'mnemo orchestrate --journal' | 'mnemo orchestrate 0' | 'mnemo orchestrate check 0' | 'mnemo orchestrate status 0' | 'mnemo orchestrate cancel 0' | 'mnemo orchestrate report 0' | 'mnemo export serve --auth-password-file' | 'mnemo export rules -o' | 'mnemo export rules --output' | 'mnemo export alertmanager --webhook-url-file' | 'mnemo export alertmanager --webhook-token-file' | 'mnemo export alertmanager --pagerduty-key-file' | 'mnemo export alertmanager -o' | 'mnemo export alertmanager --output' | 'mnemo export dashboard -o' | 'mnemo export dashboard --output')
            _mnemo_paths -f
            ;;
        'mnemo monitor --record')
            _mnemo_paths -f '*.mnr'
            ;;
        'mnemo monitor --replay' | 'mnemo limits rules --replay')
            _mnemo_paths -f '*.mnr' '*.mnr.[0-9]*' '*.ndjson' '*.log' '*.log.[0-9]*'
            ;;
        'mnemo monitor --plot')
            _mnemo_paths -f '*.svg' '*.png'
            ;;
        'mnemo monitor --until-level')
            _mnemo_words 'moderate high critical'
            ;;
        'mnemo monitor --fail-on' | 'mnemo snapshot --fail-on' | 'mnemo limits check --fail-on' | 'mnemo limits rules --fail-on' | 'mnemo ulimit doctor --fail-on' | 'mnemo doctor --fail-on')
            _mnemo_words 'note moderate warning high error critical never'
            ;;
        'mnemo monitor --color' | 'mnemo orchestrate --color' | 'mnemo orchestrate demo --color')
            _mnemo_words 'auto always never'
            ;;
        'mnemo monitor --config' | 'mnemo snapshot --config' | 'mnemo limits check --config' | 'mnemo limits show --config' | 'mnemo limits rules --config' | 'mnemo limits render --config' | 'mnemo ulimit doctor --config' | 'mnemo ulimit fix --config' | 'mnemo doctor --config' | 'mnemo collect-diagnostics --config' | 'mnemo collect --config' | 'mnemo explain --config' | 'mnemo orchestrate --config' | 'mnemo orchestrate check --config' | 'mnemo orchestrate history --config' | 'mnemo orchestrate demo --config' | 'mnemo export serve --config' | 'mnemo export textfile --config' | 'mnemo export rules --config' | 'mnemo export dashboard --config' | 'mnemo config show --config' | 'mnemo config get --config' | 'mnemo config set --config' | 'mnemo config path --config')
            _mnemo_paths -f '*.toml'
            ;;
        'mnemo snapshot --format')
            _mnemo_words 'table plain json prometheus'
            ;;
        'mnemo snapshot --diff')
            _mnemo_paths -f '*.json'
            ;;
        'mnemo limits check --user' | 'mnemo ulimit doctor --user' | 'mnemo doctor --user')
            _mnemo_users
            ;;
        'mnemo limits check --unit' | 'mnemo ulimit doctor --unit' | 'mnemo ulimit fix --unit' | 'mnemo doctor --unit' | 'mnemo explain --unit')
            _mnemo_units
            ;;
        'mnemo limits check --root' | 'mnemo limits show --root' | 'mnemo ulimit doctor --root' | 'mnemo ulimit fix --root' | 'mnemo doctor --root' | 'mnemo orchestrate --output-dir' | 'mnemo export textfile 0')
            _mnemo_paths -d
            ;;
        'mnemo limits check --profile' | 'mnemo ulimit doctor --profile' | 'mnemo doctor --profile')
            _mnemo_words 'auto default server database ci container'
            ;;
        'mnemo limits check --select' | 'mnemo limits check --ignore')
            _mnemo_list 'LV001 CO001 CO002 AL001 AL002 FD001 FD002 FD003 FD004 FD005 FD006 FD007 PR001 PR002 PR003 PR004 PR005 PR006 PR007 PR008 PR009 PR010 PR011 CG001 CG002 CG003 CG004 CG005 CG006 CG007 MM001 MM002 MM003 MM004 MM005 MM006 MM007 MM008 MM009 MM010 MM011 MM012 MM013 MM014 OM001 OM002 OM003 OM004 OM005 IN001 IN002 IN003 AI001 AI002 CF001 CF002 CF003 CF004 CF005 CF006 CF007 CF008 CF009 CF010 memory-level component-full component-unbounded alert-rule alert-unheard fd-soft-low fd-hard-low fd-usage fd-huge fd-above-nr-open file-max file-size-limited task-limit-low task-usage task-limit-not-enforced pids-group-usage pids-group-hits pids-group-low threads-max pid-max shared-uid signals-pending cpu-time-limited group-unlimited group-usage group-hits ancestor-tighter high-above-max heap-above-limit memory-need address-space-limited data-limited rss-limited stack-limited locked-memory mappings max-map-count-low strict-overcommit swap pressure huge-pages-always huge-pages-idle emergency-reserve stack-usage oom-standing panic-on-oom oom-kill-disabled oom-kill-allocating-task host-oom-kills inotify-watches inotify-instances inotify-watches-low aio-usage aio-low limits-d-for-service limits-star-without-root limits-lock-out limits-malformed limits-d-not-live unit-not-live sysctl-not-live docker-limits pam-limits-inactive unit-limits-without-effect'
            ;;
        'mnemo limits check --baseline' | 'mnemo ulimit doctor --baseline' | 'mnemo doctor --baseline')
            _mnemo_paths -f '*.json' '*.ndjson'
            ;;
        'mnemo limits check --format' | 'mnemo ulimit doctor --format' | 'mnemo doctor --format')
            _mnemo_words 'table plain json ndjson sarif junit github nagios'
            ;;
        'mnemo limits check --report' | 'mnemo ulimit doctor --report' | 'mnemo doctor --report')
            _mnemo_report 'table= plain= json= ndjson= sarif= junit= github= nagios='
            ;;
        'mnemo limits show --format' | 'mnemo config show --format')
            _mnemo_words 'table plain json'
            ;;
        'mnemo limits rules --format')
            _mnemo_words 'table plain json ndjson'
            ;;
        'mnemo limits render --for')
            _mnemo_words 'docker compose kubernetes systemd'
            ;;
        'mnemo ulimit doctor --select' | 'mnemo ulimit doctor --ignore' | 'mnemo doctor --select' | 'mnemo doctor --ignore')
            _mnemo_list 'FD001 FD002 FD003 FD004 FD005 FD006 FD007 PR001 PR002 PR003 PR004 PR005 PR006 PR007 PR008 PR009 PR010 PR011 CG001 CG002 CG003 CG004 CG005 CG006 CG007 MM001 MM002 MM003 MM004 MM005 MM006 MM007 MM008 MM009 MM010 MM011 MM012 MM013 MM014 OM001 OM002 OM003 OM004 OM005 IN001 IN002 IN003 AI001 AI002 CF001 CF002 CF003 CF004 CF005 CF006 CF007 CF008 CF009 CF010 fd-soft-low fd-hard-low fd-usage fd-huge fd-above-nr-open file-max file-size-limited task-limit-low task-usage task-limit-not-enforced pids-group-usage pids-group-hits pids-group-low threads-max pid-max shared-uid signals-pending cpu-time-limited group-unlimited group-usage group-hits ancestor-tighter high-above-max heap-above-limit memory-need address-space-limited data-limited rss-limited stack-limited locked-memory mappings max-map-count-low strict-overcommit swap pressure huge-pages-always huge-pages-idle emergency-reserve stack-usage oom-standing panic-on-oom oom-kill-disabled oom-kill-allocating-task host-oom-kills inotify-watches inotify-instances inotify-watches-low aio-usage aio-low limits-d-for-service limits-star-without-root limits-lock-out limits-malformed limits-d-not-live unit-not-live sysctl-not-live docker-limits pam-limits-inactive unit-limits-without-effect'
            ;;
        'mnemo ulimit fix --profile')
            _mnemo_words 'default server database ci container'
            ;;
        'mnemo ulimit fix --world')
            _mnemo_words 'session pam service all-services sysctl docker compose kubernetes launchd'
            ;;
        'mnemo ulimit fix --format')
            _mnemo_words 'table plain json shell'
            ;;
        'mnemo collect-diagnostics --profile' | 'mnemo collect --profile')
            _mnemo_words 'minimal standard deep'
            ;;
        'mnemo collect-diagnostics --verify' | 'mnemo collect --verify')
            _mnemo_paths -f '*.tar.gz'
            ;;
        'mnemo collect-diagnostics --format' | 'mnemo collect --format' | 'mnemo explain --format')
            _mnemo_words 'plain json'
            ;;
        'mnemo explain 0')
            _mnemo_words 'slow leak killed oom oomkilled terminated exit-codes 0 1 2 3 4 75 124 126 127 130 137 143 SIGKILL SIGTERM SIGABRT SIGSEGV SIGXCPU SIGXFSZ SIGBUS EMFILE ENFILE EAGAIN ENOMEM ENOSPC EPERM E2BIG EFBIG ETOOMANYREFS levels normal moderate high critical steps emergency actions log page_operator webhook exec throttle_requests restart_recommended notify evict throttle defer freeze drain terminate save close memory-level component-full component-unbounded alert-rule alert-unheard fd-soft-low fd-hard-low fd-usage fd-huge fd-above-nr-open file-max file-size-limited task-limit-low task-usage task-limit-not-enforced pids-group-usage pids-group-hits pids-group-low threads-max pid-max shared-uid signals-pending cpu-time-limited group-unlimited group-usage group-hits ancestor-tighter high-above-max heap-above-limit memory-need address-space-limited data-limited rss-limited stack-limited locked-memory mappings max-map-count-low strict-overcommit swap pressure huge-pages-always huge-pages-idle emergency-reserve stack-usage oom-standing panic-on-oom oom-kill-disabled oom-kill-allocating-task host-oom-kills inotify-watches inotify-instances inotify-watches-low aio-usage aio-low limits-d-for-service limits-star-without-root limits-lock-out limits-malformed limits-d-not-live unit-not-live sysctl-not-live docker-limits pam-limits-inactive unit-limits-without-effect settings resources.memory_moderate_pct resources.memory_high_pct resources.memory_critical_pct resources.memory_release_margin_pct resources.memory_log_interval_secs resources.event_capacity resources.event_ttl_secs resources.work_queue_max resources.db_pool_size resources.embeddings_cache_size resources.crdt_history_max_ops resources.crdt_compaction_interval_secs resources.memory_limit resources.memory_request resources.memory_swap_total resources.cpu_limit resources.cpu_request resources.fixed_memory monitor.interval monitor.columns monitor.memory_log_file monitor.memory_log_max_bytes doctor.profile doctor.need collect.budget_time collect.budget_size collect.databases alerts.rules alerts.log_to alerts.webhook_url alerts.webhook_url_file alerts.webhook_token_file alerts.webhook_ca_file alerts.pagerduty_key_file alerts.exec alerts.timeout_secs alerts.group_wait_secs alerts.repeat_secs orchestrate.slots orchestrate.budget orchestrate.drain_timeout_secs orchestrate.reconnect_secs orchestrate.on_critical orchestrate.history_file doctor.waivers'
            _mnemo_paths -f
            ;;
        'mnemo orchestrate --engine')
            _mnemo_words 'local dask'
            ;;
        'mnemo orchestrate --tls-ca' | 'mnemo orchestrate --tls-cert' | 'mnemo orchestrate --tls-key' | 'mnemo export serve --tls-cert' | 'mnemo export serve --tls-key' | 'mnemo export serve --client-ca')
            _mnemo_paths -f '*.pem' '*.crt' '*.cer' '*.key'
            ;;
        'mnemo orchestrate --format')
            _mnemo_words 'plain json ndjson'
            ;;
        'mnemo orchestrate status --format' | 'mnemo orchestrate report --format' | 'mnemo orchestrate history --format')
            _mnemo_words 'table json'
            ;;
        'mnemo config get 0' | 'mnemo config set 0')
            _mnemo_words 'resources.memory_moderate_pct resources.memory_high_pct resources.memory_critical_pct resources.memory_release_margin_pct resources.memory_log_interval_secs resources.event_capacity resources.event_ttl_secs resources.work_queue_max resources.db_pool_size resources.embeddings_cache_size resources.crdt_history_max_ops resources.crdt_compaction_interval_secs resources.memory_limit resources.memory_request resources.memory_swap_total resources.cpu_limit resources.cpu_request resources.fixed_memory monitor.interval monitor.columns monitor.memory_log_file monitor.memory_log_max_bytes doctor.profile doctor.need collect.budget_time collect.budget_size collect.databases alerts.rules alerts.log_to alerts.webhook_url alerts.webhook_url_file alerts.webhook_token_file alerts.webhook_ca_file alerts.pagerduty_key_file alerts.exec alerts.timeout_secs alerts.group_wait_secs alerts.repeat_secs orchestrate.slots orchestrate.budget orchestrate.drain_timeout_secs orchestrate.reconnect_secs orchestrate.on_critical orchestrate.history_file'
            ;;
        'mnemo config set 1')
            case $before in
                monitor.columns) _mnemo_words 'PID PPID USER PSS USS RSS SWAP +/min %LIM OOMADJ THR FDS/LIM TREND CGROUP COMMAND' ;;
                doctor.profile) _mnemo_words 'auto default server database ci container' ;;
                alerts.log_to) _mnemo_words 'stderr syslog journald' ;;
                orchestrate.on_critical) _mnemo_words 'drain resume' ;;
            esac
            ;;
        'mnemo completion 0')
            _mnemo_words 'bash zsh fish'
            ;;
    esac
}

# Offers the name $1 from the machine, quoted as the word on the line is: `a$(b)` may be one.
_mnemo_offer() {
    local name=$1
    if [[ $current != [\"\']* ]]; then
        printf -v name %q "$1"
        [[ $current != '~'* ]] || name=${name#\\}
    elif [[ $name == *[[:cntrl:]\"\'\$\`\!]* || $name == *\\\\* || $name == *\\ ]]; then
        return 0
    fi
    _mnemo_add "$name"
}

_mnemo_add() {
    COMPREPLY+=("$1")
}

# Sets `plain` to the word on the line without its quotes; read takes a backslash as the shell does.
_mnemo_unquote() {
    plain=$current
    # shellcheck disable=SC2162
    [[ $plain == [\"\']* ]] || IFS= read plain <<<"$plain" || true
    [[ $current != [\"\']* ]] || plain=${plain#?}
}

_mnemo_words() {
    local word
    for word in $1; do
        [[ $word != "$current"* ]] || COMPREPLY+=("$word")
    done
}

# Words with commas between them: those that stand there already are not offered again.
_mnemo_list() {
    local had=,$current word
    [[ $current != *,* ]] || lead+=${current%,*},
    had=${had%,*},
    current=${current##*,}
    for word in $1; do
        [[ $word != "$current"* || $had == *",$word,"* ]] || COMPREPLY+=("$word")
    done
    compopt -o nospace 2>/dev/null || true
}

# WORD=FILE
_mnemo_report() {
    if [[ $current == *=* ]]; then
        lead+=${current%%=*}=
        current=${current#*=}
        _mnemo_paths -f
    else
        _mnemo_words "$1"
        compopt -o nospace 2>/dev/null || true
    fi
}

# Files (-f) or folders (-d). Of files those that match a pattern of $2…, and folders; all where none matches.
_mnemo_paths() {
    local kind=$1 pattern found=${#COMPREPLY[@]} how=_mnemo_add
    shift
    # readline quotes them itself, where it can be told that they are files: from bash 4.
    compopt -o filenames 2>/dev/null || how=_mnemo_offer
    _mnemo_unquote
    if (($#)); then
        _mnemo_take $how < <(for pattern; do compgen -f -X "!$pattern" -- "$plain" || true; done)
        ((found == ${#COMPREPLY[@]})) || kind=-d
    fi
    _mnemo_take $how < <(compgen "$kind" -- "$plain")
}

# Each line: $1 is _mnemo_offer, or _mnemo_add where readline quotes.
_mnemo_take() {
    local candidate
    while IFS= read -r candidate; do
        $1 "$candidate"
    done
}

_mnemo_pids() {
    local folder
    for folder in /proc/[0-9]*; do
        folder=${folder#/proc/}
        [[ $folder != "$current"* || $folder == *'*' ]] || COMPREPLY+=("$folder")
    done
}

# The names of processes; readline shows each once. They are taken as regular expressions: those that are none, or
# mean something else, are left out.
_mnemo_names() {
    local file name
    _mnemo_unquote
    for file in /proc/[0-9]*/comm; do
        read -r name <"$file" || continue
        [[ $name == "$plain"* && $name != *[^a-zA-Z0-9_.:/@\ -]* ]] || continue
        _mnemo_offer "$name"
    done 2>/dev/null
}

# Memory groups, one level at a time; a slash at the end says that there are more below.
_mnemo_groups() {
    local root=/sys/fs/cgroup folder below
    [[ $current != "$root"* ]] || {
        _mnemo_paths -d
        return
    }
    [[ ! -d $root/memory ]] || root+=/memory
    _mnemo_unquote
    for folder in "$root/${plain#/}"*/; do
        [[ -d $folder ]] || continue
        below=("$folder"*/)
        if [[ -d ${below[0]} ]]; then
            compopt -o nospace 2>/dev/null || true
        else
            folder=${folder%/}
        fi
        _mnemo_offer "${folder#"$root"}"
    done
}

_mnemo_users() {
    _mnemo_unquote
    _mnemo_take _mnemo_offer < <(compgen -u -- "$plain")
}

_mnemo_units() {
    local file
    _mnemo_unquote
    for file in /{etc,run,usr/lib,lib}/systemd/system/"$plain"*.service; do
        [[ $file == *'*.service' ]] || _mnemo_offer "${file##*/}"
    done
}

# Options, but for those given that cannot be given again.
_mnemo_options() {
    local option name is_given
    for option in $options; do
        is_given=''
        for name in ${option//|/ }; do
            [[ $option == *+ || $given != *" $name "* ]] || is_given=yes
        done
        option=${option%+}
        [[ -n $is_given ]] || _mnemo_words "${option//|/ }"
    done
}

# The program after `--` starts at word $1.
_mnemo_program() {
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)); then
        _mnemo_take _mnemo_offer < <(compgen -c -- "$current")
    else
        _mnemo_paths -f
    fi
}

# The words up to the cursor in `words`. bash splits them at `=` and `:`; here they are whole again.
_mnemo_read() {
    local index piece is_break glue=''
    words=() places=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        piece=${COMP_WORDS[index]}
        is_break=''
        [[ -z $piece || $piece == *[!=:]* ]] || is_break=yes
        if ((${#words[@]} > 1)) && [[ -n $is_break || (-n $glue && -n $piece) ]]; then
            kept=${words[${#words[@]} - 1]}
            [[ -z $is_break ]] || kept+=$piece
            words[${#words[@]} - 1]+=$piece
        else
            kept=''
            places[${#words[@]}]=$index
            words[${#words[@]}]=$piece
        fi
        glue=$is_break
    done
}

_mnemo() {
    local current plain lead='' kept='' path=mnemo option='' place=0 before='' given=' ' only_arguments='' index word
    local commands options valued runs words places IFS=$' \t\n'
    COMPREPLY=()
    _mnemo_read
    _mnemo_describe "$path"
    for ((index = 1; index < ${#words[@]} - 1; index++)); do
        word=${words[index]}
        if [[ -n $option ]]; then
            option=''
        elif [[ $word == -- && $runs == yes ]]; then
            current=${COMP_WORDS[COMP_CWORD]} kept=''
            _mnemo_program $((places[index] + 1))
            return
        elif [[ $word == -- ]]; then
            only_arguments=yes
        elif [[ $word == -?* && -z $only_arguments ]]; then
            given+="${word%%=*} "
            [[ " $valued " != *" $word "* ]] || option=$word
        elif ((place == 0)) && [[ " $commands " == *" $word "* ]]; then
            path+=" $word"
            given=' '
            _mnemo_describe "$path"
        else
            place=$((place + 1))
            before=$word
        fi
    done
    current=${words[${#words[@]} - 1]}
    if [[ -n $option ]]; then
        _mnemo_value "$path $option"
    elif [[ $current == --*=* && -z $only_arguments ]]; then
        lead=${current%%=*}=
        current=${current#*=}
        _mnemo_value "$path ${lead%=}"
    elif [[ $current == -* && -z $only_arguments ]]; then
        _mnemo_options
    else
        ((place)) || _mnemo_words "$commands"
        _mnemo_value "$path $place"
    fi
    # The whole word; but what readline keeps of it on the line is not said again.
    if [[ -n $lead$kept ]]; then
        for ((index = 0; index < ${#COMPREPLY[@]}; index++)); do
            word=$lead${COMPREPLY[index]}
            COMPREPLY[index]=${word#"$kept"}
        done
    fi
}

complete -F _mnemo mnemo
