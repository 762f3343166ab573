"""What the ladder does, one response per file; none knows another. Which step calls for which is in `degrade.table`.

action      the nouns: Occasion, Result, Response
notify      tell people
evict       shrink caches a quarter at a time, and to their floor at critical
throttle    take new work slowly
defer       put off what is not critical
freeze      stop the youngest where it is; preempt it when that does not help
drain       take no new work, finish what is in flight
save        put on disk what the next run needs
close       let go of connections and files
terminate   end: with exit code 75 after a drain, or the youngest alone in an emergency
"""
