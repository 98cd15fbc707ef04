"""The journey of an order, leg by leg, from this desk to the villager's phone; pure."""

from dataclasses import dataclass
from enum import StrEnum

from server import words
from server.polres.store.reports import OrderRow

DONE_OUTCOMES = frozenset({"dijalankan", "done"})
_LOST = frozenset({"withheld", "failed", "expired"})


class Going(StrEnum):
    """How a leg stands."""

    DONE = "done"
    WAITING = "waiting"
    FAILED = "failed"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg; `at_s` is seconds since 1970 (UTC), None where no time is known."""

    words: str
    going: Going
    at_s: int | None = None


def journey(order: OrderRow, now_s: int) -> tuple[Leg, ...]:
    """The legs of an order: made, at the desa, and for what reaches the villager the SMS."""
    made = Leg("dibuat", Going.DONE, order.made_s)
    if order.outcome is None:
        return (made, *_on_the_road(order, now_s))
    if order.outcome not in DONE_OUTCOMES:
        refusal = words.word(words.JOURNEYS, order.outcome)
        arrived = Leg("sampai di desa", Going.DONE, order.reached_desa_s)
        return made, arrived, Leg(f"tidak dijalankan: {refusal}", Going.FAILED)
    return (
        made,
        Leg("sampai di desa", Going.DONE, order.reached_desa_s),
        *(() if order.kind == "answer" else (Leg("dijalankan", Going.DONE),)),
        *_text(order),
    )


def is_open(order: OrderRow, now_s: int) -> bool:
    """Whether the desa may still carry the order out."""
    return order.outcome is None and order.expires_s > now_s


def _on_the_road(order: OrderRow, now_s: int) -> tuple[Leg, ...]:
    if not is_open(order, now_s):
        return (Leg("kedaluwarsa, tidak sampai di desa", Going.FAILED, order.expires_s),)
    ahead = ("SMS terkirim", "SMS diterima") if order.kind == "answer" else ("dijalankan",)
    return (
        Leg("menunggu desa tersambung", Going.WAITING),
        *(Leg(name, Going.AHEAD) for name in ahead),
    )


def _text(order: OrderRow) -> tuple[Leg, ...]:
    """The SMS to the villager; an order that changes a state does not always cause one."""
    sent, received = "SMS terkirim", "SMS diterima"
    match order.sms_outcome:
        case None if order.kind != "answer":
            return ()
        case "delivered":
            return Leg(sent, Going.DONE), Leg(received, Going.DONE)
        case "sent":
            return Leg(sent, Going.DONE), Leg(received, Going.WAITING)
        case str() as outcome if outcome.partition(":")[0] in _LOST:
            return (Leg(f"SMS {words.word(words.JOURNEYS, outcome)}", Going.FAILED),)
        case "unknown":
            return Leg("SMS mungkin terkirim", Going.WAITING), Leg(received, Going.AHEAD)
        case _:
            return Leg("SMS menunggu dikirim", Going.WAITING), Leg(received, Going.AHEAD)
