"""What became of the played texts: kept, reported, doubled, lost, answered; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.demo.figures import Figures, PolresReport
from server.demo.messages import Message
from server.domain.reading.read import read
from sms.commands import grammar
from sms.errors import UnsendableError
from sms.pdu import split_deliver
from sms.phone import SenderKind, parse_phone, sender_kind

ANSWERED: Final = "dijawab dengan SMS"
NOT_MOBILE: Final = "bukan nomor HP"
COPY: Final = "kiriman ulang yang sama"
UNANSWERED: Final = "tanpa jawaban dan tanpa alasan"


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of one desa, or of all."""

    sent: int
    kept: int
    reports: int
    at_polres: int
    doubled: int
    lost: int
    answered: int
    seconds: float
    reasons: Mapping[str, int]

    @property
    def whole(self) -> bool:
        """Whether every text is there, and there once."""
        return not (self.lost or self.doubled)


def parts_of(message: Message) -> int:
    """In how many parts a text travels, at least; 0 when no phone could send it."""
    try:
        return len(split_deliver(message.sender, message.text, None, 1))
    except UnsendableError:
        return 0


def tally(
    played: Sequence[Message],
    figures: Figures,
    at_polres: Sequence[PolresReport],
    sent_to: Mapping[str, int],
    seconds: float,
) -> Tally:
    """The figures of one desa.

    Args:
        played: the texts that phones sent there.
        figures: what the desa told when all was quiet.
        at_polres: the reports that the Polres has of it.
        sent_to: how many SMS its modem sent to each number.
        seconds: when it was quiet.
    """
    texts = Counter(_key(message) for message in played)
    open_reports = Counter(
        (report.sender, report.text) for report in at_polres if not report.sealed
    )
    sealed = sum(1 for report in at_polres if report.sealed)
    officials = {key: n for key, n in texts.items() if _expected(*key) and _official(key[1])}
    doubled = sum((open_reports - texts).values()) + max(0, sealed - sum(officials.values()))
    # The losses may be one and the same, seen at the inbox, at the Polres, and between the two.
    lost = max(
        sum(map(parts_of, played)) - figures.kept,
        _missing(texts, open_reports) + max(0, len(officials) - sealed),
        figures.reports - len(at_polres),
        0,
    )
    reasons = _reasons(played, figures, sent_to, _copies(texts, open_reports))
    return Tally(
        sent=len(played),
        kept=figures.kept,
        reports=figures.reports,
        at_polres=len(at_polres),
        doubled=doubled,
        lost=lost,
        answered=len(played) - reasons.get(UNANSWERED, 0),
        seconds=seconds,
        reasons=reasons,
    )


def total(tallies: Iterable[Tally], seconds: float) -> Tally:
    """The figures of all desa together."""
    all_of = tuple(tallies)
    reasons: Counter[str] = Counter()
    for one in all_of:
        reasons.update(one.reasons)
    return Tally(
        sent=sum(one.sent for one in all_of),
        kept=sum(one.kept for one in all_of),
        reports=sum(one.reports for one in all_of),
        at_polres=sum(one.at_polres for one in all_of),
        doubled=sum(one.doubled for one in all_of),
        lost=sum(one.lost for one in all_of),
        answered=sum(one.answered for one in all_of),
        seconds=seconds,
        reasons=dict(reasons.most_common()),
    )


def _key(message: Message) -> tuple[str, str]:
    return parse_phone(message.sender) or message.sender, message.text


def _expected(sender: str, text: str) -> bool:
    """Whether a text must become a report: a person's, not empty, and no command."""
    if sender_kind(sender) is not SenderKind.MOBILE or not text.strip():
        return False
    return isinstance(grammar.parse(text), grammar.FreeText | grammar.Confidential)


def _official(text: str) -> bool:
    return read(text).official


def _missing(texts: Counter[tuple[str, str]], reports: Counter[tuple[str, str]]) -> int:
    return sum(
        count
        for key, count in texts.items()
        if _expected(*key) and not _official(key[1]) and not reports[key]
    )


def _copies(texts: Counter[tuple[str, str]], reports: Counter[tuple[str, str]]) -> int:
    """Texts that were played several times and joined an earlier report of the same second."""
    return sum(count - reports[key] for key, count in texts.items() if 0 < reports[key] < count)


def _reasons(
    played: Sequence[Message], figures: Figures, sent_to: Mapping[str, int], copies: int
) -> dict[str, int]:
    wanted: Counter[str] = Counter()
    for message in played:
        if sender_kind(message.sender) is SenderKind.MOBILE:
            wanted[_key(message)[0]] += 1
    answered = sum(min(count, sent_to.get(number, 0)) for number, count in wanted.items())
    reasons = Counter({ANSWERED: answered, NOT_MOBILE: len(played) - sum(wanted.values())})
    left = sum(wanted.values()) - answered
    for reason, count in (*figures.withheld.items(), (COPY, copies)):
        reasons[reason] += min(left, count)
        left -= min(left, count)
    reasons[UNANSWERED] = left
    return {reason: count for reason, count in reasons.items() if count}
