"""What a virtual modem holds: memories, texts waiting in the network, the last reference."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

UNREAD, READ, UNSENT = 0, 1, 2
# TP-MTI, the two low bits of the first octet after the SMSC field (23.040 section 9.2.3.1).
_STATUS_REPORT = 0b10


@dataclass(frozen=True, slots=True)
class SlotChange:
    """A slot was filled or became free."""

    memory: str
    index: int
    action: Literal["stored", "freed"]


@dataclass(frozen=True, slots=True)
class Stored:
    """One message in a slot: its state (27.005 section 3.1) and hex PDU."""

    stat: int
    pdu: str


def tpdu_length(pdu: str) -> int:
    """Octets of a hex PDU without its SMSC field (27.005 section 3.1)."""
    return len(pdu) // 2 - 1 - int(pdu[:2], 16)


def is_report(pdu: str) -> bool:
    """Whether a hex PDU from the network is a STATUS-REPORT."""
    start = 2 + 2 * int(pdu[:2], 16)
    return int(pdu[start : start + 2], 16) & 0b11 == _STATUS_REPORT


class Held:
    """Memories with numbered slots from 1, kept in a file when there is one.

    Args:
        capacity: slots by memory, in the order in which they fill.
        path: JSON file, or None.
        on_slot: is told of every slot filled or freed.

    Attributes:
        order: the memories in the order in which they fill.
        numbers: the slot numbers of each memory.
        residue: what is still written in freed slots of each memory, as cards leave it there.
        asleep: the network delivers nothing, though there may be room.

    Raises:
        ValueError, KeyError: the file is not one of these.
    """

    def __init__(
        self, capacity: dict[str, int], path: Path | None, on_slot: Callable[[SlotChange], None]
    ) -> None:
        self.capacity = capacity
        self.order: list[str] = list(capacity)
        self.numbers: dict[str, tuple[int, ...]] = {
            memory: tuple(range(1, slots + 1)) for memory, slots in capacity.items()
        }
        self.asleep = False
        self.memories: dict[str, dict[int, Stored]] = {memory: {} for memory in capacity}
        self.residue: dict[str, dict[int, str]] = {memory: {} for memory in capacity}
        self.network: list[str] = []
        self.reference = 0
        self._path = path
        self._on_slot = on_slot
        self._changed = False
        if path is not None and path.exists():
            self._load(path)

    def admit(self) -> list[SlotChange]:
        """Store what waits in the network, in order, as far as there are free slots."""
        stored: list[SlotChange] = []
        while not self.asleep and self.network and (place := self._free_slot()):
            memory, index = place
            stored.append(self._fill(memory, index, Stored(UNREAD, self.network.pop(0))))
        return stored

    def write(self, memory: str, stat: int, pdu: str) -> int | None:
        """Store a message of the terminal in the first free slot; None when there is none."""
        taken = self.memories[memory]
        index = next((i for i in self.numbers[memory] if i not in taken), None)
        if index is not None:
            self._fill(memory, index, Stored(stat, pdu))
        return index

    def _fill(self, memory: str, index: int, one: Stored) -> SlotChange:
        self.memories[memory][index] = one
        self.residue[memory].pop(index, None)
        return self._tell(SlotChange(memory, index, "stored"))

    def mark_read(self, memory: str, index: int) -> None:
        """Note that the terminal has seen a message."""
        message = self.memories[memory][index]
        if message.stat == UNREAD:
            self.memories[memory][index] = Stored(READ, message.pdu)
            self._changed = True

    def free(self, memory: str, index: int) -> None:
        """Delete a message; an empty slot stays empty."""
        gone = self.memories[memory].pop(index, None)
        if gone is not None:
            self.residue[memory][index] = gone.pdu
            self._tell(SlotChange(memory, index, "freed"))

    def wait(self, pdu: str) -> None:
        """Put a message into the network, behind all others."""
        self.network.append(pdu)
        self._changed = True

    def next_reference(self) -> int:
        """The next message reference, 0 after 255."""
        self.reference = (self.reference + 1) % 256
        self._changed = True
        return self.reference

    def keep(self) -> None:
        """Write all to the file, whole or not at all, before anybody is told."""
        if self._path is None or not self._changed:
            return
        content = {
            "memories": {
                memory: [[index, one.stat, one.pdu] for index, one in sorted(slots.items())]
                for memory, slots in self.memories.items()
            },
            "residue": {m: sorted(slots.items()) for m, slots in self.residue.items()},
            "network": self.network,
            "reference": self.reference,
        }
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("w", encoding="ascii") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._changed = False

    def _free_slot(self) -> tuple[str, int] | None:
        for memory in self.order:
            taken = self.memories[memory]
            for index in self.numbers[memory]:
                if index not in taken:
                    return memory, index
        return None

    def _tell(self, change: SlotChange) -> SlotChange:
        self._changed = True
        self._on_slot(change)
        return change

    def _load(self, path: Path) -> None:
        content = json.loads(path.read_text(encoding="ascii"))
        for memory in self.memories:
            self.memories[memory] = {
                int(index): Stored(int(stat), str(pdu))
                for index, stat, pdu in content["memories"].get(memory, [])
            }
            left = content.get("residue", {}).get(memory, [])
            self.residue[memory] = {int(index): str(pdu) for index, pdu in left}
        self.network = [str(pdu) for pdu in content["network"]]
        self.reference = int(content["reference"])
