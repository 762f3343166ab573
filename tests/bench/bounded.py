"""The five bounded components: traffic, connections and memory, each beside its peer."""

from tests.bench import bounded_memory, bounded_pool, bounded_traffic


def run() -> None:
    bounded_traffic.run()
    bounded_pool.run()
    bounded_memory.run()
