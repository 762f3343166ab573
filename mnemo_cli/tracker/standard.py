"""The components that every tracker has, by slot: the five that used to grow, connections and tasks."""

from mnemo_cli.tracker import layout

# name, unit, policy
COMPONENTS = (
    ("event_queue", "events", "drop_oldest"),
    ("work_queue", "items", "block"),
    ("db_connections", "connections", "block"),
    ("embeddings_cache", "entries", "evict_lru"),
    ("operation_history", "operations", "compact"),
    ("network_connections", "connections", "none"),
    ("active_tasks", "tasks", "none"),
)
# Where the number of what is in each of them stands.
USED_WORDS = {
    row[0]: layout.COMPONENTS_AT + slot * layout.COMPONENT_WORDS + layout.COMPONENT_OFFSETS["used"]
    for slot, row in enumerate(COMPONENTS)
}
