"""What of the completion script for bash is the same whatever the commands are."""

# Arrays are filled line by line, without mapfile, because macOS still ships bash 3.2.
SCRIPT = r"""# bash completion for mnemo. Written from the command tree by tests/generate.py; do not edit.
# shellcheck shell=bash

# What there is below the command path $1, in _mnemo's own variables.
_mnemo_describe() {{
    case $1 in
{descriptions}
    esac
}}

# Completes a value: $1 is the command path and the option's name or the argument's place.
_mnemo_value() {{
    case $1 in
{values}
    esac
}}

# Offers the name $1 from the machine, quoted as the word on the line is: `a$(b)` may be one.
_mnemo_offer() {{
    local name=$1
    if [[ $current != [\"\']* ]]; then
        printf -v name %q "$1"
        [[ $current != '~'* ]] || name=${{name#\\}}
    elif [[ $name == *[[:cntrl:]\"\'\$\`\!]* || $name == *\\\\* || $name == *\\ ]]; then
        return 0
    fi
    _mnemo_add "$name"
}}

_mnemo_add() {{
    COMPREPLY+=("$1")
}}

# Sets `plain` to the word on the line without its quotes; read takes a backslash as the shell does.
_mnemo_unquote() {{
    plain=$current
    # shellcheck disable=SC2162
    [[ $plain == [\"\']* ]] || IFS= read plain <<<"$plain" || true
    [[ $current != [\"\']* ]] || plain=${{plain#?}}
}}

_mnemo_words() {{
    local word
    for word in $1; do
        [[ $word != "$current"* ]] || COMPREPLY+=("$word")
    done
}}

# Words with commas between them: those that stand there already are not offered again.
_mnemo_list() {{
    local had=,$current word
    [[ $current != *,* ]] || lead+=${{current%,*}},
    had=${{had%,*}},
    current=${{current##*,}}
    for word in $1; do
        [[ $word != "$current"* || $had == *",$word,"* ]] || COMPREPLY+=("$word")
    done
    compopt -o nospace 2>/dev/null || true
}}

# WORD=FILE
_mnemo_report() {{
    if [[ $current == *=* ]]; then
        lead+=${{current%%=*}}=
        current=${{current#*=}}
        _mnemo_paths -f
    else
        _mnemo_words "$1"
        compopt -o nospace 2>/dev/null || true
    fi
}}

# Files (-f) or folders (-d). Of files those that match a pattern of $2…, and folders; all where none matches.
_mnemo_paths() {{
    local kind=$1 pattern found=${{#COMPREPLY[@]}} how=_mnemo_add
    shift
    # readline quotes them itself, where it can be told that they are files: from bash 4.
    compopt -o filenames 2>/dev/null || how=_mnemo_offer
    _mnemo_unquote
    if (($#)); then
        _mnemo_take $how < <(for pattern; do compgen -f -X "!$pattern" -- "$plain" || true; done)
        ((found == ${{#COMPREPLY[@]}})) || kind=-d
    fi
    _mnemo_take $how < <(compgen "$kind" -- "$plain")
}}

# Each line: $1 is _mnemo_offer, or _mnemo_add where readline quotes.
_mnemo_take() {{
    local candidate
    while IFS= read -r candidate; do
        $1 "$candidate"
    done
}}

_mnemo_pids() {{
    local folder
    for folder in /proc/[0-9]*; do
        folder=${{folder#/proc/}}
        [[ $folder != "$current"* || $folder == *'*' ]] || COMPREPLY+=("$folder")
    done
}}

# The names of processes; readline shows each once. They are taken as regular expressions: those that are none, or
# mean something else, are left out.
_mnemo_names() {{
    local file name
    _mnemo_unquote
    for file in /proc/[0-9]*/comm; do
        read -r name <"$file" || continue
        [[ $name == "$plain"* && $name != *[^a-zA-Z0-9_.:/@\ -]* ]] || continue
        _mnemo_offer "$name"
    done 2>/dev/null
}}

# Memory groups, one level at a time; a slash at the end says that there are more below.
_mnemo_groups() {{
    local root=/sys/fs/cgroup folder below
    [[ $current != "$root"* ]] || {{
        _mnemo_paths -d
        return
    }}
    [[ ! -d $root/memory ]] || root+=/memory
    _mnemo_unquote
    for folder in "$root/${{plain#/}}"*/; do
        [[ -d $folder ]] || continue
        below=("$folder"*/)
        if [[ -d ${{below[0]}} ]]; then
            compopt -o nospace 2>/dev/null || true
        else
            folder=${{folder%/}}
        fi
        _mnemo_offer "${{folder#"$root"}}"
    done
}}

_mnemo_users() {{
    _mnemo_unquote
    _mnemo_take _mnemo_offer < <(compgen -u -- "$plain")
}}

_mnemo_units() {{
    local file
    _mnemo_unquote
    for file in /{{etc,run,usr/lib,lib}}/systemd/system/"$plain"*.service; do
        [[ $file == *'*.service' ]] || _mnemo_offer "${{file##*/}}"
    done
}}

# Options, but for those given that cannot be given again.
_mnemo_options() {{
    local option name is_given
    for option in $options; do
        is_given=''
        for name in ${{option//|/ }}; do
            [[ $option == *+ || $given != *" $name "* ]] || is_given=yes
        done
        option=${{option%+}}
        [[ -n $is_given ]] || _mnemo_words "${{option//|/ }}"
    done
}}

# The program after `--` starts at word $1.
_mnemo_program() {{
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)); then
        _mnemo_take _mnemo_offer < <(compgen -c -- "$current")
    else
        _mnemo_paths -f
    fi
}}

# The words up to the cursor in `words`. bash splits them at `=` and `:`; here they are whole again.
_mnemo_read() {{
    local index piece is_break glue=''
    words=() places=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        piece=${{COMP_WORDS[index]}}
        is_break=''
        [[ -z $piece || $piece == *[!=:]* ]] || is_break=yes
        if ((${{#words[@]}} > 1)) && [[ -n $is_break || (-n $glue && -n $piece) ]]; then
            kept=${{words[${{#words[@]}} - 1]}}
            [[ -z $is_break ]] || kept+=$piece
            words[${{#words[@]}} - 1]+=$piece
        else
            kept=''
            places[${{#words[@]}}]=$index
            words[${{#words[@]}}]=$piece
        fi
        glue=$is_break
    done
}}

_mnemo() {{
    local current plain lead='' kept='' path=mnemo option='' place=0 before='' given=' ' only_arguments='' index word
    local commands options valued runs words places IFS=$' \t\n'
    COMPREPLY=()
    _mnemo_read
    _mnemo_describe "$path"
    for ((index = 1; index < ${{#words[@]}} - 1; index++)); do
        word=${{words[index]}}
        if [[ -n $option ]]; then
            option=''
        elif [[ $word == -- && $runs == yes ]]; then
            current=${{COMP_WORDS[COMP_CWORD]}} kept=''
            _mnemo_program $((places[index] + 1))
            return
        elif [[ $word == -- ]]; then
            only_arguments=yes
        elif [[ $word == -?* && -z $only_arguments ]]; then
            given+="${{word%%=*}} "
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
    current=${{words[${{#words[@]}} - 1]}}
    if [[ -n $option ]]; then
        _mnemo_value "$path $option"
    elif [[ $current == --*=* && -z $only_arguments ]]; then
        lead=${{current%%=*}}=
        current=${{current#*=}}
        _mnemo_value "$path ${{lead%=}}"
    elif [[ $current == -* && -z $only_arguments ]]; then
        _mnemo_options
    else
        ((place)) || _mnemo_words "$commands"
        _mnemo_value "$path $place"
    fi
    # The whole word; but what readline keeps of it on the line is not said again.
    if [[ -n $lead$kept ]]; then
        for ((index = 0; index < ${{#COMPREPLY[@]}}; index++)); do
            word=$lead${{COMPREPLY[index]}}
            COMPREPLY[index]=${{word#"$kept"}}
        done
    fi
}}

complete -F _mnemo mnemo
"""
