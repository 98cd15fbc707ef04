"""Filling: the text of freed SIM slots is written over with a filler (27.005 section 4.4)."""

from enum import StrEnum
from typing import Final

from hardware.answers import Usage
from hardware.dialogue import SIM_BUSY
from hardware.errors import CommandFailed, MemoryFull, SendRefused, Timeout
from hardware.sending import Sending
from hardware.storage import Slot, Storage

SIM: Final = "SM"
_OWN_MEMORY: Final = "ME"
# A SUBMIT to 0000 that is as long as a record can be: nothing of the old text is left over.
# No text that comes can end in it, since it is longer than the user data of a text.
_TAIL: Final = "0481000000048C" + (b"KENTONGAN " * 14).hex().upper()
FILLER: Final = "000100" + _TAIL
_FILLER_OCTETS: Final = len(FILLER) // 2 - 1
# So many slots are never filled, that a text which comes meanwhile finds room.
_KEPT_FREE: Final = 2


class Erasing(StrEnum):
    """What becomes of the text in a freed slot of the SIM."""

    UNKNOWN = "unknown"
    FILLS = "fills"
    ELSEWHERE = "elsewhere"
    NEITHER = "neither"


def is_filler(pdu: str) -> bool:
    """Whether a stored PDU is a filler, whatever service centre or reference stands before it."""
    return pdu.upper().endswith(_TAIL)


class Filling:
    """Writes fillers over freed slots, one a step, and deletes them again.

    What was freed before this started is not known, so the first round fills all that is free.
    A modem that takes no filler is asked to receive into its own memory instead.

    Attributes:
        erasing: what was found out about this modem.
        written: how many fillers were written in all.
    """

    def __init__(self, storage: Storage, sending: Sending) -> None:
        self._storage = storage
        self._sending = sending
        self.forget_modem()

    def forget_modem(self) -> None:
        """Another modem or SIM is there: all has to be found out again."""
        self.erasing = Erasing.UNKNOWN
        self.written = 0
        self._everything = True
        self._wanted = True
        # What was told when the SIM was last too full; it is asked again after a listing.
        self._crowded: Usage | None = None
        self._freed: set[int] = set()
        self._stored: list[int] = []

    @property
    def out_of_reach(self) -> int:
        """Freed slots that no filler came to lie in."""
        return 0 if self._wanted else len(self._freed)

    def freed(self, slot: Slot) -> None:
        """A slot with a text was freed; one with a filler leaves nothing behind."""
        if slot.memory == SIM and not is_filler(slot.pdu):
            self._freed.add(slot.index)
            self._wanted = True

    def owns(self, slot: Slot) -> bool:
        """Whether a filler lies there that is still wanted; one of an earlier run is not."""
        return slot.memory == SIM and slot.index in self._stored and is_filler(slot.pdu)

    def make_room(self) -> None:
        """Where the SIM is full, texts may wait in the network: fillers are wanted no more."""
        usage = self._storage.told.get(SIM)
        if usage is not None and usage.used >= usage.total:
            self._stored.clear()

    def step(self) -> bool:
        """Write or delete one filler; False when nothing is left to do.

        Never while the SIM is more than half full of texts.

        Raises:
            HardwareError: as every question.
        """
        if self._wanted and self.erasing in (Erasing.UNKNOWN, Erasing.FILLS):
            if self._crowded is not None and self._storage.told.get(SIM) is self._crowded:
                return False
            usage = self._storage.select(SIM) if SIM in self._storage.memories else None
            if usage is None:
                self.erasing = Erasing.NEITHER
                return True
            if usage.used - len(self._stored) > usage.total // 2:
                self._crowded = usage
                return False
            if usage.used < usage.total - _KEPT_FREE and (self._everything or self._freed):
                return self._write(usage.used)
            self._everything = self._wanted = False
            return True
        return self._clear_one()

    def _write(self, used: int) -> bool:
        try:
            index = self._sending.store(_FILLER_OCTETS, FILLER)
        except (MemoryFull, Timeout):
            self._wanted = self._everything = False
            return True
        except (SendRefused, CommandFailed) as refused:
            if refused.code not in SIM_BUSY:
                self._give_up()
            return True
        self._freed.discard(index)
        self.written += 1
        if self.erasing is Erasing.FILLS:
            self._stored.append(index)
        elif self._proves(index, used):
            self.erasing = Erasing.FILLS
        else:
            self._give_up()
        return True

    def _proves(self, index: int, used: int) -> bool:
        """Whether the first filler came into the SIM and left it again.

        What went into another memory, or stays, is found by the next listing.
        """
        stored = self._storage.select(SIM)
        if stored is None or stored.used <= used:
            return False
        if is_filler(self._storage.pdu_of(index)):
            self._storage.forget(index)
        left = self._storage.select(SIM)
        return left is not None and left.used <= used

    def _give_up(self) -> None:
        self._wanted = self._everything = False
        moved = self._storage.receive_in(_OWN_MEMORY)
        self.erasing = Erasing.ELSEWHERE if moved else Erasing.NEITHER

    def _clear_one(self) -> bool:
        if not self._stored:
            return False
        index = self._stored.pop()
        # Looked at before: a listing may have deleted it, and a text may lie there now.
        if self._storage.choose(SIM) and is_filler(self._storage.pdu_of(index)):
            self._storage.forget(index)
        return True
