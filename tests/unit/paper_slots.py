"""A modem of slots for tests: texts of the network, deletes that fail or lie, and keys of runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hardware.errors import PortGone
from hardware.modem import Slot
from server.desa import orders
from sms import pdu
from sync.session import SessionKeys
from tests.world import World

Where = tuple[str, int]


@dataclass
class SlotModem:
    """Slots that a test fills.

    Attributes:
        lies: a delete is answered with OK, and the text stays.
        dies_after: deletes until the modem is gone; None for never.
        marks_read: a listed text is not unread any more, as the standard has it.
    """

    slots: dict[Where, Slot] = field(default_factory=dict)
    lies: bool = False
    dies_after: int | None = None
    marks_read: bool = True
    sim_id: str = "sim"

    def store(self, where: Where, hex_pdu: str) -> None:
        """The network stores a text."""
        self.slots[where] = Slot(*where, hex_pdu, 0)

    def list(self) -> tuple[Slot, ...]:
        """All texts, which are read from now on."""
        listed = tuple(self.slots[where] for where in sorted(self.slots))
        if self.marks_read:
            self.slots = {where: Slot(*where, s.pdu, 1) for where, s in self.slots.items()}
        return listed

    def forget(self, slot: Slot) -> None:
        """Delete a text, or say so."""
        if self.dies_after is not None:
            if not self.dies_after:
                raise PortGone
            self.dies_after -= 1
        if not self.lies:
            self.slots.pop((slot.memory, slot.index), None)

    def forget_all(self, slots: Sequence[Slot]) -> None:
        """Delete texts one after the other."""
        for slot in slots:
            self.forget(slot)

    def send(self, tpdu_length: int, pdu: str) -> int:
        """Nothing is sent in these tests."""
        raise AssertionError((tpdu_length, pdu))


def one_part(sender: str, words: str, sent_s: int) -> str:
    """The PDU of a short text."""
    return parts(sender, words, sent_s)[0]


def parts(sender: str, words: str, sent_s: int, reference: int = 7) -> list[str]:
    """The PDUs of a text, all of one moment."""
    at = datetime.fromtimestamp(sent_s, UTC)
    return [str(part) for part in pdu.split_deliver(sender, words, at, reference)]


@dataclass
class KeyRing:
    """The keys of every session of a village, as the Polres holds them."""

    world: World
    keys: dict[bytes, SessionKeys] = field(default_factory=dict)

    def restart(self) -> None:
        """Cut the power: what lies under older sessions is locked now."""
        self.keep()
        self.world.restart()

    def keep(self) -> None:
        """Know the running session."""
        running = self.world.node.vault.running
        self.keys[running.id] = running

    def unlock(self, number: int | None = None) -> None:
        """All keys come, or only those of one session."""
        self.keep()
        node = self.world.node
        some = list(self.keys.values())
        chosen = some if number is None else [some[number % len(some)]]
        learned = sum(node.vault.learn(keys) for keys in chosen)
        orders.unlocked(node, "Polres", learned, self.world.mono_s)
