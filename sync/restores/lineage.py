"""A box's own logs one after another, and places through all of them."""

from dataclasses import dataclass

from sync.chain import LogId
from sync.entry import Entry
from sync.store import SqliteStore


@dataclass(frozen=True, slots=True)
class Lineage:
    """Every log that a box wrote, oldest first; only the last one goes on.

    A place counts entries through all of them: the first entry of a log comes after the last
    one of the log before.

    Attributes:
        logs: (log, how many entries stand in those before it).
    """

    logs: tuple[tuple[LogId, int], ...]

    @property
    def before(self) -> int:
        """How many entries stand before the log that goes on."""
        return self.logs[-1][1]

    def at(self, place: int) -> tuple[LogId, int]:
        """The log and number of the entry at a place."""
        log_id, before = next((one for one in reversed(self.logs) if one[1] < place), self.logs[0])
        return log_id, place - before

    def entries(self, store: SqliteStore) -> tuple[Entry, ...]:
        """All entries of all logs."""
        found: list[Entry] = []
        for log_id, _ in self.logs:
            found += store.entries(log_id, 1, store.head(log_id).seq)
        return tuple(found)


def lineage_of(store: SqliteStore, log_id: LogId) -> Lineage:
    """The logs that lead to the one that a box writes now."""
    logs, before = [], 0
    for instance in store.instances(log_id.node, log_id.log):
        if instance < log_id.instance:
            earlier = LogId(log_id.node, log_id.log, instance)
            logs.append((earlier, before))
            before += store.head(earlier).seq
    return Lineage((*logs, (log_id, before)))
