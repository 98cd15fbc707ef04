"""What the outside world was told, line by line: what a disk must hold from then on."""

import json
from collections import Counter
from dataclasses import dataclass, field

Line = list[object]


def line_of(kind: str, *values: object) -> str:
    """One line of the record."""
    return json.dumps([kind, *values]) + "\n"


@dataclass(slots=True)
class Told:
    """Everything that was told up to a moment.

    Attributes:
        began: the village's folder is ready; cuts count from here.
        opened: how often the node was opened.
        clock_s: the monotonic clock.
        memory: what lies in the modem, by memory and slot.
        freed: PDUs that the modem no longer has. came: how often each came.
        texts: sender, words and PDUs of what villagers sent.
        answered: for each outbox row (its number modulo 256) how often the modem took it.
        spoken: sender and words of each answer.
        up, down: entries that the node said it has, of its own log and of the Polres'.
        saved: entries that it had when an officer was told that his work is saved.
        received: entries that the Polres gave a receipt for.
        promised: words that a person at the Polres was told will go to a villager.
        ordered: entries of the Polres' log when a person there was told that an order stands.
        erased: sessions that were said to be destroyed.
        phone: the officer's passphrase and the key that his phone holds.
        backups: files that were said to be proven backups of the box.
        covered: entries in the backup that the Polres said it has.
        migrated: machines whose older tables were said to be open.
        enrolled: the Polres gave a certificate for the card.
    """

    began: bool = False
    opened: int = 0
    clock_s: float = 100.0
    memory: dict[tuple[str, int], str] = field(default_factory=dict)
    freed: set[str] = field(default_factory=set)
    came: Counter[str] = field(default_factory=Counter)
    texts: list[tuple[str, str, list[str]]] = field(default_factory=list)
    answered: dict[int, int] = field(default_factory=dict)
    spoken: list[tuple[str, str]] = field(default_factory=list)
    up: int = 0
    down: int = 0
    saved: int = 0
    received: int = 0
    ordered: int = 0
    promised: list[str] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)
    phone: tuple[str, str] | None = None
    backups: list[str] = field(default_factory=list)
    covered: int = 0
    migrated: set[str] = field(default_factory=set)
    enrolled: bool = False

    def hear(self, line: str) -> None:
        """Take in one line."""
        kind, *values = json.loads(line)
        if kind in _HEARD:
            _HEARD[kind](self, *values)

    def _texted(self, sender: str, words: str, parts: list[str]) -> None:
        self.texts.append((sender, words, parts))

    def _stored(self, memory: str, index: int, pdu: str) -> None:
        self.memory[memory, index] = pdu
        self.freed.discard(pdu)
        self.came[pdu] += 1

    def _freed(self, memory: str, index: int, pdu: str) -> None:
        del self.memory[memory, index]
        if pdu not in self.memory.values():
            self.freed.add(pdu)

    def _answered(self, reference: int, number: str, words: str) -> None:
        self.answered[reference] = self.answered.get(reference, 0) + 1
        self.spoken.append((number, words))

    def _shown(self, up: int, down: int) -> None:
        self.up, self.down = max(self.up, up), max(self.down, down)


def _set(name: str):  # noqa: ANN202 -- a small closure
    return lambda told, value: setattr(told, name, value)


_HEARD = {
    "begin": lambda told: setattr(told, "began", True),
    "opened": lambda told: setattr(told, "opened", told.opened + 1),
    "clock": _set("clock_s"),
    "text": Told._texted,
    "stored": Told._stored,
    "freed": Told._freed,
    "answered": Told._answered,
    "shown": Told._shown,
    "saved": _set("saved"),
    "received": _set("received"),
    "ordered": _set("ordered"),
    "promised": lambda told, words: told.promised.append(words),
    "erased": lambda told, *sessions: told.erased.update(sessions),
    "phone": lambda told, *keys: setattr(told, "phone", keys),
    "backup": lambda told, name: told.backups.append(name),
    "covered": _set("covered"),
    "migrated": lambda told, machine: told.migrated.add(machine),
    "enrolled": lambda told: setattr(told, "enrolled", True),
}
