# fish completion for mnemo. Written from the command tree by tests/generate.py; do not edit.

function __mnemo_monitor_rules --no-scope-shadowing
    __mnemo_paths '*.yml' '*.yaml'
end
function __mnemo_monitor_columns --no-scope-shadowing
    __mnemo_list 'pid' 'ppid' 'user' 'pss' 'uss' 'rss' 'swap' '+/min' '%lim' 'oomadj' 'thr' 'fds/lim' 'trend' 'cgroup' 'command'
end
function __mnemo_monitor_format --no-scope-shadowing
    __mnemo_words 'ndjson' 'plain' 'csv'
end
function __mnemo_monitor_fields --no-scope-shadowing
    __mnemo_list 'schema' 'type' 'time' 'clock_seconds' 'scope' 'scope.kind' 'scope.name' 'scope.pid' 'level' 'memory' 'memory.used_bytes' 'memory.limit_bytes' 'memory.used_ratio' 'memory.headroom_bytes' 'memory.peak_bytes' 'memory.reclaimable_bytes' 'memory.swap_used_bytes' 'memory.swap_total_bytes' 'memory.anon_bytes' 'memory.file_bytes' 'memory.shmem_bytes' 'memory.kernel_bytes' 'memory.compressed_bytes' 'memory.limit_source' 'memory.limit_source.kind' 'memory.limit_source.path' 'memory.limit_source.file' 'limits' 'limits.0' 'limits.0.kind' 'limits.0.path' 'limits.0.used_bytes' 'limits.0.limit_bytes' 'limits.0.used_ratio' 'limits.0.headroom_bytes' 'limits.0.level' 'limits.0.usage_peak_bytes' 'limits.0.high_bytes' 'limits.0.oom_kills_total' 'limits.0.limit_hits_total' 'limits.0.major_faults_total' 'limits.0.refaults_total' 'limits.0.paged_out_bytes_total' 'target' 'target.used_bytes' 'target.used_is_rss' 'target.processes' 'pressure' 'pressure.source' 'pressure.some_avg10_ratio' 'pressure.some_avg60_ratio' 'pressure.some_avg300_ratio' 'pressure.some_seconds_total' 'pressure.full_avg10_ratio' 'pressure.full_avg60_ratio' 'pressure.full_avg300_ratio' 'pressure.full_seconds_total' 'vm_pressure_level' 'forecast' 'forecast.seconds_to_limit' 'forecast.low_seconds' 'forecast.high_seconds' 'forecast.growth_bytes_per_second' 'forecast.window_seconds' 'processes' 'processes.0' 'processes.0.pid' 'processes.0.ppid' 'processes.0.started' 'processes.0.name' 'processes.0.uid' 'processes.0.rss_bytes' 'processes.0.pss_bytes' 'processes.0.uss_bytes' 'processes.0.swap_bytes' 'processes.0.command' 'processes.0.threads' 'processes.0.fds' 'processes.0.fd_soft_limit' 'processes.0.oom_score_adj' 'processes.0.cgroup' 'trackers' 'trackers.0' 'trackers.0.pid' 'trackers.0.name' 'trackers.0.started' 'trackers.0.processes' 'trackers.0.used_bytes' 'trackers.0.peak_bytes' 'trackers.0.limit_bytes' 'trackers.0.allocated_bytes_total' 'trackers.0.allocations' 'trackers.0.allocation_bytes_per_second' 'trackers.0.deallocated_bytes_total' 'trackers.0.deallocations' 'trackers.0.unbalanced_total' 'trackers.0.event_queue_size' 'trackers.0.work_queue_size' 'trackers.0.db_connections' 'trackers.0.network_connections' 'trackers.0.spawned_tasks' 'trackers.0.active_tasks' 'trackers.0.completed_tasks_total' 'trackers.0.embeddings_cache_bytes' 'trackers.0.history_ops' 'trackers.0.components' 'trackers.0.components.0' 'trackers.0.components.0.name' 'trackers.0.components.0.used' 'trackers.0.components.0.limit' 'trackers.0.components.0.unit' 'trackers.0.components.0.used_bytes' 'trackers.0.components.0.limit_bytes' 'trackers.0.components.0.used_ratio' 'trackers.0.components.0.policy' 'trackers.0.components.0.level' 'trackers.0.components.0.evicted_total' 'trackers.0.components.0.expired_total' 'trackers.0.components.0.rejected_total' 'trackers.0.components.0.blocked_seconds_total' 'trackers.0.components.0.hits_total' 'trackers.0.components.0.misses_total' 'trackers.0.metrics' 'trackers.0.metrics.0' 'trackers.0.metrics.0.name' 'trackers.0.metrics.0.unit' 'trackers.0.metrics.0.kind' 'trackers.0.metrics.0.value' 'alerts' 'alerts.0' 'alerts.0.name' 'alerts.0.state' 'alerts.0.severity' 'alerts.0.since' 'alerts.0.value' 'alerts.0.summary' 'alerts.0.actions' 'alerts.0.actions.0' 'host_oom_kills_total' 'gaps' 'gaps.0' 'gaps.0.field' 'gaps.0.source' 'gaps.0.reason'
end
function __mnemo_monitor_o --no-scope-shadowing
    __mnemo_paths
end
function __mnemo_monitor_record --no-scope-shadowing
    __mnemo_paths '*.mnr'
end
function __mnemo_monitor_replay --no-scope-shadowing
    __mnemo_paths '*.mnr' '*.mnr.[0-9]*' '*.ndjson' '*.log' '*.log.[0-9]*'
end
function __mnemo_monitor_plot --no-scope-shadowing
    __mnemo_paths '*.svg' '*.png'
end
function __mnemo_monitor_until_level --no-scope-shadowing
    __mnemo_words 'moderate' 'high' 'critical'
end
function __mnemo_monitor_fail_on --no-scope-shadowing
    __mnemo_words 'note' 'moderate' 'warning' 'high' 'error' 'critical' 'never'
end
function __mnemo_monitor_color --no-scope-shadowing
    __mnemo_words 'auto' 'always' 'never'
end
function __mnemo_monitor_config --no-scope-shadowing
    __mnemo_paths '*.toml'
end
function __mnemo_snapshot_format --no-scope-shadowing
    __mnemo_words 'table' 'plain' 'json' 'prometheus'
end
function __mnemo_snapshot_diff --no-scope-shadowing
    __mnemo_paths '*.json'
end
function __mnemo_limits_check_profile --no-scope-shadowing
    __mnemo_words 'auto' 'default' 'server' 'database' 'ci' 'container'
end
function __mnemo_limits_check_select --no-scope-shadowing
    __mnemo_list 'LV001	memory-level: How full the memory limit is that binds, as `mnemo snapshot` shows it.' 'CO001	component-full: How full a queue or pool is, of a program that keeps counters (mnemo_cli.tracker).' 'CO002	component-unbounded: A component that reports a size has no limit, and may grow until memory is gone.' 'AL001	alert-rule: An alert rule of yours holds now.' 'AL002	alert-unheard: An alert rule of yours has an action that leads nowhere, and would only be logged.' 'FD001	fd-soft-low: A low soft RLIMIT_NOFILE starves a busy program of descriptors long before memory runs out.' 'FD002	fd-hard-low: A low hard RLIMIT_NOFILE cannot be raised by the program itself, only by privilege and a restart.' 'FD003	fd-usage: Most of the descriptors that the process may open are open: soon it fails with EMFILE, "Too many open files".' 'FD004	fd-huge: A huge or infinite soft RLIMIT_NOFILE makes some programs spin for minutes when they start or fork.' 'FD005	fd-above-nr-open: A hard RLIMIT_NOFILE above fs.nr_open cannot be set again: every later attempt fails with EPERM.' 'FD006	file-max: The machine\'s table of open files is nearly full: then open() fails everywhere with ENFILE.' 'FD007	file-size-limited: A finite RLIMIT_FSIZE ends the program (SIGXFSZ, exit code 153) as soon as one of its files grows past it.' 'PR001	task-limit-low: A low soft RLIMIT_NPROC stops a user\'s programs from starting threads: fork and clone fail with EAGAIN.' 'PR002	task-usage: The user\'s tasks have nearly reached RLIMIT_NPROC: soon fork and new threads fail with EAGAIN.' 'PR003	task-limit-not-enforced: RLIMIT_NPROC is set for a process whom the kernel does not hold to it: it protects from nothing.' 'PR004	pids-group-usage: A control group on the path has nearly as many tasks as pids.max allows: then fork fails with EAGAIN inside it.' 'PR005	pids-group-hits: pids.max has already refused forks: programs in the group have seen "Resource temporarily unavailable".' 'PR006	pids-group-low: pids.max of a control group allows fewer tasks than the program may need.' 'PR007	threads-max: The machine has nearly as many tasks as kernel.threads-max allows: then nobody can fork.' 'PR008	pid-max: The machine has nearly as many tasks as there are pids: kernel.pid_max bounds every thread.' 'PR009	shared-uid: RLIMIT_NPROC is set on purpose for a user who has tasks elsewhere too: they starve each other.' 'PR010	signals-pending: The user\'s queued signals have nearly reached RLIMIT_SIGPENDING: then timers and sigqueue() fail with EAGAIN.' 'PR011	cpu-time-limited: A finite RLIMIT_CPU ends the program after so many seconds of CPU: it looks like an OOM kill and is none.' 'CG001	group-unlimited: No control group limits the memory of the process: one leak takes the whole machine down with it.' 'CG002	group-usage: A control group on the path is nearly full: at memory.max the kernel kills one of its processes.' 'CG003	group-hits: A memory limit on the path has already struck: processes were killed, or the kernel had to reclaim at the limit.' 'CG004	ancestor-tighter: A group around the process\'s own one has a smaller memory limit: the own limit can never be reached.' 'CG005	high-above-max: memory.high is not below memory.max: the brake comes after the wall, and never acts.' 'CG006	heap-above-limit: The runtime was told to take more heap than its control group allows: it is killed before it collects garbage.' 'CG007	memory-need: The memory that --need asks for is not allowed: the tightest limit of the path, or the machine, is smaller.' 'MM001	address-space-limited: RLIMIT_AS (`ulimit -v`, LimitAS=) limits address space, which is not memory: it breaks programs that use little.' 'MM002	data-limited: RLIMIT_DATA (`ulimit -d`, LimitDATA=) limits heap and private writable mappings, resident or not.' 'MM003	rss-limited: RLIMIT_RSS (`ulimit -m`, LimitRSS=) does nothing: Linux has not enforced it since 2.4.30.' 'MM004	stack-limited: RLIMIT_STACK is far from its usual 8 MiB: too small ends in SIGSEGV, too large takes address space per thread.' 'MM005	locked-memory: The process has locked nearly as much memory as RLIMIT_MEMLOCK allows: then mlock fails with ENOMEM or EPERM.' 'MM006	mappings: The process has nearly as many memory mappings as vm.max_map_count allows: ENOMEM with memory free.' 'MM007	max-map-count-low: vm.max_map_count is below what this kind of program needs: it refuses to start, or fails under load.' 'MM008	strict-overcommit: The kernel promises no more memory than it has (vm.overcommit_memory = 2), and nearly all is promised.' 'MM009	swap: There is no swap, or hardly any left: memory that nobody uses cannot be put away, and OOM kills come at once.' 'MM010	pressure: Tasks stand still for want of memory (PSI): the machine or group is short of it before any counter says full.' 'MM011	huge-pages-always: Transparent huge pages are always on, which makes some databases use more memory and stall.' 'MM012	huge-pages-idle: A large part of memory is set aside as huge pages and nobody uses it: it is lost to everything else.' 'MM013	emergency-reserve: vm.min_free_kbytes keeps a large part of memory free for emergencies: the kernel reclaims, and kills, too early.' 'MM014	stack-usage: The main thread\'s stack has nearly reached RLIMIT_STACK: when it must grow further the program gets SIGSEGV.' 'OM001	oom-standing: The process is exempt from OOM kills, or is the first to go: oom_score_adj is at an end of its range.' 'OM002	panic-on-oom: vm.panic_on_oom makes the whole machine stop where one process would have been killed.' 'OM003	oom-kill-disabled: The memory group may not kill at its limit (oom_kill_disable, v1): at the limit all of its tasks hang for good.' 'OM004	oom-kill-allocating-task: vm.oom_kill_allocating_task kills whoever asks for memory at the wrong moment, and not who holds most of it.' 'OM005	host-oom-kills: The machine has killed processes for memory since it started.' 'IN001	inotify-watches: A user\'s inotify watches have nearly reached fs.inotify.max_user_watches: then watching a file fails with ENOSPC.' 'IN002	inotify-instances: A user\'s inotify instances have nearly reached fs.inotify.max_user_instances: then inotify_init fails with EMFILE.' 'IN003	inotify-watches-low: fs.inotify.max_user_watches is as low as old kernels had it: a file tree of some size cannot be watched.' 'AI001	aio-usage: The machine\'s asynchronous I/O events are nearly used up (fs.aio-max-nr): then io_setup fails with EAGAIN.' 'AI002	aio-low: fs.aio-max-nr is below what databases ask for: with the default of 65,536 a few of them fill it.' 'CF001	limits-d-for-service: Lines of limits.d name the user of a system service: they never apply to it.' 'CF002	limits-star-without-root: A `*` line of limits.d leaves root out on Debian and its children: root needs a line of its own.' 'CF003	limits-lock-out: A nofile line of limits.d asks for more than fs.nr_open: it can lock every user out, root included.' 'CF004	limits-malformed: A line of limits.d cannot be understood: pam_limits leaves it out, and says so only in the system log.' 'CF005	limits-d-not-live: limits.d says something else than what this session has: the session is older than the file.' 'CF006	unit-not-live: The unit\'s files give the service another limit than it has: it was not restarted since they changed.' 'CF007	sysctl-not-live: A file of sysctl.d sets a knob to something else than what the kernel has: it was never activated, or undone.' 'CF008	docker-limits: The limits that dockerd gives to new containers are wrong: the file cannot be read, or they cannot work.' 'CF009	pam-limits-inactive: limits.d has lines, and no PAM service asks pam_limits to apply them: they never take effect.' 'CF010	unit-limits-without-effect: The unit sets limits that do nothing, or other things than they seem to: LimitRSS=, LimitNPROC= for root, LimitAS=.' 'memory-level	How full the memory limit is that binds, as `mnemo snapshot` shows it.' 'component-full	How full a queue or pool is, of a program that keeps counters (mnemo_cli.tracker).' 'component-unbounded	A component that reports a size has no limit, and may grow until memory is gone.' 'alert-rule	An alert rule of yours holds now.' 'alert-unheard	An alert rule of yours has an action that leads nowhere, and would only be logged.' 'fd-soft-low	A low soft RLIMIT_NOFILE starves a busy program of descriptors long before memory runs out.' 'fd-hard-low	A low hard RLIMIT_NOFILE cannot be raised by the program itself, only by privilege and a restart.' 'fd-usage	Most of the descriptors that the process may open are open: soon it fails with EMFILE, "Too many open files".' 'fd-huge	A huge or infinite soft RLIMIT_NOFILE makes some programs spin for minutes when they start or fork.' 'fd-above-nr-open	A hard RLIMIT_NOFILE above fs.nr_open cannot be set again: every later attempt fails with EPERM.' 'file-max	The machine\'s table of open files is nearly full: then open() fails everywhere with ENFILE.' 'file-size-limited	A finite RLIMIT_FSIZE ends the program (SIGXFSZ, exit code 153) as soon as one of its files grows past it.' 'task-limit-low	A low soft RLIMIT_NPROC stops a user\'s programs from starting threads: fork and clone fail with EAGAIN.' 'task-usage	The user\'s tasks have nearly reached RLIMIT_NPROC: soon fork and new threads fail with EAGAIN.' 'task-limit-not-enforced	RLIMIT_NPROC is set for a process whom the kernel does not hold to it: it protects from nothing.' 'pids-group-usage	A control group on the path has nearly as many tasks as pids.max allows: then fork fails with EAGAIN inside it.' 'pids-group-hits	pids.max has already refused forks: programs in the group have seen "Resource temporarily unavailable".' 'pids-group-low	pids.max of a control group allows fewer tasks than the program may need.' 'threads-max	The machine has nearly as many tasks as kernel.threads-max allows: then nobody can fork.' 'pid-max	The machine has nearly as many tasks as there are pids: kernel.pid_max bounds every thread.' 'shared-uid	RLIMIT_NPROC is set on purpose for a user who has tasks elsewhere too: they starve each other.' 'signals-pending	The user\'s queued signals have nearly reached RLIMIT_SIGPENDING: then timers and sigqueue() fail with EAGAIN.' 'cpu-time-limited	A finite RLIMIT_CPU ends the program after so many seconds of CPU: it looks like an OOM kill and is none.' 'group-unlimited	No control group limits the memory of the process: one leak takes the whole machine down with it.' 'group-usage	A control group on the path is nearly full: at memory.max the kernel kills one of its processes.' 'group-hits	A memory limit on the path has already struck: processes were killed, or the kernel had to reclaim at the limit.' 'ancestor-tighter	A group around the process\'s own one has a smaller memory limit: the own limit can never be reached.' 'high-above-max	memory.high is not below memory.max: the brake comes after the wall, and never acts.' 'heap-above-limit	The runtime was told to take more heap than its control group allows: it is killed before it collects garbage.' 'memory-need	The memory that --need asks for is not allowed: the tightest limit of the path, or the machine, is smaller.' 'address-space-limited	RLIMIT_AS (`ulimit -v`, LimitAS=) limits address space, which is not memory: it breaks programs that use little.' 'data-limited	RLIMIT_DATA (`ulimit -d`, LimitDATA=) limits heap and private writable mappings, resident or not.' 'rss-limited	RLIMIT_RSS (`ulimit -m`, LimitRSS=) does nothing: Linux has not enforced it since 2.4.30.' 'stack-limited	RLIMIT_STACK is far from its usual 8 MiB: too small ends in SIGSEGV, too large takes address space per thread.' 'locked-memory	The process has locked nearly as much memory as RLIMIT_MEMLOCK allows: then mlock fails with ENOMEM or EPERM.' 'mappings	The process has nearly as many memory mappings as vm.max_map_count allows: ENOMEM with memory free.' 'max-map-count-low	vm.max_map_count is below what this kind of program needs: it refuses to start, or fails under load.' 'strict-overcommit	The kernel promises no more memory than it has (vm.overcommit_memory = 2), and nearly all is promised.' 'swap	There is no swap, or hardly any left: memory that nobody uses cannot be put away, and OOM kills come at once.' 'pressure	Tasks stand still for want of memory (PSI): the machine or group is short of it before any counter says full.' 'huge-pages-always	Transparent huge pages are always on, which makes some databases use more memory and stall.' 'huge-pages-idle	A large part of memory is set aside as huge pages and nobody uses it: it is lost to everything else.' 'emergency-reserve	vm.min_free_kbytes keeps a large part of memory free for emergencies: the kernel reclaims, and kills, too early.' 'stack-usage	The main thread\'s stack has nearly reached RLIMIT_STACK: when it must grow further the program gets SIGSEGV.' 'oom-standing	The process is exempt from OOM kills, or is the first to go: oom_score_adj is at an end of its range.' 'panic-on-oom	vm.panic_on_oom makes the whole machine stop where one process would have been killed.' 'oom-kill-disabled	The memory group may not kill at its limit (oom_kill_disable, v1): at the limit all of its tasks hang for good.' 'oom-kill-allocating-task	vm.oom_kill_allocating_task kills whoever asks for memory at the wrong moment, and not who holds most of it.' 'host-oom-kills	The machine has killed processes for memory since it started.' 'inotify-watches	A user\'s inotify watches have nearly reached fs.inotify.max_user_watches: then watching a file fails with ENOSPC.' 'inotify-instances	A user\'s inotify instances have nearly reached fs.inotify.max_user_instances: then inotify_init fails with EMFILE.' 'inotify-watches-low	fs.inotify.max_user_watches is as low as old kernels had it: a file tree of some size cannot be watched.' 'aio-usage	The machine\'s asynchronous I/O events are nearly used up (fs.aio-max-nr): then io_setup fails with EAGAIN.' 'aio-low	fs.aio-max-nr is below what databases ask for: with the default of 65,536 a few of them fill it.' 'limits-d-for-service	Lines of limits.d name the user of a system service: they never apply to it.' 'limits-star-without-root	A `*` line of limits.d leaves root out on Debian and its children: root needs a line of its own.' 'limits-lock-out	A nofile line of limits.d asks for more than fs.nr_open: it can lock every user out, root included.' 'limits-malformed	A line of limits.d cannot be understood: pam_limits leaves it out, and says so only in the system log.' 'limits-d-not-live	limits.d says something else than what this session has: the session is older than the file.' 'unit-not-live	The unit\'s files give the service another limit than it has: it was not restarted since they changed.' 'sysctl-not-live	A file of sysctl.d sets a knob to something else than what the kernel has: it was never activated, or undone.' 'docker-limits	The limits that dockerd gives to new containers are wrong: the file cannot be read, or they cannot work.' 'pam-limits-inactive	limits.d has lines, and no PAM service asks pam_limits to apply them: they never take effect.' 'unit-limits-without-effect	The unit sets limits that do nothing, or other things than they seem to: LimitRSS=, LimitNPROC= for root, LimitAS=.'
end
function __mnemo_limits_check_baseline --no-scope-shadowing
    __mnemo_paths '*.json' '*.ndjson'
end
function __mnemo_limits_check_format --no-scope-shadowing
    __mnemo_words 'table' 'plain' 'json' 'ndjson' 'sarif' 'junit' 'github' 'nagios'
end
function __mnemo_limits_check_report --no-scope-shadowing
    __mnemo_report 'table=' 'plain=' 'json=' 'ndjson=' 'sarif=' 'junit=' 'github=' 'nagios='
end
function __mnemo_limits_show_format --no-scope-shadowing
    __mnemo_words 'table' 'plain' 'json'
end
function __mnemo_limits_rules_format --no-scope-shadowing
    __mnemo_words 'table' 'plain' 'json' 'ndjson'
end
function __mnemo_limits_render_for --no-scope-shadowing
    __mnemo_words 'docker' 'compose' 'kubernetes' 'systemd'
end
function __mnemo_ulimit_doctor_select --no-scope-shadowing
    __mnemo_list 'FD001	fd-soft-low: A low soft RLIMIT_NOFILE starves a busy program of descriptors long before memory runs out.' 'FD002	fd-hard-low: A low hard RLIMIT_NOFILE cannot be raised by the program itself, only by privilege and a restart.' 'FD003	fd-usage: Most of the descriptors that the process may open are open: soon it fails with EMFILE, "Too many open files".' 'FD004	fd-huge: A huge or infinite soft RLIMIT_NOFILE makes some programs spin for minutes when they start or fork.' 'FD005	fd-above-nr-open: A hard RLIMIT_NOFILE above fs.nr_open cannot be set again: every later attempt fails with EPERM.' 'FD006	file-max: The machine\'s table of open files is nearly full: then open() fails everywhere with ENFILE.' 'FD007	file-size-limited: A finite RLIMIT_FSIZE ends the program (SIGXFSZ, exit code 153) as soon as one of its files grows past it.' 'PR001	task-limit-low: A low soft RLIMIT_NPROC stops a user\'s programs from starting threads: fork and clone fail with EAGAIN.' 'PR002	task-usage: The user\'s tasks have nearly reached RLIMIT_NPROC: soon fork and new threads fail with EAGAIN.' 'PR003	task-limit-not-enforced: RLIMIT_NPROC is set for a process whom the kernel does not hold to it: it protects from nothing.' 'PR004	pids-group-usage: A control group on the path has nearly as many tasks as pids.max allows: then fork fails with EAGAIN inside it.' 'PR005	pids-group-hits: pids.max has already refused forks: programs in the group have seen "Resource temporarily unavailable".' 'PR006	pids-group-low: pids.max of a control group allows fewer tasks than the program may need.' 'PR007	threads-max: The machine has nearly as many tasks as kernel.threads-max allows: then nobody can fork.' 'PR008	pid-max: The machine has nearly as many tasks as there are pids: kernel.pid_max bounds every thread.' 'PR009	shared-uid: RLIMIT_NPROC is set on purpose for a user who has tasks elsewhere too: they starve each other.' 'PR010	signals-pending: The user\'s queued signals have nearly reached RLIMIT_SIGPENDING: then timers and sigqueue() fail with EAGAIN.' 'PR011	cpu-time-limited: A finite RLIMIT_CPU ends the program after so many seconds of CPU: it looks like an OOM kill and is none.' 'CG001	group-unlimited: No control group limits the memory of the process: one leak takes the whole machine down with it.' 'CG002	group-usage: A control group on the path is nearly full: at memory.max the kernel kills one of its processes.' 'CG003	group-hits: A memory limit on the path has already struck: processes were killed, or the kernel had to reclaim at the limit.' 'CG004	ancestor-tighter: A group around the process\'s own one has a smaller memory limit: the own limit can never be reached.' 'CG005	high-above-max: memory.high is not below memory.max: the brake comes after the wall, and never acts.' 'CG006	heap-above-limit: The runtime was told to take more heap than its control group allows: it is killed before it collects garbage.' 'CG007	memory-need: The memory that --need asks for is not allowed: the tightest limit of the path, or the machine, is smaller.' 'MM001	address-space-limited: RLIMIT_AS (`ulimit -v`, LimitAS=) limits address space, which is not memory: it breaks programs that use little.' 'MM002	data-limited: RLIMIT_DATA (`ulimit -d`, LimitDATA=) limits heap and private writable mappings, resident or not.' 'MM003	rss-limited: RLIMIT_RSS (`ulimit -m`, LimitRSS=) does nothing: Linux has not enforced it since 2.4.30.' 'MM004	stack-limited: RLIMIT_STACK is far from its usual 8 MiB: too small ends in SIGSEGV, too large takes address space per thread.' 'MM005	locked-memory: The process has locked nearly as much memory as RLIMIT_MEMLOCK allows: then mlock fails with ENOMEM or EPERM.' 'MM006	mappings: The process has nearly as many memory mappings as vm.max_map_count allows: ENOMEM with memory free.' 'MM007	max-map-count-low: vm.max_map_count is below what this kind of program needs: it refuses to start, or fails under load.' 'MM008	strict-overcommit: The kernel promises no more memory than it has (vm.overcommit_memory = 2), and nearly all is promised.' 'MM009	swap: There is no swap, or hardly any left: memory that nobody uses cannot be put away, and OOM kills come at once.' 'MM010	pressure: Tasks stand still for want of memory (PSI): the machine or group is short of it before any counter says full.' 'MM011	huge-pages-always: Transparent huge pages are always on, which makes some databases use more memory and stall.' 'MM012	huge-pages-idle: A large part of memory is set aside as huge pages and nobody uses it: it is lost to everything else.' 'MM013	emergency-reserve: vm.min_free_kbytes keeps a large part of memory free for emergencies: the kernel reclaims, and kills, too early.' 'MM014	stack-usage: The main thread\'s stack has nearly reached RLIMIT_STACK: when it must grow further the program gets SIGSEGV.' 'OM001	oom-standing: The process is exempt from OOM kills, or is the first to go: oom_score_adj is at an end of its range.' 'OM002	panic-on-oom: vm.panic_on_oom makes the whole machine stop where one process would have been killed.' 'OM003	oom-kill-disabled: The memory group may not kill at its limit (oom_kill_disable, v1): at the limit all of its tasks hang for good.' 'OM004	oom-kill-allocating-task: vm.oom_kill_allocating_task kills whoever asks for memory at the wrong moment, and not who holds most of it.' 'OM005	host-oom-kills: The machine has killed processes for memory since it started.' 'IN001	inotify-watches: A user\'s inotify watches have nearly reached fs.inotify.max_user_watches: then watching a file fails with ENOSPC.' 'IN002	inotify-instances: A user\'s inotify instances have nearly reached fs.inotify.max_user_instances: then inotify_init fails with EMFILE.' 'IN003	inotify-watches-low: fs.inotify.max_user_watches is as low as old kernels had it: a file tree of some size cannot be watched.' 'AI001	aio-usage: The machine\'s asynchronous I/O events are nearly used up (fs.aio-max-nr): then io_setup fails with EAGAIN.' 'AI002	aio-low: fs.aio-max-nr is below what databases ask for: with the default of 65,536 a few of them fill it.' 'CF001	limits-d-for-service: Lines of limits.d name the user of a system service: they never apply to it.' 'CF002	limits-star-without-root: A `*` line of limits.d leaves root out on Debian and its children: root needs a line of its own.' 'CF003	limits-lock-out: A nofile line of limits.d asks for more than fs.nr_open: it can lock every user out, root included.' 'CF004	limits-malformed: A line of limits.d cannot be understood: pam_limits leaves it out, and says so only in the system log.' 'CF005	limits-d-not-live: limits.d says something else than what this session has: the session is older than the file.' 'CF006	unit-not-live: The unit\'s files give the service another limit than it has: it was not restarted since they changed.' 'CF007	sysctl-not-live: A file of sysctl.d sets a knob to something else than what the kernel has: it was never activated, or undone.' 'CF008	docker-limits: The limits that dockerd gives to new containers are wrong: the file cannot be read, or they cannot work.' 'CF009	pam-limits-inactive: limits.d has lines, and no PAM service asks pam_limits to apply them: they never take effect.' 'CF010	unit-limits-without-effect: The unit sets limits that do nothing, or other things than they seem to: LimitRSS=, LimitNPROC= for root, LimitAS=.' 'fd-soft-low	A low soft RLIMIT_NOFILE starves a busy program of descriptors long before memory runs out.' 'fd-hard-low	A low hard RLIMIT_NOFILE cannot be raised by the program itself, only by privilege and a restart.' 'fd-usage	Most of the descriptors that the process may open are open: soon it fails with EMFILE, "Too many open files".' 'fd-huge	A huge or infinite soft RLIMIT_NOFILE makes some programs spin for minutes when they start or fork.' 'fd-above-nr-open	A hard RLIMIT_NOFILE above fs.nr_open cannot be set again: every later attempt fails with EPERM.' 'file-max	The machine\'s table of open files is nearly full: then open() fails everywhere with ENFILE.' 'file-size-limited	A finite RLIMIT_FSIZE ends the program (SIGXFSZ, exit code 153) as soon as one of its files grows past it.' 'task-limit-low	A low soft RLIMIT_NPROC stops a user\'s programs from starting threads: fork and clone fail with EAGAIN.' 'task-usage	The user\'s tasks have nearly reached RLIMIT_NPROC: soon fork and new threads fail with EAGAIN.' 'task-limit-not-enforced	RLIMIT_NPROC is set for a process whom the kernel does not hold to it: it protects from nothing.' 'pids-group-usage	A control group on the path has nearly as many tasks as pids.max allows: then fork fails with EAGAIN inside it.' 'pids-group-hits	pids.max has already refused forks: programs in the group have seen "Resource temporarily unavailable".' 'pids-group-low	pids.max of a control group allows fewer tasks than the program may need.' 'threads-max	The machine has nearly as many tasks as kernel.threads-max allows: then nobody can fork.' 'pid-max	The machine has nearly as many tasks as there are pids: kernel.pid_max bounds every thread.' 'shared-uid	RLIMIT_NPROC is set on purpose for a user who has tasks elsewhere too: they starve each other.' 'signals-pending	The user\'s queued signals have nearly reached RLIMIT_SIGPENDING: then timers and sigqueue() fail with EAGAIN.' 'cpu-time-limited	A finite RLIMIT_CPU ends the program after so many seconds of CPU: it looks like an OOM kill and is none.' 'group-unlimited	No control group limits the memory of the process: one leak takes the whole machine down with it.' 'group-usage	A control group on the path is nearly full: at memory.max the kernel kills one of its processes.' 'group-hits	A memory limit on the path has already struck: processes were killed, or the kernel had to reclaim at the limit.' 'ancestor-tighter	A group around the process\'s own one has a smaller memory limit: the own limit can never be reached.' 'high-above-max	memory.high is not below memory.max: the brake comes after the wall, and never acts.' 'heap-above-limit	The runtime was told to take more heap than its control group allows: it is killed before it collects garbage.' 'memory-need	The memory that --need asks for is not allowed: the tightest limit of the path, or the machine, is smaller.' 'address-space-limited	RLIMIT_AS (`ulimit -v`, LimitAS=) limits address space, which is not memory: it breaks programs that use little.' 'data-limited	RLIMIT_DATA (`ulimit -d`, LimitDATA=) limits heap and private writable mappings, resident or not.' 'rss-limited	RLIMIT_RSS (`ulimit -m`, LimitRSS=) does nothing: Linux has not enforced it since 2.4.30.' 'stack-limited	RLIMIT_STACK is far from its usual 8 MiB: too small ends in SIGSEGV, too large takes address space per thread.' 'locked-memory	The process has locked nearly as much memory as RLIMIT_MEMLOCK allows: then mlock fails with ENOMEM or EPERM.' 'mappings	The process has nearly as many memory mappings as vm.max_map_count allows: ENOMEM with memory free.' 'max-map-count-low	vm.max_map_count is below what this kind of program needs: it refuses to start, or fails under load.' 'strict-overcommit	The kernel promises no more memory than it has (vm.overcommit_memory = 2), and nearly all is promised.' 'swap	There is no swap, or hardly any left: memory that nobody uses cannot be put away, and OOM kills come at once.' 'pressure	Tasks stand still for want of memory (PSI): the machine or group is short of it before any counter says full.' 'huge-pages-always	Transparent huge pages are always on, which makes some databases use more memory and stall.' 'huge-pages-idle	A large part of memory is set aside as huge pages and nobody uses it: it is lost to everything else.' 'emergency-reserve	vm.min_free_kbytes keeps a large part of memory free for emergencies: the kernel reclaims, and kills, too early.' 'stack-usage	The main thread\'s stack has nearly reached RLIMIT_STACK: when it must grow further the program gets SIGSEGV.' 'oom-standing	The process is exempt from OOM kills, or is the first to go: oom_score_adj is at an end of its range.' 'panic-on-oom	vm.panic_on_oom makes the whole machine stop where one process would have been killed.' 'oom-kill-disabled	The memory group may not kill at its limit (oom_kill_disable, v1): at the limit all of its tasks hang for good.' 'oom-kill-allocating-task	vm.oom_kill_allocating_task kills whoever asks for memory at the wrong moment, and not who holds most of it.' 'host-oom-kills	The machine has killed processes for memory since it started.' 'inotify-watches	A user\'s inotify watches have nearly reached fs.inotify.max_user_watches: then watching a file fails with ENOSPC.' 'inotify-instances	A user\'s inotify instances have nearly reached fs.inotify.max_user_instances: then inotify_init fails with EMFILE.' 'inotify-watches-low	fs.inotify.max_user_watches is as low as old kernels had it: a file tree of some size cannot be watched.' 'aio-usage	The machine\'s asynchronous I/O events are nearly used up (fs.aio-max-nr): then io_setup fails with EAGAIN.' 'aio-low	fs.aio-max-nr is below what databases ask for: with the default of 65,536 a few of them fill it.' 'limits-d-for-service	Lines of limits.d name the user of a system service: they never apply to it.' 'limits-star-without-root	A `*` line of limits.d leaves root out on Debian and its children: root needs a line of its own.' 'limits-lock-out	A nofile line of limits.d asks for more than fs.nr_open: it can lock every user out, root included.' 'limits-malformed	A line of limits.d cannot be understood: pam_limits leaves it out, and says so only in the system log.' 'limits-d-not-live	limits.d says something else than what this session has: the session is older than the file.' 'unit-not-live	The unit\'s files give the service another limit than it has: it was not restarted since they changed.' 'sysctl-not-live	A file of sysctl.d sets a knob to something else than what the kernel has: it was never activated, or undone.' 'docker-limits	The limits that dockerd gives to new containers are wrong: the file cannot be read, or they cannot work.' 'pam-limits-inactive	limits.d has lines, and no PAM service asks pam_limits to apply them: they never take effect.' 'unit-limits-without-effect	The unit sets limits that do nothing, or other things than they seem to: LimitRSS=, LimitNPROC= for root, LimitAS=.'
end
function __mnemo_ulimit_fix_profile --no-scope-shadowing
    __mnemo_words 'default' 'server' 'database' 'ci' 'container'
end
function __mnemo_ulimit_fix_world --no-scope-shadowing
    __mnemo_words 'session' 'pam' 'service' 'all-services' 'sysctl' 'docker' 'compose' 'kubernetes' 'launchd'
end
function __mnemo_ulimit_fix_format --no-scope-shadowing
    __mnemo_words 'table' 'plain' 'json' 'shell'
end
function __mnemo_collect_diagnostics_profile --no-scope-shadowing
    __mnemo_words 'minimal' 'standard' 'deep'
end
function __mnemo_collect_diagnostics_verify --no-scope-shadowing
    __mnemo_paths '*.tar.gz'
end
function __mnemo_collect_diagnostics_format --no-scope-shadowing
    __mnemo_words 'plain' 'json'
end
function __mnemo_explain_0 --no-scope-shadowing
    __mnemo_words 'slow	slow for want of memory; with --pid N measured' 'leak	memory that grows without end' 'killed	printed for SIGKILL' 'oom	printed for SIGKILL' 'oomkilled	printed for SIGKILL' 'terminated	printed for SIGTERM' 'exit-codes	all that mnemo exits with' '0	done; nothing at or above --fail-on' '1	a finding, breach or firing alert at or above --fail-on; a budget passed; a job failed; no bundle could be made' '2	wrong usage or wrong configuration, nothing was done' '3	could not tell: the level is unknown; a bundle is partial; explain could read nothing; a recording has not the numbers of a rule; orchestrate could not go on writing its journal' '4	a repair failed, or could not be made or undone safely; everything is as it was' '75	drained at critical level, state saved, run me again (EX_TEMPFAIL)' '124	--timeout ran out' '126	CMD is not executable' '127	CMD was not found' '130	interrupted (after clean-up)' '137	ended by SIGKILL: evidence of an OOM kill, and no proof' '143	terminated (after clean-up)' 'SIGKILL	Killed' 'SIGTERM	Terminated' 'SIGABRT	Aborted' 'SIGSEGV	Segmentation fault' 'SIGXCPU	CPU time limit exceeded' 'SIGXFSZ	File size limit exceeded' 'SIGBUS	Bus error' 'EMFILE	Too many open files' 'ENFILE	Too many open files in system' 'EAGAIN	Resource temporarily unavailable' 'ENOMEM	Cannot allocate memory' 'ENOSPC	No space left on device' 'EPERM	Operation not permitted' 'E2BIG	Argument list too long' 'EFBIG	File too large' 'ETOOMANYREFS	Too many references: cannot splice' 'levels	all levels' 'normal	less than 40 %: nothing' 'moderate	40 % to 60 %: log a warning, go on' 'high	more than 60 %, up to 80 %: warn; shrink caches, throttle, defer what can wait; alerts fire' 'critical	more than 80 %: log an error; stop taking work, finish, save, close, exit asking for a restart' 'steps	all steps: what is done, and when' 'emergency	at 95 %, inside critical: notify, terminate' 'actions	all actions' 'log	Writes a line to stderr, syslog or the journal (alerts.log_to)' 'page_operator	Pages by PagerDuty where alerts.pagerduty_key_file gives a key, else by the webhook' 'webhook	Posts the alerts to alerts.webhook_url as Alertmanager posts them (version 4), and tries again after a failure.' 'exec	Runs the program of alerts.exec, without a shell' 'throttle_requests	Asks the programs of the target to slow down while the alert fires' 'restart_recommended	Asks the programs of the target to finish, save and leave with exit code 75' 'notify	Tells people which step was entered or left, and why' 'evict	Shrinks caches: a quarter of what they hold at a time, to their floor at critical; they grow again below high.' 'throttle	Slows the intake of new work (backpressure), and lets it run at full speed again below high.' 'defer	Puts off work that is not critical and has not begun; what has begun is the affair of `freeze`.' 'freeze	Stops the youngest work that is not critical where it is, one at a time: frozen memory stays, but grows no more.' 'drain	Takes no new work, and finishes what is in flight until a deadline.' 'terminate	Ends: everything with exit code 75 after a drain, or in an emergency the youngest alone, at once.' 'save	Puts on disk what the next run needs, once nothing in flight changes it any more.' 'close	Lets go of connections and files, after the state is saved and before the end.' 'memory-level	LV001: How full the memory limit is that binds, as `mnemo snapshot` shows it.' 'component-full	CO001: How full a queue or pool is, of a program that keeps counters (mnemo_cli.tracker).' 'component-unbounded	CO002: A component that reports a size has no limit, and may grow until memory is gone.' 'alert-rule	AL001: An alert rule of yours holds now.' 'alert-unheard	AL002: An alert rule of yours has an action that leads nowhere, and would only be logged.' 'fd-soft-low	FD001: A low soft RLIMIT_NOFILE starves a busy program of descriptors long before memory runs out.' 'fd-hard-low	FD002: A low hard RLIMIT_NOFILE cannot be raised by the program itself, only by privilege and a restart.' 'fd-usage	FD003: Most of the descriptors that the process may open are open: soon it fails with EMFILE, "Too many open files".' 'fd-huge	FD004: A huge or infinite soft RLIMIT_NOFILE makes some programs spin for minutes when they start or fork.' 'fd-above-nr-open	FD005: A hard RLIMIT_NOFILE above fs.nr_open cannot be set again: every later attempt fails with EPERM.' 'file-max	FD006: The machine\'s table of open files is nearly full: then open() fails everywhere with ENFILE.' 'file-size-limited	FD007: A finite RLIMIT_FSIZE ends the program (SIGXFSZ, exit code 153) as soon as one of its files grows past it.' 'task-limit-low	PR001: A low soft RLIMIT_NPROC stops a user\'s programs from starting threads: fork and clone fail with EAGAIN.' 'task-usage	PR002: The user\'s tasks have nearly reached RLIMIT_NPROC: soon fork and new threads fail with EAGAIN.' 'task-limit-not-enforced	PR003: RLIMIT_NPROC is set for a process whom the kernel does not hold to it: it protects from nothing.' 'pids-group-usage	PR004: A control group on the path has nearly as many tasks as pids.max allows: then fork fails with EAGAIN inside it.' 'pids-group-hits	PR005: pids.max has already refused forks: programs in the group have seen "Resource temporarily unavailable".' 'pids-group-low	PR006: pids.max of a control group allows fewer tasks than the program may need.' 'threads-max	PR007: The machine has nearly as many tasks as kernel.threads-max allows: then nobody can fork.' 'pid-max	PR008: The machine has nearly as many tasks as there are pids: kernel.pid_max bounds every thread.' 'shared-uid	PR009: RLIMIT_NPROC is set on purpose for a user who has tasks elsewhere too: they starve each other.' 'signals-pending	PR010: The user\'s queued signals have nearly reached RLIMIT_SIGPENDING: then timers and sigqueue() fail with EAGAIN.' 'cpu-time-limited	PR011: A finite RLIMIT_CPU ends the program after so many seconds of CPU: it looks like an OOM kill and is none.' 'group-unlimited	CG001: No control group limits the memory of the process: one leak takes the whole machine down with it.' 'group-usage	CG002: A control group on the path is nearly full: at memory.max the kernel kills one of its processes.' 'group-hits	CG003: A memory limit on the path has already struck: processes were killed, or the kernel had to reclaim at the limit.' 'ancestor-tighter	CG004: A group around the process\'s own one has a smaller memory limit: the own limit can never be reached.' 'high-above-max	CG005: memory.high is not below memory.max: the brake comes after the wall, and never acts.' 'heap-above-limit	CG006: The runtime was told to take more heap than its control group allows: it is killed before it collects garbage.' 'memory-need	CG007: The memory that --need asks for is not allowed: the tightest limit of the path, or the machine, is smaller.' 'address-space-limited	MM001: RLIMIT_AS (`ulimit -v`, LimitAS=) limits address space, which is not memory: it breaks programs that use little.' 'data-limited	MM002: RLIMIT_DATA (`ulimit -d`, LimitDATA=) limits heap and private writable mappings, resident or not.' 'rss-limited	MM003: RLIMIT_RSS (`ulimit -m`, LimitRSS=) does nothing: Linux has not enforced it since 2.4.30.' 'stack-limited	MM004: RLIMIT_STACK is far from its usual 8 MiB: too small ends in SIGSEGV, too large takes address space per thread.' 'locked-memory	MM005: The process has locked nearly as much memory as RLIMIT_MEMLOCK allows: then mlock fails with ENOMEM or EPERM.' 'mappings	MM006: The process has nearly as many memory mappings as vm.max_map_count allows: ENOMEM with memory free.' 'max-map-count-low	MM007: vm.max_map_count is below what this kind of program needs: it refuses to start, or fails under load.' 'strict-overcommit	MM008: The kernel promises no more memory than it has (vm.overcommit_memory = 2), and nearly all is promised.' 'swap	MM009: There is no swap, or hardly any left: memory that nobody uses cannot be put away, and OOM kills come at once.' 'pressure	MM010: Tasks stand still for want of memory (PSI): the machine or group is short of it before any counter says full.' 'huge-pages-always	MM011: Transparent huge pages are always on, which makes some databases use more memory and stall.' 'huge-pages-idle	MM012: A large part of memory is set aside as huge pages and nobody uses it: it is lost to everything else.' 'emergency-reserve	MM013: vm.min_free_kbytes keeps a large part of memory free for emergencies: the kernel reclaims, and kills, too early.' 'stack-usage	MM014: The main thread\'s stack has nearly reached RLIMIT_STACK: when it must grow further the program gets SIGSEGV.' 'oom-standing	OM001: The process is exempt from OOM kills, or is the first to go: oom_score_adj is at an end of its range.' 'panic-on-oom	OM002: vm.panic_on_oom makes the whole machine stop where one process would have been killed.' 'oom-kill-disabled	OM003: The memory group may not kill at its limit (oom_kill_disable, v1): at the limit all of its tasks hang for good.' 'oom-kill-allocating-task	OM004: vm.oom_kill_allocating_task kills whoever asks for memory at the wrong moment, and not who holds most of it.' 'host-oom-kills	OM005: The machine has killed processes for memory since it started.' 'inotify-watches	IN001: A user\'s inotify watches have nearly reached fs.inotify.max_user_watches: then watching a file fails with ENOSPC.' 'inotify-instances	IN002: A user\'s inotify instances have nearly reached fs.inotify.max_user_instances: then inotify_init fails with EMFILE.' 'inotify-watches-low	IN003: fs.inotify.max_user_watches is as low as old kernels had it: a file tree of some size cannot be watched.' 'aio-usage	AI001: The machine\'s asynchronous I/O events are nearly used up (fs.aio-max-nr): then io_setup fails with EAGAIN.' 'aio-low	AI002: fs.aio-max-nr is below what databases ask for: with the default of 65,536 a few of them fill it.' 'limits-d-for-service	CF001: Lines of limits.d name the user of a system service: they never apply to it.' 'limits-star-without-root	CF002: A `*` line of limits.d leaves root out on Debian and its children: root needs a line of its own.' 'limits-lock-out	CF003: A nofile line of limits.d asks for more than fs.nr_open: it can lock every user out, root included.' 'limits-malformed	CF004: A line of limits.d cannot be understood: pam_limits leaves it out, and says so only in the system log.' 'limits-d-not-live	CF005: limits.d says something else than what this session has: the session is older than the file.' 'unit-not-live	CF006: The unit\'s files give the service another limit than it has: it was not restarted since they changed.' 'sysctl-not-live	CF007: A file of sysctl.d sets a knob to something else than what the kernel has: it was never activated, or undone.' 'docker-limits	CF008: The limits that dockerd gives to new containers are wrong: the file cannot be read, or they cannot work.' 'pam-limits-inactive	CF009: limits.d has lines, and no PAM service asks pam_limits to apply them: they never take effect.' 'unit-limits-without-effect	CF010: The unit sets limits that do nothing, or other things than they seem to: LimitRSS=, LimitNPROC= for root, LimitAS=.' 'settings	all settings' 'resources.memory_moderate_pct	Where moderate begins.' 'resources.memory_high_pct	Above this, memory use is high.' 'resources.memory_critical_pct	Above this, it is critical.' 'resources.memory_release_margin_pct	How far below its edge a level is left again.' 'resources.memory_log_interval_secs	Time between two lines of the memory log.' 'resources.event_capacity	Events that a broadcaster keeps.' 'resources.event_ttl_secs	How long it keeps them.' 'resources.work_queue_max	Items that a work queue holds.' 'resources.db_pool_size	Connections of a database pool.' 'resources.embeddings_cache_size	Entries of the embeddings cache.' 'resources.crdt_history_max_ops	Operations that a history keeps.' 'resources.crdt_compaction_interval_secs	Time between two compactions of a history.' 'resources.memory_limit	Memory limit to render.' 'resources.memory_request	Memory request to render.' 'resources.memory_swap_total	Memory and swap together, to render.' 'resources.cpu_limit	CPU limit to render.' 'resources.cpu_request	CPU request to render.' 'resources.fixed_memory	Memory a program needs before its components take any.' 'monitor.interval	Time between two samples shown.' 'monitor.columns	Columns of the process table, in their order; none: as many as fit.' 'monitor.memory_log_file	Where the memory log is written.' 'monitor.memory_log_max_bytes	Size at which the memory log starts a new file.' 'doctor.profile	Which limits the doctor recommends.' 'doctor.need	What must be possible; less is an error.' 'collect.budget_time	How long the making of a bundle may take.' 'collect.budget_size	How large a bundle may become, compressed.' 'collect.databases	SQLite databases whose sizes and row counts go into a bundle.' 'alerts.rules	Alert rules in place of the built-in ones.' 'alerts.log_to	Where the action log writes alerts, beside the memory log.' 'alerts.webhook_url	Where alerts are posted, as Alertmanager posts them.' 'alerts.webhook_url_file	Holds that URL, where it is a secret.' 'alerts.webhook_token_file	Holds a bearer token for the webhook.' 'alerts.webhook_ca_file	Certificates that are trusted for it.' 'alerts.pagerduty_key_file	Holds PagerDuty\'s routing key.' 'alerts.exec	What the action exec runs, without a shell; it reads the alerts as JSON.' 'alerts.timeout_secs	How long a webhook or a program may take.' 'alerts.group_wait_secs	How long a notice waits for further alerts.' 'alerts.repeat_secs	After how long an alert that still fires is told again.' 'orchestrate.slots	Jobs at once; 0 is one per processor.' 'orchestrate.budget	Memory for all jobs together; 0 is up to the high edge of the limit that binds.' 'orchestrate.drain_timeout_secs	How long running jobs may finish in a drain.' 'orchestrate.reconnect_secs	How long a run waits for a Dask scheduler that is gone.' 'orchestrate.on_critical	At critical: drain and exit 75, or wait and resume.' 'orchestrate.history_file	Where the memory that jobs needed is remembered.' 'doctor.waivers	Findings that somebody answers for.'
    __mnemo_paths
end
function __mnemo_orchestrate_engine --no-scope-shadowing
    __mnemo_words 'local' 'dask'
end
function __mnemo_orchestrate_tls_ca --no-scope-shadowing
    __mnemo_paths '*.pem' '*.crt' '*.cer' '*.key'
end
function __mnemo_orchestrate_format --no-scope-shadowing
    __mnemo_words 'plain' 'json' 'ndjson'
end
function __mnemo_orchestrate_status_format --no-scope-shadowing
    __mnemo_words 'table' 'json'
end
function __mnemo_config_get_0 --no-scope-shadowing
    __mnemo_words 'resources.memory_moderate_pct	Where moderate begins.' 'resources.memory_high_pct	Above this, memory use is high.' 'resources.memory_critical_pct	Above this, it is critical.' 'resources.memory_release_margin_pct	How far below its edge a level is left again.' 'resources.memory_log_interval_secs	Time between two lines of the memory log.' 'resources.event_capacity	Events that a broadcaster keeps.' 'resources.event_ttl_secs	How long it keeps them.' 'resources.work_queue_max	Items that a work queue holds.' 'resources.db_pool_size	Connections of a database pool.' 'resources.embeddings_cache_size	Entries of the embeddings cache.' 'resources.crdt_history_max_ops	Operations that a history keeps.' 'resources.crdt_compaction_interval_secs	Time between two compactions of a history.' 'resources.memory_limit	Memory limit to render.' 'resources.memory_request	Memory request to render.' 'resources.memory_swap_total	Memory and swap together, to render.' 'resources.cpu_limit	CPU limit to render.' 'resources.cpu_request	CPU request to render.' 'resources.fixed_memory	Memory a program needs before its components take any.' 'monitor.interval	Time between two samples shown.' 'monitor.columns	Columns of the process table, in their order; none: as many as fit.' 'monitor.memory_log_file	Where the memory log is written.' 'monitor.memory_log_max_bytes	Size at which the memory log starts a new file.' 'doctor.profile	Which limits the doctor recommends.' 'doctor.need	What must be possible; less is an error.' 'collect.budget_time	How long the making of a bundle may take.' 'collect.budget_size	How large a bundle may become, compressed.' 'collect.databases	SQLite databases whose sizes and row counts go into a bundle.' 'alerts.rules	Alert rules in place of the built-in ones.' 'alerts.log_to	Where the action log writes alerts, beside the memory log.' 'alerts.webhook_url	Where alerts are posted, as Alertmanager posts them.' 'alerts.webhook_url_file	Holds that URL, where it is a secret.' 'alerts.webhook_token_file	Holds a bearer token for the webhook.' 'alerts.webhook_ca_file	Certificates that are trusted for it.' 'alerts.pagerduty_key_file	Holds PagerDuty\'s routing key.' 'alerts.exec	What the action exec runs, without a shell; it reads the alerts as JSON.' 'alerts.timeout_secs	How long a webhook or a program may take.' 'alerts.group_wait_secs	How long a notice waits for further alerts.' 'alerts.repeat_secs	After how long an alert that still fires is told again.' 'orchestrate.slots	Jobs at once; 0 is one per processor.' 'orchestrate.budget	Memory for all jobs together; 0 is up to the high edge of the limit that binds.' 'orchestrate.drain_timeout_secs	How long running jobs may finish in a drain.' 'orchestrate.reconnect_secs	How long a run waits for a Dask scheduler that is gone.' 'orchestrate.on_critical	At critical: drain and exit 75, or wait and resume.' 'orchestrate.history_file	Where the memory that jobs needed is remembered.'
end
function __mnemo_config_set_1 --no-scope-shadowing
    switch "$before"
        case 'monitor.columns'
            __mnemo_words 'PID' 'PPID' 'USER' 'PSS' 'USS' 'RSS' 'SWAP' '+/min' '%LIM' 'OOMADJ' 'THR' 'FDS/LIM' 'TREND' 'CGROUP' 'COMMAND'
        case 'doctor.profile'
            __mnemo_words 'auto' 'default' 'server' 'database' 'ci' 'container'
        case 'alerts.log_to'
            __mnemo_words 'stderr' 'syslog' 'journald'
        case 'orchestrate.on_critical'
            __mnemo_words 'drain' 'resume'
    end
end
function __mnemo_completion_0 --no-scope-shadowing
    __mnemo_words 'bash' 'zsh' 'fish'
end

# What there is below the command path, in __mnemo_complete's own variables.
function __mnemo_describe --no-scope-shadowing
    switch "$path"
        case 'mnemo'
            set commands \
                'monitor	Watch memory live against the limit that binds' \
                'snapshot	Show one reading of memory and its limits' \
                'limits	Check limits for CI, show them all, render them' \
                'ulimit	Audit and mend limits, raise those of a live process' \
                'doctor	Find the limits that bind or will, and who set them' \
                'collect-diagnostics	Put what explains a death into one redacted tarball' \
                'collect	Put what explains a death into one redacted tarball' \
                'explain	Say why something died, or what an error means' \
                'orchestrate	Run jobs so that memory never kills them' \
                'export	Give metrics, rules and a dashboard to Prometheus' \
                'config	Show and change the settings' \
                'completion	Print the completion script of a shell'
            set options \
                '-V	Print the version and exit.' \
                '--version	Print the version and exit.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-V --version' '-h --help'
            set repeats
            set valued
            set offers
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo monitor'
            set commands
            set options \
                '--host	Look at the whole machine.' \
                '--pid	Look at process N and its descendants.' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--cgroup	Look at a control group, such as /app.' \
                '--limit	Give the processes a budget of their own; passing it exits 1.' \
                '--interval	Time between samples, such as 500ms or 5s.' \
                '--rules	Alert rules in place of the built-in ones.' \
                '--columns	Columns of the process table.' \
                '--allow-signal	Let the key K send signals to processes.' \
                '--format	Print lines instead of the dashboard.' \
                '--fields	Print only these numbers.' \
                '-o	Write the lines to FILE.' \
                '--output	Write the lines to FILE.' \
                '--record	Record every sample.' \
                '--record-max	Begin a new file at this size (100 MiB).' \
                '--replay	Show a recording or a memory log.' \
                '--at	From TIME on: 14:02:31, an ISO time, +10m.' \
                '--speed	Replay N times as fast.' \
                '--plot	Draw the recording as an .svg or .png.' \
                '--headless	Show nothing; only write the memory log.' \
                '--once	Print one sample and exit.' \
                '--count	Exit after N samples. [x>=1]' \
                '--duration	Exit after TIME.' \
                '--timeout	Exit 124 after TIME.' \
                '--until-level	Exit 0 at this level.' \
                '--fail-on	Exit 1 from this level on: moderate, high, critical or never (or note, warning, error). [default: never]' \
                '--fail-fast	Exit as soon as --fail-on is met.' \
                '--ascii	Draw with ASCII signs only.' \
                '--color	When to use colour. [default: auto]' \
                '-v	Log more.' \
                '--verbose	Log more.' \
                '--quiet	Log errors only.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-v --verbose' '-h --help'
            set repeats
            set valued '--pid' '--name' '--cgroup' '--limit' '--interval' '--rules' '--columns' '--format' '--fields' '-o' '--output' '--record' '--record-max' '--replay' '--at' '--speed' '--plot' '--count' '--duration' '--timeout' '--until-level' '--fail-on' '--color' '--config'
            set offers '__mnemo_pids' '__mnemo_names' '__mnemo_groups' 'true' 'true' '__mnemo_monitor_rules' '__mnemo_monitor_columns' '__mnemo_monitor_format' '__mnemo_monitor_fields' '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_record' 'true' '__mnemo_monitor_replay' 'true' 'true' '__mnemo_monitor_plot' 'true' 'true' 'true' '__mnemo_monitor_until_level' '__mnemo_monitor_fail_on' '__mnemo_monitor_color' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs yes
        case 'mnemo snapshot'
            set commands
            set options \
                '--host	Look at the whole machine.' \
                '--pid	Look at process N and its descendants.' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--cgroup	Look at a control group, such as /app.' \
                '--limit	Give the processes a budget of their own; passing it exits 1.' \
                '--format	table on a terminal, plain elsewhere.' \
                '--fields	Print only these numbers.' \
                '--top	Show the N largest processes. [default: 10; x>=0]' \
                '--diff	Compare with a saved reading.' \
                '--clean-trackers	First remove the counters that your ended programs left.' \
                '--fail-on	Exit 1 from this level on: moderate, high, critical or never (or note, warning, error). [default: never]' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--pid' '--name' '--cgroup' '--limit' '--format' '--fields' '--top' '--diff' '--fail-on' '--config'
            set offers '__mnemo_pids' '__mnemo_names' '__mnemo_groups' 'true' '__mnemo_snapshot_format' '__mnemo_monitor_fields' 'true' '__mnemo_snapshot_diff' '__mnemo_monitor_fail_on' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs yes
        case 'mnemo limits'
            set commands \
                'check	Exit 1 when memory or a limit is at or beyond --fail-on' \
                'show	Show every limit of a target, its use, and who set it' \
                'rules	Show the alert rules, how each stands, and what it may ask' \
                'render	Print the limits for docker, compose, Kubernetes or systemd'
            set options \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued
            set offers
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo limits check'
            set commands
            set options \
                '--pid	Look at process N. [x>=1]' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--user	Look at the processes of a user, by name or uid.' \
                '--unit	Look at the processes of a systemd service.' \
                '--all	Look at the machine and every process.' \
                '--top	Of many, show the N worst only. [x>=1]' \
                '--root	Look at an image or a captured tree instead. [default: /]' \
                '--profile	What to recommend: auto, default, server, database, ci or container.' \
                '--need	What must be possible, such as nofile=65536,nproc=4096,mem=2GiB.' \
                '--select	Only these checks: FD003, FD or fd-usage.' \
                '--ignore	Not these checks.' \
                '--fail-on	Exit 1 from here on: note, warning, error or never (moderate, high and critical mean the same). [default: error]' \
                '--strict-unknown	Exit 3 when a check cannot tell.' \
                '--baseline	Fail for findings only that an earlier JSON has not.' \
                '--wait	Try again until it holds, for at most TIME.' \
                '--format	table on a terminal, plain elsewhere.' \
                '--report	Write FILE in FORMAT, too; may be repeated.' \
                '-o	Write the result to FILE.' \
                '--output	Write the result to FILE.' \
                '-v	Show what passed, too, and the evidence.' \
                '--verbose	Show what passed, too, and the evidence.' \
                '--rules	Alert rules in place of the built-in ones.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-v --verbose' '-h --help'
            set repeats '--need' '--select' '--ignore' '--report'
            set valued '--pid' '--name' '--user' '--unit' '--top' '--root' '--profile' '--need' '--select' '--ignore' '--fail-on' '--baseline' '--wait' '--format' '--report' '-o' '--output' '--rules' '--config'
            set offers '__mnemo_pids' '__mnemo_names' '__fish_complete_users' '__mnemo_units' 'true' '__mnemo_folders' '__mnemo_limits_check_profile' 'true' '__mnemo_limits_check_select' '__mnemo_limits_check_select' '__mnemo_monitor_fail_on' '__mnemo_limits_check_baseline' 'true' '__mnemo_limits_check_format' '__mnemo_limits_check_report' '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_rules' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs yes
        case 'mnemo limits show'
            set commands
            set options \
                '--host	Show what the machine allows.' \
                '--pid	Show process N. [x>=1]' \
                '--name	Show the processes whose name matches REGEX.' \
                '--cgroup	Show a control group, such as /app.' \
                '--root	Read a captured tree instead of this machine. [default: /]' \
                '--budget	Add up what the configuration allows, and compare it.' \
                '--item-bytes	With --budget: what an event, a queue item or an operation takes [default: 1KiB].' \
                '--dimensions	With --budget: dimensions of a cached embedding, 4 bytes each [default: 768]. [1<=x<=1000000]' \
                '--format	table on a terminal, plain elsewhere.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--pid' '--name' '--cgroup' '--root' '--item-bytes' '--dimensions' '--format' '--config'
            set offers '__mnemo_pids' '__mnemo_names' '__mnemo_groups' '__mnemo_folders' 'true' 'true' '__mnemo_limits_show_format' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs yes
        case 'mnemo limits rules'
            set commands
            set options \
                '--host	Look at the whole machine.' \
                '--pid	Look at process N and its descendants.' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--cgroup	Look at a control group, such as /app.' \
                '--limit	Give the processes a budget of their own.' \
                '--rules	Alert rules in place of the built-in ones.' \
                '--all	Show every name that a condition may use.' \
                '--replay	Test the rules on a recording: monitor\'s ndjson, or the memory log.' \
                '--fail-on	With --replay: exit 1 when an alert of this severity, or a worse one, fired. [default: never]' \
                '--format	table on a terminal, plain elsewhere; ndjson with --replay.' \
                '-o	Write to FILE.' \
                '--output	Write to FILE.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-h --help'
            set repeats
            set valued '--pid' '--name' '--cgroup' '--limit' '--rules' '--replay' '--fail-on' '--format' '-o' '--output' '--config'
            set offers '__mnemo_pids' '__mnemo_names' '__mnemo_groups' 'true' '__mnemo_monitor_rules' '__mnemo_monitor_replay' '__mnemo_monitor_fail_on' '__mnemo_limits_rules_format' '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo limits render'
            set commands
            set options \
                '--for	In whose words.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--for' '--config'
            set offers '__mnemo_limits_render_for' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo ulimit'
            set commands \
                'doctor	Find the limits that bind or will, and who set them' \
                'fix	Make the configuration allow what a profile or --need asks' \
                'raise	Raise the limit of open files of a process that runs' \
                'protect	Set how the OOM killer sees a process: its score'
            set options \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued
            set offers
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo ulimit doctor'
            set commands
            set options \
                '--pid	Look at process N. [x>=1]' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--user	Look at the processes of a user, by name or uid.' \
                '--unit	Look at the processes of a systemd service.' \
                '--all	Look at the machine and every process.' \
                '--top	Of many, show the N worst only. [x>=1]' \
                '--root	Look at an image or a captured tree instead. [default: /]' \
                '--profile	What to recommend: auto, default, server, database, ci or container.' \
                '--need	What must be possible, such as nofile=65536,nproc=4096,mem=2GiB.' \
                '--select	Only these checks: FD003, FD or fd-usage.' \
                '--ignore	Not these checks.' \
                '--fail-on	Exit 1 from here on: note, warning, error or never (moderate, high and critical mean the same). [default: error]' \
                '--strict-unknown	Exit 3 when a check cannot tell.' \
                '--baseline	Fail for findings only that an earlier JSON has not.' \
                '--format	table on a terminal, plain elsewhere.' \
                '--report	Write FILE in FORMAT, too; may be repeated.' \
                '-o	Write the result to FILE.' \
                '--output	Write the result to FILE.' \
                '-v	Show what passed, too, and the evidence.' \
                '--verbose	Show what passed, too, and the evidence.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-v --verbose' '-h --help'
            set repeats '--need' '--select' '--ignore' '--report'
            set valued '--pid' '--name' '--user' '--unit' '--top' '--root' '--profile' '--need' '--select' '--ignore' '--fail-on' '--baseline' '--format' '--report' '-o' '--output' '--config'
            set offers '__mnemo_pids' '__mnemo_names' '__fish_complete_users' '__mnemo_units' 'true' '__mnemo_folders' '__mnemo_limits_check_profile' 'true' '__mnemo_ulimit_doctor_select' '__mnemo_ulimit_doctor_select' '__mnemo_monitor_fail_on' '__mnemo_limits_check_baseline' '__mnemo_limits_check_format' '__mnemo_limits_check_report' '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs yes
        case 'mnemo ulimit fix'
            set commands
            set options \
                '--plan	Show what would be done (the default).' \
                '--apply	Do it; asks first.' \
                '--undo	Take a fix back.' \
                '--list	Show the fixes that were made.' \
                '--yes	Do not ask.' \
                '--need	For example nofile=65536,nproc=4096.' \
                '--profile	default, server, database, ci or container.' \
                '--world	Where: session, pam, service, all-services, sysctl, docker, compose, kubernetes, launchd.' \
                '--unit	The service to mend.' \
                '--root	Mend the files of an image or tree; nothing is activated. [default: /]' \
                '--format	table on a terminal, plain elsewhere.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats '--need' '--world'
            set valued '--undo' '--need' '--profile' '--world' '--unit' '--root' '--format' '--config'
            set offers 'true' 'true' '__mnemo_ulimit_fix_profile' '__mnemo_ulimit_fix_world' '__mnemo_units' '__mnemo_folders' '__mnemo_ulimit_fix_format' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo ulimit raise'
            set commands
            set options \
                '--pid	The process. [x>=1; required]' \
                '--nofile	For example 65536, or 65536:524288.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--pid' '--nofile'
            set offers '__mnemo_pids' 'true'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo ulimit protect'
            set commands
            set options \
                '--score	-999 to 1000; lower is killed later.' \
                '--pid	The process. [x>=1]' \
                '--name	All processes whose name matches.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--score' '--pid' '--name'
            set offers 'true' '__mnemo_pids' '__mnemo_names'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo doctor'
            set commands
            set options \
                '--pid	Look at process N. [x>=1]' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--user	Look at the processes of a user, by name or uid.' \
                '--unit	Look at the processes of a systemd service.' \
                '--all	Look at the machine and every process.' \
                '--top	Of many, show the N worst only. [x>=1]' \
                '--root	Look at an image or a captured tree instead. [default: /]' \
                '--profile	What to recommend: auto, default, server, database, ci or container.' \
                '--need	What must be possible, such as nofile=65536,nproc=4096,mem=2GiB.' \
                '--select	Only these checks: FD003, FD or fd-usage.' \
                '--ignore	Not these checks.' \
                '--fail-on	Exit 1 from here on: note, warning, error or never (moderate, high and critical mean the same). [default: error]' \
                '--strict-unknown	Exit 3 when a check cannot tell.' \
                '--baseline	Fail for findings only that an earlier JSON has not.' \
                '--format	table on a terminal, plain elsewhere.' \
                '--report	Write FILE in FORMAT, too; may be repeated.' \
                '-o	Write the result to FILE.' \
                '--output	Write the result to FILE.' \
                '-v	Show what passed, too, and the evidence.' \
                '--verbose	Show what passed, too, and the evidence.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-v --verbose' '-h --help'
            set repeats '--need' '--select' '--ignore' '--report'
            set valued '--pid' '--name' '--user' '--unit' '--top' '--root' '--profile' '--need' '--select' '--ignore' '--fail-on' '--baseline' '--format' '--report' '-o' '--output' '--config'
            set offers '__mnemo_pids' '__mnemo_names' '__fish_complete_users' '__mnemo_units' 'true' '__mnemo_folders' '__mnemo_limits_check_profile' 'true' '__mnemo_ulimit_doctor_select' '__mnemo_ulimit_doctor_select' '__mnemo_monitor_fail_on' '__mnemo_limits_check_baseline' '__mnemo_limits_check_format' '__mnemo_limits_check_report' '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs yes
        case 'mnemo collect-diagnostics'
            set commands
            set options \
                '-o	Write FILE, or into a folder, or - for stdout.' \
                '--output	Write FILE, or into a folder, or - for stdout.' \
                '--profile	How much: minimal, standard or deep. [default: standard]' \
                '--host	Look at the whole machine.' \
                '--pid	Look at process N and its descendants.' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--cgroup	Look at a control group, such as /app.' \
                '--since	How far back in logs, such as 2h. [default: 24h]' \
                '--budget-time	How long it may take (20s).' \
                '--budget-size	How large it may be, packed (20Mi).' \
                '--list	Show what is collected, and end.' \
                '--dry-run	Show which files it would hold, and end.' \
                '--cmdline	With whole command lines, masked.' \
                '--no-redact	Keep secrets, names and addresses in it.' \
                '--verify	Check a bundle instead.' \
                '--format	plain or json. [default: plain]' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-h --help'
            set repeats
            set valued '-o' '--output' '--profile' '--pid' '--name' '--cgroup' '--since' '--budget-time' '--budget-size' '--verify' '--format' '--config'
            set offers '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_collect_diagnostics_profile' '__mnemo_pids' '__mnemo_names' '__mnemo_groups' 'true' 'true' 'true' '__mnemo_collect_diagnostics_verify' '__mnemo_collect_diagnostics_format' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo collect'
            set commands
            set options \
                '-o	Write FILE, or into a folder, or - for stdout.' \
                '--output	Write FILE, or into a folder, or - for stdout.' \
                '--profile	How much: minimal, standard or deep. [default: standard]' \
                '--host	Look at the whole machine.' \
                '--pid	Look at process N and its descendants.' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--cgroup	Look at a control group, such as /app.' \
                '--since	How far back in logs, such as 2h. [default: 24h]' \
                '--budget-time	How long it may take (20s).' \
                '--budget-size	How large it may be, packed (20Mi).' \
                '--list	Show what is collected, and end.' \
                '--dry-run	Show which files it would hold, and end.' \
                '--cmdline	With whole command lines, masked.' \
                '--no-redact	Keep secrets, names and addresses in it.' \
                '--verify	Check a bundle instead.' \
                '--format	plain or json. [default: plain]' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-h --help'
            set repeats
            set valued '-o' '--output' '--profile' '--pid' '--name' '--cgroup' '--since' '--budget-time' '--budget-size' '--verify' '--format' '--config'
            set offers '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_collect_diagnostics_profile' '__mnemo_pids' '__mnemo_names' '__mnemo_groups' 'true' 'true' 'true' '__mnemo_collect_diagnostics_verify' '__mnemo_collect_diagnostics_format' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo explain'
            set commands
            set options \
                '--pid	Why process N died, or what befell it. [x>=1]' \
                '--unit	Why a systemd unit died.' \
                '--container	Why a container died.' \
                '--last	The most recent kill on this machine.' \
                '--growth	With --pid: watch what grows, such as for 60s.' \
                '--format	plain or json. [default: plain]' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--pid' '--unit' '--container' '--growth' '--format' '--config'
            set offers '__mnemo_pids' '__mnemo_units' 'true' 'true' '__mnemo_collect_diagnostics_format' '__mnemo_monitor_config'
            set arguments '__mnemo_explain_0'
            set arguments_repeat no
            set runs no
        case 'mnemo orchestrate'
            set commands \
                'check	Show what a plan would run, and what of it can never fit' \
                'status	Show how a run stands, also while it goes on' \
                'cancel	Cancel jobs of a run, those that run and those that wait' \
                'report	Show what became of a run: memory by name, and why jobs died' \
                'history	Show what memory jobs needed, by name, and the next claim' \
                'demo	See every level and every step of the ladder in a minute'
            set options \
                '--template	Run CMD for each line, which takes the place of {}.' \
                '--slots	So many jobs at once. [x>=1]' \
                '--budget	Memory for all jobs together.' \
                '--journal	Keep the run in FILE.' \
                '--resume	Go on with the run in the journal, or begin it.' \
                '--drain-timeout	How long jobs may finish in a drain.' \
                '--engine	Where jobs run: here, or on a Dask cluster\'s workers. [default: local]' \
                '--scheduler	The Dask scheduler, tcp://HOST:PORT.' \
                '--local-cluster	Try --engine dask with N workers here. [x>=1]' \
                '--tls-ca	Who signs for a tls:// scheduler.' \
                '--tls-cert	Our certificate for it.' \
                '--tls-key	The key of our certificate.' \
                '--rules	Alert rules in place of the built-in ones.' \
                '--output-dir	Put the jobs\' output there.' \
                '--format	Print this instead of the live view.' \
                '--dry-run	Only say what would be run.' \
                '--color	When to use colour. [default: auto]' \
                '-v	Log more.' \
                '--verbose	Log more.' \
                '--quiet	Log errors only.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-v --verbose' '-h --help'
            set repeats
            set valued '--template' '--slots' '--budget' '--journal' '--drain-timeout' '--engine' '--scheduler' '--local-cluster' '--tls-ca' '--tls-cert' '--tls-key' '--rules' '--output-dir' '--format' '--color' '--config'
            set offers 'true' 'true' 'true' '__mnemo_monitor_o' 'true' '__mnemo_orchestrate_engine' 'true' 'true' '__mnemo_orchestrate_tls_ca' '__mnemo_orchestrate_tls_ca' '__mnemo_orchestrate_tls_ca' '__mnemo_monitor_rules' '__mnemo_folders' '__mnemo_orchestrate_format' '__mnemo_monitor_color' '__mnemo_monitor_config'
            set arguments '__mnemo_monitor_o'
            set arguments_repeat no
            set runs yes
        case 'mnemo orchestrate check'
            set commands
            set options \
                '--template	As for the run.' \
                '--slots	As for the run. [x>=1]' \
                '--budget	As for the run.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--template' '--slots' '--budget' '--config'
            set offers 'true' 'true' 'true' '__mnemo_monitor_config'
            set arguments '__mnemo_monitor_o'
            set arguments_repeat no
            set runs no
        case 'mnemo orchestrate status'
            set commands
            set options \
                '--format	table or json. [default: table]' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--format'
            set offers '__mnemo_orchestrate_status_format'
            set arguments '__mnemo_monitor_o'
            set arguments_repeat no
            set runs no
        case 'mnemo orchestrate cancel'
            set commands
            set options \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued
            set offers
            set arguments '__mnemo_monitor_o' 'true'
            set arguments_repeat yes
            set runs no
        case 'mnemo orchestrate report'
            set commands
            set options \
                '--format	table or json. [default: table]' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--format'
            set offers '__mnemo_orchestrate_status_format'
            set arguments '__mnemo_monitor_o'
            set arguments_repeat no
            set runs no
        case 'mnemo orchestrate history'
            set commands
            set options \
                '--format	table or json. [default: table]' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--format' '--config'
            set offers '__mnemo_orchestrate_status_format' '__mnemo_monitor_config'
            set arguments 'true'
            set arguments_repeat yes
            set runs no
        case 'mnemo orchestrate demo'
            set commands
            set options \
                '--duration	How long the load goes on. [default: 45s]' \
                '--limit	The limit that is filled.' \
                '--simulated	Make no memory group, only count against the limit.' \
                '--color	When to use colour. [default: auto]' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--duration' '--limit' '--color' '--config'
            set offers 'true' 'true' '__mnemo_monitor_color' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo export'
            set commands \
                'serve	Serve metrics to Prometheus' \
                'textfile	Write metrics to a file for node_exporter' \
                'rules	Print the alert rules as rules of Prometheus' \
                'alertmanager	Print a first configuration of Alertmanager' \
                'dashboard	Print a dashboard for Grafana, with your levels as bands'
            set options \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued
            set offers
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo export serve'
            set commands
            set options \
                '--listen	Where to listen; nothing beyond this machine by default. [default: 127.0.0.1:9477]' \
                '--host	Look at the whole machine.' \
                '--pid	Look at process N and its descendants.' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--cgroup	Look at a control group, such as /app.' \
                '--limit	Give the processes a budget of their own.' \
                '--rules	Alert rules in place of the built-in ones.' \
                '--no-actions	Export how alerts stand; tell nobody.' \
                '--interval	Time between samples when nobody scrapes. [default: 20s]' \
                '--top	Export the N largest processes. [default: 20; 0<=x<=1000]' \
                '--scrape-timeout	The longest that a scrape waits for a sample. [default: 10s]' \
                '--tls-cert	Our certificate, for HTTPS.' \
                '--tls-key	Its key, where that is another file.' \
                '--client-ca	Only for clients with a certificate of these.' \
                '--auth-user	The user of the password. [default: mnemo]' \
                '--auth-password-file	Only for who knows the password in FILE.' \
                '-v	Log more.' \
                '--verbose	Log more.' \
                '--quiet	Log errors only.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-v --verbose' '-h --help'
            set repeats
            set valued '--listen' '--pid' '--name' '--cgroup' '--limit' '--rules' '--interval' '--top' '--scrape-timeout' '--tls-cert' '--tls-key' '--client-ca' '--auth-user' '--auth-password-file' '--config'
            set offers 'true' '__mnemo_pids' '__mnemo_names' '__mnemo_groups' 'true' '__mnemo_monitor_rules' 'true' 'true' 'true' '__mnemo_orchestrate_tls_ca' '__mnemo_orchestrate_tls_ca' '__mnemo_orchestrate_tls_ca' 'true' '__mnemo_monitor_o' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo export textfile'
            set commands
            set options \
                '--file	The name of the file. [default: mnemo.prom]' \
                '--once	Write one sample and exit; this is the default.' \
                '--interval	Go on, and write at this pace.' \
                '--host	Look at the whole machine.' \
                '--pid	Look at process N and its descendants.' \
                '--name	Look at the processes whose name matches REGEX.' \
                '--cgroup	Look at a control group, such as /app.' \
                '--limit	Give the processes a budget of their own.' \
                '--rules	Alert rules in place of the built-in ones.' \
                '--top	Write the N largest processes. [default: 20; 0<=x<=1000]' \
                '-v	Log more.' \
                '--verbose	Log more.' \
                '--quiet	Log errors only.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-v --verbose' '-h --help'
            set repeats
            set valued '--file' '--interval' '--pid' '--name' '--cgroup' '--limit' '--rules' '--top' '--config'
            set offers 'true' 'true' '__mnemo_pids' '__mnemo_names' '__mnemo_groups' 'true' '__mnemo_monitor_rules' 'true' '__mnemo_monitor_config'
            set arguments '__mnemo_folders'
            set arguments_repeat no
            set runs no
        case 'mnemo export rules'
            set commands
            set options \
                '--rules	Alert rules in place of the built-in ones.' \
                '-o	Write to FILE.' \
                '--output	Write to FILE.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-h --help'
            set repeats
            set valued '--rules' '-o' '--output' '--config'
            set offers '__mnemo_monitor_rules' '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo export alertmanager'
            set commands
            set options \
                '--webhook-url-file	Holds the URL of your webhook.' \
                '--webhook-token-file	Holds its bearer token.' \
                '--pagerduty-key-file	Holds a routing key.' \
                '-o	Write to FILE.' \
                '--output	Write to FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-h --help'
            set repeats
            set valued '--webhook-url-file' '--webhook-token-file' '--pagerduty-key-file' '-o' '--output'
            set offers '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_o'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo export dashboard'
            set commands
            set options \
                '-o	Write to FILE.' \
                '--output	Write to FILE.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-o --output' '-h --help'
            set repeats
            set valued '-o' '--output' '--config'
            set offers '__mnemo_monitor_o' '__mnemo_monitor_o' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo config'
            set commands \
                'show	Show every setting and its value. The plain format is a settings file itself' \
                'get	Print the value of one setting, in the unit of its key' \
                'set	Change one setting in your own file, in ./mnemo.toml, or in FILE. Comments stay' \
                'path	Show which file is used, and which others are looked at' \
                'schema	Print the JSON schema of a settings file'
            set options \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued
            set offers
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo config show'
            set commands
            set options \
                '--origin	Say where each value came from.' \
                '--all	Show the hidden settings too.' \
                '--format	table on a terminal, plain elsewhere.' \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--format' '--config'
            set offers '__mnemo_limits_show_format' '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo config get'
            set commands
            set options \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--config'
            set offers '__mnemo_monitor_config'
            set arguments '__mnemo_config_get_0'
            set arguments_repeat no
            set runs no
        case 'mnemo config set'
            set commands
            set options \
                '--local	Change ./mnemo.toml.' \
                '--config	Change FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--config'
            set offers '__mnemo_monitor_config'
            set arguments '__mnemo_config_get_0' '__mnemo_config_set_1'
            set arguments_repeat no
            set runs no
        case 'mnemo config path'
            set commands
            set options \
                '--config	Read the settings from FILE.' \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued '--config'
            set offers '__mnemo_monitor_config'
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo config schema'
            set commands
            set options \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued
            set offers
            set arguments
            set arguments_repeat no
            set runs no
        case 'mnemo completion'
            set commands
            set options \
                '-h	Show this message and exit.' \
                '--help	Show this message and exit.'
            set aliases '-h --help'
            set repeats
            set valued
            set offers
            set arguments '__mnemo_completion_0'
            set arguments_repeat no
            set runs no
    end
end

# Candidates, each perhaps with a tab and a description. What stands before them in the word is said again.
function __mnemo_words --no-scope-shadowing
    printf '%s\n' $lead$argv
end

# Words with commas between them: those that stand there already are not offered again.
function __mnemo_list --no-scope-shadowing
    set -l had (string split , -- $current)
    set lead $lead(string replace -r '[^,]*$' '' -- $current)
    for word in $had[1..-2]
        set argv (string match -rv -- '^'(string escape --style=regex -- $word)'(\t|$)' $argv)
    end
    __mnemo_words $argv
end

# WORD=FILE
function __mnemo_report --no-scope-shadowing
    if set -l parts (string split -m 1 = -- $current); and test (count $parts) -eq 2
        set lead $lead$parts[1]=
        set current $parts[2]
        __mnemo_paths
    else
        __mnemo_words $argv
    end
end

# Files that match a pattern, and folders; all where none matches.
function __mnemo_paths --no-scope-shadowing
    set -l paths (complete -C "'' "(string escape -- $current))
    set -l chosen $paths
    if set -q argv[1]
        set chosen
        for pattern in $argv
            set -a chosen (string match -- $pattern $paths)
        end
        if set -q chosen[1]
            set -a chosen (string match -- '*/' $paths)
        else if test "$argv" != '*/'
            set chosen $paths
        end
    end
    set -q chosen[1]; and printf '%s\n' $lead$chosen
end

function __mnemo_folders --no-scope-shadowing
    __mnemo_paths '*/'
end

# PID, a tab, NAME. One grep, because fish takes 0.2 ms to read a file, and a glob of theirs takes longer still.
function __mnemo_processes
    set -l pids (string replace -rf '^/proc/(\d+)$' '$1' -- /proc/*)
    if set -q pids[1]
        string replace -rf '^/proc/(\d+)/comm:' '$1\t' -- (grep -s -m 1 '' /dev/null /proc/$pids/comm)
    else
        __fish_complete_pids
    end
end

function __mnemo_pids --no-scope-shadowing
    __mnemo_words (__mnemo_processes)
end

# The names of processes. They are taken as regular expressions: those that are none are left out.
function __mnemo_names --no-scope-shadowing
    __mnemo_words (string replace -rf '^\d+\t([\w.:/@ -]+)$' '$1' -- (__mnemo_processes))
end

# Memory groups, one level at a time; a slash at the end says that there are more below.
function __mnemo_groups --no-scope-shadowing
    set -l root /sys/fs/cgroup
    if string match -q -- "$root*" $current
        __mnemo_paths '*/'
        return
    end
    test -d $root/memory; and set root $root/memory
    for folder in $root/(string trim -l -c / -- $current)*/
        set -l below $folder*/
        set -q below[1]; or set folder (string trim -r -c / -- $folder)
        printf '%s\n' $lead(string replace -- $root '' $folder)
    end
end

function __mnemo_units --no-scope-shadowing
    set -l files /etc/systemd/system/*.service /run/systemd/system/*.service /usr/lib/systemd/system/*.service
    set -q files[1]; and __mnemo_words (string replace -r '.*/' '' -- $files | sort -u)
end

# Options, but for those given that cannot be given again.
function __mnemo_options --no-scope-shadowing
    for name in $given
        contains -- $name $repeats; and continue
        for same in $name (string split ' ' -- (string match -r -- '^'$name' .*|.* '$name'$' $aliases))
            set options (string match -v -- $same\t'*' $options)
        end
    end
    set -q options[1]; and printf '%s\n' $options
end

function __mnemo_program
    complete -C (string join ' ' -- (string escape -- $argv) (commandline -ct))
end

function __mnemo_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape 2>/dev/null)
    set -q current[1]; or set current (commandline -ct | string replace -ar '[\\\\"\']' '')
    set -l path mnemo
    set -l option
    set -l place 0
    set -l before
    set -l given
    set -l only_arguments no
    set -l lead ''
    set -l commands
    set -l options
    set -l aliases
    set -l repeats
    set -l valued
    set -l offers
    set -l arguments
    set -l arguments_repeat no
    set -l runs no
    __mnemo_describe
    set -l index 1
    for word in $words[2..-1]
        set index (math $index + 1)
        if set -q option[1]
            set option
        else if test "$word" = --; and test $runs = yes
            set index (math $index + 1)
            __mnemo_program $words[$index..-1]
            return
        else if test "$word" = --
            set only_arguments yes
        else if string match -q -- '-?*' $word; and test $only_arguments = no
            set -a given (string replace -r '=.*' '' -- $word)
            contains -- $word $valued; and set option $word
        else if test $place -eq 0; and string match -q -- $word\t'*' $commands
            set -a path $word
            set given
            __mnemo_describe
        else
            set place (math $place + 1)
            set before $word
        end
    end
    if set -q option[1]
        set -l at (contains -i -- $option $valued)
        $offers[$at]
    else if string match -q -- '--*=*' $current; and test $only_arguments = no
        set lead (string replace -r '=.*' = -- $current)
        set current (string replace -r '^[^=]*=' '' -- $current)
        set -l at (contains -i -- (string trim -r -c = -- $lead) $valued)
        and $offers[$at]
    else if string match -q -- '-*' $current; and test $only_arguments = no
        __mnemo_options
    else
        test $place -eq 0; and set -q commands[1]; and __mnemo_words $commands
        set place (math $place + 1)
        test $arguments_repeat = yes -a $place -gt (count $arguments); and set place -1
        set -q arguments[$place]; and $arguments[$place]
    end
end

complete -c mnemo -f -a '(__mnemo_complete)'
