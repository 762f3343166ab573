"""What of the completion script for fish is the same whatever the commands are."""

# One function with the words as data: to ask a condition for each option took fish a tenth of a second a TAB.
SCRIPT = r"""# fish completion for mnemo. Written from the command tree by tests/generate.py; do not edit.

{values}

# What there is below the command path, in __mnemo_complete's own variables.
function __mnemo_describe --no-scope-shadowing
    switch "$path"
{descriptions}
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
"""
