"""What of the completion script for zsh is the same whatever the commands are."""

SCRIPT = r"""#compdef mnemo
# zsh completion for mnemo. Written from the command tree by tests/generate.py; do not edit.

# The candidates `choices`, shown as `shown`. Not _describe, which takes three times as long for a hundred.
_mnemo-words() {{
    _wanted -V values expl value compadd "$@" -l -d shown -a choices
}}

# Words with commas between them; those that stand there already are not offered again.
_mnemo-list() {{
    local word
    for word in ${{(s:,:)${{(M)PREFIX##*,}}}}; do
        integer at=${{choices[(Ie)$word]}}
        (( ! at )) || choices[at]=() shown[at]=()
    done
    compset -P '*,'
    _mnemo-words -q -S ,
}}

# WORD=FILE
_mnemo-report() {{
    if compset -P '*='; then
        _files
    else
        compadd -S '' -a choices
    fi
}}

# The processes in `shown`, as PID  -- NAME. A sysread of a file takes half as long as a read, and one text half as
# long as an array that grows.
_mnemo-read() {{
    local folder name text
    zmodload zsh/system || return
    for folder in /proc/<->(N); do
        sysread name <$folder/comm || continue
        # A name may hold any byte, and what compadd shows goes to the terminal as it is.
        text+="${{folder#/proc/}}  -- ${{${{name%$'\n'}}//[[:cntrl:]]/?}}"$'\n'
    done 2>/dev/null
    shown=("${{(@f)text%$'\n'}}")
    [[ -n $text ]] || shown=()
}}

_mnemo-pids() {{
    local -a shown pids
    _mnemo-read
    if (( $#shown )); then
        pids=("${{(@)shown%%  -- *}}")
        _wanted -V processes expl process compadd -l -d shown -a pids
    else
        _pids
    fi
}}

# A name is taken as a regular expression: those that are none, or another one, are left out.
_mnemo-names() {{
    local -a shown
    local -aU names
    _mnemo-read
    names=("${{(@)shown#*  -- }}")
    names=("${{(@)names:#*[^a-zA-Z0-9_.:/@ -]*}}")
    _wanted names expl 'name of a process' compadd -a names
}}

# Memory groups, one level at a time; a slash at the end says that there are more below.
_mnemo-groups() {{
    local root=/sys/fs/cgroup group
    if [[ $PREFIX == $root* ]]; then
        _files -/
        return
    fi
    [[ ! -d $root/memory ]] || root+=/memory
    local above=$compstate[quote]$PREFIX$compstate[quote]
    above=/${{${{${{(Q)above}}#/}}%%[^/]#}}
    local -a ends inner below
    for group in $root$above*(N-/:t); do
        below=($root$above$group/*(N-/[1]))
        if (( $#below )); then inner+=($above$group/); else ends+=($above$group); fi
    done
    compadd -S '' -a inner
    compadd -a ends
}}

_mnemo-units() {{
    local -aU units=(/{{etc,run,usr/lib,lib}}/systemd/system/*.service(N:t))
    _wanted units expl unit compadd -a units
}}

{values}

{functions}
_mnemo() {{
    local command=_mnemo_at
    integer dashes=$words[(i)--]
    while (( CURRENT > 2 && $+functions[${{command}}_${{words[2]//-/_}}] )); do
        command+=_${{words[2]//-/_}}
        shift words
        (( CURRENT--, dashes-- ))
    done
    if (( dashes < CURRENT )) && [[ $command == ({runs}) ]]; then
        # After `--` comes a program with its own completion.
        shift $dashes words
        (( CURRENT -= dashes ))
        _normal
    else
        $command
    fi
}}

if [[ $funcstack[1] = _mnemo ]]; then
    _mnemo "$@"
else
    compdef _mnemo mnemo
fi
"""
