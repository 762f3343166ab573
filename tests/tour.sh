#!/usr/bin/env bash
# A newcomer's first hour with mnemo: install it, look, mend a limit, watch a leak, explain a kill, keep the evidence,
# and go on with a plan that was killed. Each step says what it does and is checked; the first that fails ends the tour.
#
#     bash tests/tour.sh                  installs the wheel into an environment of its own (pip needs an index)
#     bash tests/tour.sh --single-file    the same with mnemo.pyz, as deploy/single_file.py builds it
#     bash tests/tour.sh --with COMMAND   with an installed mnemo, such as .venv/bin/mnemo, or a mnemo.pyz
#
# PYTHON=/usr/bin/python3 names another interpreter. It needs Linux and no privilege: what only root can show is skipped,
# and it says so. It leaves nothing behind.
set -euo pipefail

if ! [[ $* =~ ^(--single-file|--with .+)?$ ]]; then
    echo "tour.sh takes --single-file, --with COMMAND, or nothing" >&2
    exit 2
fi
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=$(command -v "${PYTHON:-python3}")
place=$(mktemp -d)
work=$place/work
group=''
started=()
stop=0

main() {
    trap leave EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    mkdir "$work" "$place/home" "$place/bin"
    install "$@"
    # Nobody's settings but the defaults, and no file outside our folder.
    export HOME=$place/home TMPDIR=$place PATH=$place/bin:$PATH
    unset XDG_CONFIG_HOME XDG_DATA_HOME "${!MNEMOSYNE_@}"
    cd "$work"
    first_look
    a_limit_that_is_too_low
    a_leak
    a_kill
    the_evidence
    a_plan_that_is_killed
    printf '\nThe tour is over: all of it went as it should.\n'
}

install() {
    step "Install"
    if [[ ${1:-} == --with ]]; then
        say "Here is one already: $2"
        a_command "$(realpath "$2")"
        return
    fi
    say "The wheel, built from these sources, in a new environment ($("$python" --version))."
    "$python" -m venv "$place/venv"
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
    try 0 "$place/venv/bin/pip" wheel --no-deps --wheel-dir "$place" "$project"
    try 0 "$place/venv/bin/pip" install "$place"/mnemosyne_limits-*.whl
    a_command "$place/venv/bin/mnemo"
    [[ ${1:-} == --single-file ]] || return 0
    say "From these, one file. It runs without the environment."
    try 0 "$place/venv/bin/python" "$project/deploy/single_file.py" "$place/mnemo.pyz"
    a_command "$place/mnemo.pyz"
}

# `mnemo`, for the rest of the tour. The single file is run by a Python that sees no installed package.
a_command() {
    local words
    words=$(printf '%q' "$1")
    [[ $1 != *.pyz ]] || words="$(printf '%q' "$python") -I -S $words"
    # shellcheck disable=SC2016 # it is the script that has arguments
    printf '#!/bin/sh\nexec %s "$@"\n' "$words" >"$place/bin/mnemo"
    chmod +x "$place/bin/mnemo"
}

first_look() {
    step "A first look"
    say "What can it do, and how close is this machine, or this container, to its limit?"
    try 0 mnemo --help
    says 'monitor .*Watch memory live'
    try 0 mnemo snapshot
    says 'headroom'
    try 0 mnemo snapshot --format json
    says '"schema": "mnemo.sample/1"'
}

a_limit_that_is_too_low() {
    step "A limit that is too low"
    say "A program that may open 64 files, and needs 1,024."
    (
        ulimit -Sn 64
        exec sleep 300
    ) &
    started+=($!)
    until [[ $(cat "/proc/$!/comm") == sleep ]]; do kill -0 $! || fail "that program did not start"; done
    try 1 mnemo doctor --pid $! --select FD --need nofile=1024
    says 'ERROR .*FD001 fd-soft-low'
    try 0 mnemo explain fd-soft-low
    says 'RLIMIT_NOFILE'

    say "For this process, at once:"
    try 0 mnemo ulimit raise --pid $! --nofile 1024
    says 'soft 64 -> 1024'
    try 0 mnemo doctor --pid $! --select FD001 --need nofile=1024

    say "And for every session to come, in the configuration; here that of an image."
    mkdir -p image/etc/pam.d
    echo 'session required pam_limits.so' >image/etc/pam.d/common-session
    try 0 mnemo ulimit fix --root image --need nofile=65536
    says '\+\*  *soft  *nofile  *65536'
    [[ ! -e image/etc/security ]] || fail "the plan alone changed the image"
    try 0 mnemo ulimit fix --root image --need nofile=65536 --apply --yes
    try 0 mnemo ulimit fix --root image --undo "$(sed -n 's/^fix \(.*\): applied$/\1/p' "$place/said")"
    [[ ! -e image/etc/security/limits.d/60-mnemo.conf ]] || fail "the fix was not taken back"
}

a_leak() {
    step "A leak, watched to critical"
    say "A program takes 25 MiB each second, up to 100 MiB. It has a budget of 128 MiB."
    cat >leak.py <<'PROGRAM'
import time

held = []
while True:
    if len(held) < 100:
        held.append(b"x" * (1 << 20))
    time.sleep(0.04)
PROGRAM
    # A name of its own, by which it is known in the kernel's log.
    ln -s "$("$python" -c 'import os, sys; print(os.path.realpath(sys.executable))')" leaking
    try 0 mnemo monitor --limit 128MiB --interval 250ms --until-level critical --timeout 60s -- ./leaking -IS leak.py
    says '→ critical \(budget\)'
    says 'of a budget of 128M, worst level .*CRITICAL.*ended by mnemo'
}

a_kill() {
    step "A kill, explained"
    if make_group; then
        # The kernel counts all kills together: tests that make one wait for each other, and we for them (tests/alone.py).
        exec {alone}</sys/fs/cgroup
        ! command -v flock >/dev/null || flock -w 300 "$alone" || fail "other tests did not end their kills"
        say "The same leak in a memory group of 64 MiB: the kernel ends it."
        # shellcheck disable=SC2016 # it is the script that has arguments
        printf '#!/bin/sh\necho $$ >%q && exec "$@"\n' "$group/cgroup.procs" >in-the-group
        chmod +x in-the-group
        try 137 mnemo monitor --interval 250ms --timeout 60s -- ./in-the-group ./leaking -IS leak.py
        says "OOM killer ended leaking"
        if kernel_log_is_open; then
            try 0 mnemo explain --last
            says 'OOM killer ended leaking'
            try 0 mnemo explain --last --format json
            says '"verdict": "kernel-oom"'
        else
            skip "mnemo explain --last, because the kernel's log is closed here"
        fi
        exec {alone}<&-
    else
        skip "a real OOM kill, because only root may make a memory group here; a container's record instead"
        cat >web.json <<'RECORD'
[{"Id": "4f5c1c1c9d8e", "Name": "/web", "HostConfig": {"Memory": 536870912}, "State": {"Status": "exited", "Running": false,
  "OOMKilled": true, "ExitCode": 137, "StartedAt": "2026-01-12T09:00:00Z", "FinishedAt": "2026-01-12T10:00:00Z"}}]
RECORD
        try 0 mnemo explain web.json
        says 'container web .*OOMKilled'
    fi
    say "What an exit code proves, and what not:"
    try 0 mnemo explain 137
    says 'never proof'
}

kernel_log_is_open() {
    head -c 0 /dev/kmsg 2>/dev/null
}

# As root, in our own group or at the top: v1 has a folder of its own for memory.
make_group() {
    local own top parent
    [[ $(id -u) -eq 0 ]] || return 1
    for top in /sys/fs/cgroup/memory /sys/fs/cgroup; do
        own=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
        [[ $top == */memory ]] || own=$(sed -n 's/^0:://p' /proc/self/cgroup)
        for parent in "$top${own%/}" "$top"; do
            mkdir "$parent/mnemo-tour-$$" 2>/dev/null || continue
            group=$parent/mnemo-tour-$$
            if echo 64M >"$group/memory.max" || echo 64M >"$group/memory.limit_in_bytes"; then
                # Without swap beside it, where swap is counted.
                echo 0 >"$group/memory.swap.max" || echo 64M >"$group/memory.memsw.limit_in_bytes" || :
                return
            fi 2>/dev/null
            remove_group
        done
    done
    return 1
}

the_evidence() {
    step "The evidence, in one file"
    try 0,3 mnemo collect -o evidence.tar.gz
    try 0 mnemo collect --verify evidence.tar.gz
    says 'ok'
    [[ -n $group ]] && kernel_log_is_open || return 0
    say "Whoever has the bundle sees what we saw."
    try 0 mnemo explain evidence.tar.gz
    says 'leaking'
}

a_plan_that_is_killed() {
    local job
    step "A plan that is killed, and gone on with"
    printf '[plan]\nname = "tour"\nslots = 2\n' >plan.toml
    for job in a b c d e f; do
        printf '\n[[job]]\nid = "%s"\ncmd = "sleep 0.5; echo %s >>done.txt"\n' $job $job
    done >>plan.toml
    try 0 mnemo orchestrate check plan.toml
    touch done.txt
    say "Somebody kills it with -9 once the first of six jobs is done."
    mnemo orchestrate plan.toml --journal run.db >"$place/said" 2>&1 &
    started+=($!)
    until [[ -s done.txt ]]; do
        kill -0 $! 2>/dev/null || fail "the run ended before its first job was done"
        sleep 0.05
    done
    kill -KILL $!
    { wait $! || :; } 2>/dev/null
    # Its number may be a stranger's now.
    unset 'started[-1]'
    try 0 mnemo orchestrate status run.db
    says 'not running; go on with --resume'
    try 0 mnemo orchestrate plan.toml --journal run.db --resume
    says '6 done'
    say "Each job was done once: $(sort done.txt | xargs)"
    [[ $(sort done.txt | xargs) == "a b c d e f" ]] || fail "not every job was done once"
    try 0 mnemo orchestrate report run.db
    says 'sleep +6 +6'
}

step() {
    stop=$((stop + 1))
    printf '\n%s. %s\n' $stop "$1"
}

say() {
    printf '\n   %s\n' "$1"
}

skip() {
    say "skipped: $1"
}

# try CODES WORDS…: runs the words, shows the beginning of what they say, and fails unless they end with one of CODES.
try() {
    local codes=$1 code=0
    shift
    printf '\n   $ %s\n' "$(printf '%q ' "$@")"
    "$@" >"$place/said" 2>&1 </dev/null || code=$?
    awk 'NR <= 12 {print "   | " substr($0, 1, 150)} END {if (NR > 12) print "   | … " NR - 12 " lines more"}' "$place/said"
    [[ ,$codes, == *,$code,* ]] || fail "it ended with exit code $code, and not with ${codes/,/ or }"
}

# What the last command said has a line like this.
says() {
    grep -Eq -- "$1" "$place/said" || fail "nothing like this was said: $1"
}

fail() {
    printf '\nThe tour failed at step %s: %s\n' $stop "$1" >&2
    [[ ! -s $place/said ]] || { echo "All that was said last:" && cat "$place/said"; } >&2
    exit 1
}

leave() {
    local pid
    for pid in "${started[@]}"; do
        kill -KILL "$pid" 2>/dev/null || :
        { wait "$pid" || :; } 2>/dev/null
    done
    # Jobs outlive mnemo: those of a tour that failed between the kill and the end.
    [[ ! -e $work/run.db ]] || mnemo orchestrate cancel "$work/run.db" >/dev/null 2>&1 || :
    remove_group
    rm -rf "$place"
}

remove_group() {
    local tries=0
    # The kernel lets go of an ended process a moment later.
    until [[ -z $group ]] || rmdir "$group" 2>/dev/null || ((tries++ > 100)); do sleep 0.05; done
    group=''
}

main "$@"
