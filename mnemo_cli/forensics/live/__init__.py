"""Facts of a death on a system that runs: gathered here, judged in `truth`.

    Witness(root)            stands by a program while it lives, and explains its death at once
    explain_process, explain_unit, explain_container, explain_last    what can still be found out afterwards
    Evidence files           see `evidence`: logs, records of containers, and what an archive holds

instant     now, on the clocks that logs have
logs        everything that was read of logs, added up: the kernel's, the journal, files
groups      the counters of a target's groups, before and after
witness     before a death
process, unit, container, last     after it, by what is known of the victim
evidence    a file or a pipe, recognised by its content
memory_log  the last lines of mnemo's own log
"""
