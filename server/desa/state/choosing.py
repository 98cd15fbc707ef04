"""Which of several modems sends a text: by operator, credit and signal, without waiting long."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from server.desa.state.radio import RadioState
from sms.operator.brands import brand_of_number

EMPTY_RP, LOW_RP = 500, 3_000
"""Below the first a SIM surely cannot send; below the second another one is spared less."""
URGENT_PATIENCE_S, PATIENCE_S = 3.0, 20.0
"""How long a text waits for a modem that suits it better, for each such modem."""
_SIGNAL_STEP = 25


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that may be sent now: its outbox row, its recipient, and whether it is urgent."""

    id: int
    to: str
    urgent: bool


Rank = tuple[bool, bool, bool, bool, int]


def rank(radio: RadioState, to: str, refused: Collection[str], today: date | None) -> Rank:
    """How well a modem suits a text; the lowest is best.

    One that has just refused it comes last, then one without credit, then one of another
    operator than the recipient's, then one with little credit, then the weaker signal.
    """
    operator = brand_of_number(to)
    balance_rp, until = radio.credit.balance_rp, radio.credit.valid_until
    empty = balance_rp is not None and balance_rp < EMPTY_RP
    expired = until is not None and today is not None and until < today
    low = balance_rp is not None and balance_rp < LOW_RP
    return (
        radio.name in refused,
        empty or expired,
        operator is None or radio.home != operator,
        low,
        -((radio.signal_percent or 0) // _SIGNAL_STEP),
    )


def better(
    name: str, to: str, radios: Iterable[RadioState], refused: Collection[str], today: date | None
) -> int:
    """How many ranks of modems that may send stand above the one of that name."""
    ranks = {one.name: rank(one, to, refused, today) for one in radios if one.may_send}
    mine = ranks.get(name)
    return 0 if mine is None else len({one for one in ranks.values() if one < mine})


def patience_s(wanted: Wanted) -> float:
    """Seconds that a text waits for each better rank."""
    return URGENT_PATIENCE_S if wanted.urgent else PATIENCE_S


@dataclass(slots=True)
class Offers:
    """Which texts were offered to whom, in RAM; whoever uses it holds the node's lock.

    Attributes:
        since_s: by outbox row, when it was first left to a better modem.
        refused: by outbox row, the modems that did not get it out.
        on_their_way: recipients of the texts that some modem has in hand.
        in_hand: outbox rows of these.
    """

    since_s: dict[int, float] = field(default_factory=dict)
    refused: dict[int, frozenset[str]] = field(default_factory=dict)
    on_their_way: set[str] = field(default_factory=set)
    in_hand: set[int] = field(default_factory=set)

    def takes(
        self,
        wanted: Wanted,
        name: str,
        radios: Collection[RadioState],
        now_s: float,
        today: date | None,
    ) -> bool:
        """Whether the modem of that name takes a text now; "" takes all.

        No two modems send to one number at a time: brakes count what has gone out, and texts
        keep their order.
        """
        if wanted.to in self.on_their_way:
            return False
        above = better(name, wanted.to, radios, self.refused.get(wanted.id, frozenset()), today)
        if not above:
            return True
        waited_s = now_s - self.since_s.setdefault(wanted.id, now_s)
        return waited_s >= above * patience_s(wanted)

    def begin(self, wanted: Wanted) -> None:
        """A modem has taken it."""
        self.on_their_way.add(wanted.to)
        self.in_hand.add(wanted.id)

    def end(self, wanted: Wanted) -> None:
        """The modem is done with it, however that went."""
        self.on_their_way.discard(wanted.to)
        self.in_hand.discard(wanted.id)
        self.since_s.pop(wanted.id, None)

    def refuse(self, number: int, name: str, radios: Iterable[RadioState]) -> bool:
        """A modem did not get a row out for certain; True where another one may try it."""
        refused = self.refused.get(number, frozenset()) | {name}
        others = any(one.may_send and one.name not in refused for one in radios)
        if others:
            self.refused[number] = refused
        else:
            self.refused.pop(number, None)
        return others

    def forget_all_but(self, waiting: Collection[int]) -> None:
        """Rows that wait no longer need no memory."""
        self.since_s = {row: at for row, at in self.since_s.items() if row in waiting}
        self.refused = {row: names for row, names in self.refused.items() if row in waiting}
