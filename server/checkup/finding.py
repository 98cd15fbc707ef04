"""What a look at one thing found: a mark, a sentence, what to do, and the same as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ALL_WELL, TO_DO, NO_MODEM = 0, 1, 2
"""Exit codes of a checkup."""


class Mark(StrEnum):
    """How a thing is; the value stands in JSON."""

    GOOD = "good"
    NOTE = "note"
    TO_DO = "to do"
    BAD = "bad"


SIGNS: Mapping[Mark, str] = {Mark.GOOD: "✓", Mark.NOTE: "·", Mark.TO_DO: "!", Mark.BAD: "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a checkup.

    Attributes:
        key: what was looked at, one word of the code.
        seen: Indonesian, what was found.
        todo: Indonesian, what to do when it is not well; "" when there is nothing.
        facts: the same for programs.
    """

    key: str
    mark: Mark
    seen: str
    todo: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    def lines(self) -> tuple[str, ...]:
        """How people read it."""
        told = f"{SIGNS[self.mark]} {self.seen}"
        return (told, f"    → {self.todo}") if self.todo else (told,)

    def plain(self) -> dict[str, object]:
        """How programs read it."""
        return {
            "key": self.key,
            "mark": self.mark.value,
            "seen": self.seen,
            "todo": self.todo,
            "facts": dict(self.facts),
        }


def exit_code(findings: Iterable[Finding]) -> int:
    """0 all well, 1 something to do, 2 no modem."""
    found = tuple(findings)
    if any(one.key in ("port", "answer") and one.mark is Mark.BAD for one in found):
        return NO_MODEM
    return TO_DO if any(one.mark in (Mark.TO_DO, Mark.BAD) for one in found) else ALL_WELL


def conclusion(findings: Iterable[Finding]) -> str:
    """The last line for people."""
    match exit_code(findings):
        case 0:
            return "Semua baik: modem siap dipakai."
        case 1:
            return "Ada yang perlu dikerjakan: ikuti tanda → di atas, lalu periksa lagi."
        case _:
            return "Modem belum dapat dipakai: ikuti tanda → di atas, lalu periksa lagi."
