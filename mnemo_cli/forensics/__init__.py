"""Why did it die, what grows, and what does a word mean.

The nouns:

kills          a kill: victim, killer, trigger, limit, and the lines that prove it
case           everything that is known about one death
explanation    the answer: a verdict with its confidence, and what to do next

From evidence to a case:

log            any log as lines: every prefix, chosen by content
oom_report     the kernel's reports in those lines
killers        the lines of earlyoom, systemd-oomd, kubelet and the others
runtimes       the last words of the JVM, Node, Go, Python
records        what docker, podman, Kubernetes and systemd wrote down
live           the same on this machine, before and after a death

From a case to an answer:

owner          whose group a path is: container, pod, unit, user
hit            the limit that was hit
truth          the truth table of exit codes, counters and lines
next_steps     what to do, as commands of the world it is in

While it lives:

growth         what grows, and is it a leak
slow           why it is slow; `slowness` judges the counters of two looks

What a word means:

page           one explanation, ready for any view
codes          exit codes and signals: what each one proves, and what it does not
errnos         errors of the system and the messages they make: which limit each one means
levels         the levels, with the edges that are in force
"""
