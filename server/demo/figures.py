"""What a desa and the Polres tell about themselves, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_UNSENT: Final = ("queued", "reserved", "submitting", "unknown")


@dataclass(frozen=True, slots=True)
class Figures:
    """State of a running desa.

    Attributes:
        kept: inbox rows that are texts of people, or parts of one.
        unread: rows that nothing has come of yet, lone parts included.
        unsent: texts that still want to be sent.
        withheld: why texts were not sent, with counts.
        head: number of the journal's last entry; acked: the last one that the Polres has.
        modem: mood of the modem, "good" when it works.
    """

    kept: int = 0
    unread: int = 0
    reports: int = 0
    unsent: int = 0
    withheld: Mapping[str, int] = field(default_factory=dict)
    head: int = 0
    acked: int = 0
    modem: str = ""

    @property
    def backlog(self) -> int:
        """Entries that the Polres lacks."""
        return max(0, self.head - self.acked)

    @property
    def quiet(self) -> bool:
        """Whether everything was read, sent or withheld, and brought to the Polres."""
        return not (self.unread or self.unsent or self.backlog)


@dataclass(frozen=True, slots=True)
class PolresReport:
    """A report as the Polres has it; one that is sealed shows neither sender nor text."""

    desa: str
    ticket: str
    sender: str
    text: str

    @property
    def sealed(self) -> bool:
        """Whether only the unit that it is for can open it."""
        return not self.sender


def read_status(told: object) -> Figures:
    """The figures of `kentongan desa status --json`; what it does not tell counts as 0."""
    status = _object(told)
    inbox, outbox = _object(status.get("inbox")), _object(status.get("outbox"))
    journal = _object(status.get("journal"))
    return Figures(
        kept=_count(inbox, "kept"),
        unread=_count(inbox, "unread") + _count(inbox, "part"),
        reports=_count(status, "reports"),
        unsent=sum(_count(outbox, name) for name in _UNSENT),
        withheld={
            str(reason): count
            for reason, count in _object(status.get("withheld")).items()
            if isinstance(count, int)
        },
        head=_count(journal, "head"),
        acked=_count(journal, "acked"),
        modem=str(status.get("modem", "")),
    )


def read_reports(told: object) -> tuple[PolresReport, ...]:
    """The lines of `kentongan polres reports --json`."""
    lines = [_object(line) for line in told] if isinstance(told, list) else []
    return tuple(
        PolresReport(
            desa=str(line.get("desa", "")),
            ticket=str(line.get("ticket", "")),
            sender=str(line.get("sender") or ""),
            text=str(line.get("text") or ""),
        )
        for line in lines
    )


def _object(told: object) -> Mapping[str, object]:
    return told if isinstance(told, dict) else {}


def _count(figures: Mapping[str, object], name: str) -> int:
    found = figures.get(name, 0)
    return found if isinstance(found, int) else 0
