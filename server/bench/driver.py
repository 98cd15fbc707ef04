"""What a measure needs of a program that empties a modem, ours or another."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from server.bench import texts
from server.bench.texts import Text


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the texts that were played.

    Attributes:
        kept: rows or files, copies of a text that the modem listed again left out.
        lost: texts of which nothing was kept.
        doubled: reports, or where there are none rows or files, beyond one for each text.
    """

    kept: int
    lost: int
    doubled: int


class Driver(Protocol):
    """A program that takes texts from a modem; each run gets a folder of its own."""

    @property
    def name(self) -> str:
        """As it stands in tables."""

    @property
    def missing(self) -> str:
        """Why it cannot run here; "" where it can."""

    def prepare(self, folder: Path, tty: Path) -> tuple[str, ...]:
        """Write its configuration into an empty folder; gives its command line."""

    def settled(self, folder: Path) -> bool:
        """Whether a running one has worked through all that it kept."""

    def revive(self, folder: Path) -> None:
        """What people do between a power cut and the next start."""

    def tally(self, folder: Path, played: Sequence[Text], taken: Sequence[str]) -> Tally:
        """Count what one that was ended has kept, of texts, or of PDUs that its modem took."""


class Peer:
    """What all other programs have in common: they keep a text before they free its slot."""

    def settled(self, _: Path) -> bool:
        """As of `Driver`."""
        return True

    def revive(self, _: Path) -> None:
        """As of `Driver`."""

    def kept(self, folder: Path) -> list[str]:
        """The text of each row or file."""
        raise NotImplementedError

    def tally(self, folder: Path, played: Sequence[Text], _: Sequence[str]) -> Tally:
        """As of `Driver`: by the marks of the texts."""
        kept = self.kept(folder)
        there, wanted = texts.marks("\n".join(kept)), texts.marks_of(played)
        beyond = sum((there - wanted).values())
        return Tally(len(kept), sum((wanted - there).values()), beyond)
