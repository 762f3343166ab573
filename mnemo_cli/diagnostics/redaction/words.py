"""Words that say what a line is about: nobody's name, even where a user or a host is called so.

A user "max" would else turn memory.max into nonsense, and a user "node" the zones of the kernel's reports.
Such a name gets its alias only where its surroundings show that it is one: /home/max, user=max, max@host.
"""

# Accounts that every machine has, or that come with a package: they tell nothing about a person.
_ACCOUNTS = """
    root nobody nfsnobody daemon bin sys sync games man lp mail news uucp proxy www-data www backup list irc gnats
    _apt systemd-network systemd-resolve systemd-timesync systemd-coredump systemd-oom messagebus syslog uuidd
    tcpdump sshd polkitd rtkit avahi colord gdm lightdm sddm postfix dovecot ntp chrony dnsmasq adm operator ftp
    postgres mysql redis mongodb nginx apache http rabbitmq elasticsearch docker podman containerd kubelet
    kubernetes etcd prometheus grafana jenkins git unbound bind named statd rpc rpcuser usbmux saned pulse
    """
ACCOUNTS = frozenset(_ACCOUNTS.split())

_KERNEL = """
    invoked oom killer oom-killer killed process kill task tasks out of memory cgroup score sacrifice child limit
    usage failcnt constraint nodemask cpuset mems allowed global memcg pid tgid uid gid total vm rss pgtables bytes
    swapents adj name anon file shmem slab kernel stack kmem sock percpu vmalloc zswap dirty writeback inactive
    active unevictable reclaimable unreclaimable free min low high max boost present managed mlocked bounce cma
    node zone normal dma movable lowmem reserve pages page total cache swap cached info mem call trace code cpu
    comm hardware panic not syncing system deadlocked no killable reaped reaper now are going to be due group set
    as a result in on the and or for from by with is was has been will mark grant art dean pat bill rich chance
    suspicious tainted not order gfp mask flags mode boot init idle rcu irq softirq nmi watchdog bug warning error
    info debug notice critical fatal trace fail failed failure ok true false none null unknown unlimited yes
    """
_STRUCTURE = """
    user users host hosts home ip mac mail machine session slice scope service socket target mount unit app apps
    pod pods container containers kubepods burstable besteffort guaranteed libpod crio cri lxc runtime
    data root local localhost localdomain admin administrator default test testing demo guest dev devel prod
    production staging server client worker master main primary replica db database cache queue web api proxy job
    jobs run build builder runner ci cd deploy ops ubuntu debian centos fedora rocky alpine arch vagrant pi linux
    python python3 java go perl ruby php sh bash zsh dash systemd sudo cron crond ssh scp tar gzip cat tail head
    redacted mnemo memory pressure some full avg avg10 avg60 avg300 stat status limits current peak events numbers
    state size count time seconds start stop read write open close used path source reason version schema type
    id ids key keys value values field fields level levels text line lines log logs gaps kind scope member members
    share shared private clean referenced locked dirty pss uss maps heap vdso vvar vsyscall rw rd
    processes threads cpus nodes zones sum all any each top first last next new old
    """
# What stands for nobody.
NOBODY = frozenset(("none", "null", "unknown", "true", "false", "nil", "n/a"))
WORDS = frozenset((_KERNEL + _STRUCTURE).split()) - {"a"} | frozenset("abcdefghijklmnopqrstuvwxyz")


def plain_word(name: str) -> bool:
    """Whether `name` is too common, too short or too much of a number to be looked for everywhere."""
    lowered = name.lower()
    return len(name) < 3 or lowered in WORDS or lowered in ACCOUNTS or not any(map(str.isalpha, name))
