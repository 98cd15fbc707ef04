"""Forgetting texts: in bulk where that has proved safe, else one by one (27.005 section 3.5.4)."""

from collections.abc import Callable, Iterable

from hardware.answers import NotForgotten
from hardware.errors import CommandFailed
from hardware.storage import Slot, Storage

_BULK = "AT+CMGD=1,1"
"""Deletes all read messages; never a higher flag, which would take unread ones too."""
_RECEIVED = frozenset({0, 1})
_TRIES_BEFORE_ALARM = 3
_TRIES_IN_A_ROW, _ASKED_AGAIN_EVERY = 5, 20

Key = tuple[str, int, int]


class Forgetting:
    """Deletes texts that are safe elsewhere, and notices a modem that keeps them all the same.

    Args:
        storage: the memories.
        freed: is told of every slot that was asked to be freed.
    """

    def __init__(self, storage: Storage, freed: Callable[[Slot], None] = lambda _: None) -> None:
        self._storage = storage
        self._freed = freed
        self._line = storage.line
        self._proved: set[str] = set()
        self._one_by_one: set[str] = set()
        self._swept: set[Key] = set()
        self._tries: dict[Key, int] = {}

    def note_listed(self, slots: Iterable[Slot]) -> None:
        """What is not listed any more was forgotten."""
        there = {_key(slot) for slot in slots}
        self._tries = {key: tries for key, tries in self._tries.items() if key in there}

    def one(self, slot: Slot) -> bool:
        """Delete one message; False when the modem restarted before that.

        A message that is gone already is no error. What was asked once is never asked again
        here: the slot may hold another text by then.
        """
        if not self._storage.choose(slot.memory):
            return False
        self._count(slot)
        self._storage.forget(slot.index)
        return True

    def all(self, slots: Iterable[Slot]) -> None:
        """Delete messages, all of which the caller has committed."""
        by_memory: dict[str, dict[int, Slot]] = {}
        for slot in slots:
            if self._is_due(slot):
                by_memory.setdefault(slot.memory, {})[slot.index] = slot
        for memory, mine in by_memory.items():
            for slot in self._sweep(memory, tuple(mine.values())):
                if not self.one(slot):
                    raise CommandFailed("+CPMS")

    def _is_due(self, slot: Slot) -> bool:
        """Whether to ask again: what often stayed all the same is asked for now and then only."""
        key = _key(slot)
        tries = self._tries.get(key, 0)
        if tries < _TRIES_IN_A_ROW:
            return True
        self._tries[key] = tries + 1
        return tries % _ASKED_AGAIN_EVERY == 0

    def _sweep(self, memory: str, mine: tuple[Slot, ...]) -> tuple[Slot, ...]:
        """Delete in bulk if it is safe; return what must still be deleted one by one."""
        if not self._may_sweep(memory, mine):
            return mine
        usage = self._storage.select(memory)
        self._line.drain()
        if self._line.restarted:
            raise CommandFailed("+CPMS")
        # Another message among them may be one that was marked read, but never reached us.
        if usage is None or usage.used != len(mine):
            return mine
        try:
            self._line.ask(_BULK)
        except CommandFailed:
            if self._line.restarted:
                raise
            self._one_by_one.add(memory)
            return mine
        for slot in mine:
            self._count(slot)
        self._swept = {key for key in self._swept if key[0] != memory} | {_key(s) for s in mine}
        return () if memory in self._proved else self._prove(memory, mine)

    def _may_sweep(self, memory: str, mine: tuple[Slot, ...]) -> bool:
        if memory in self._one_by_one or len(mine) < 2:
            return False
        if any(_key(slot) in self._swept for slot in mine):
            # It was swept and is there again: bulk deletion does not hold on this modem.
            self._one_by_one.add(memory)
            return False
        received = all(slot.stat in _RECEIVED for slot in mine)
        return received and len({slot.pdu for slot in mine}) == len(mine)

    def _prove(self, memory: str, mine: tuple[Slot, ...]) -> tuple[Slot, ...]:
        """List once after the first sweep of a memory: what is left was not deleted."""
        there = {(index, one.pdu) for index, one in self._storage.entries(memory).items()}
        left = tuple(slot for slot in mine if (slot.index, slot.pdu) in there)
        (self._one_by_one if left else self._proved).add(memory)
        return left

    def _count(self, slot: Slot) -> None:
        self._freed(slot)
        key = _key(slot)
        self._tries[key] = tries = self._tries.get(key, 0) + 1
        if tries == _TRIES_BEFORE_ALARM:
            self._line.notify(NotForgotten(slot.memory, slot.index))


def _key(slot: Slot) -> Key:
    return slot.memory, slot.index, hash(slot.pdu)
