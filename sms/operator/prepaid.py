"""The life of a prepaid SIM: when to ask for its balance, and of what to warn; pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

ASK_GAP_S: Final = 600.0
REFUSED_GAP_S: Final = 3_600.0
RETRY_S: Final = 10_800.0
ASKS_A_DAY: Final = 6
"""An operator that is asked without end may well block the SIM's menu."""

WARN_DAYS: Final = (0, 1, 3, 7, 14, 30)
"""Days left of the masa aktif at which people are told, once each."""

# What was told longer ago than this holds no text back any more.
BELIEVED_S: Final = 3 * 86_400


@dataclass(frozen=True, slots=True)
class Occasion:
    """What speaks for and against asking now.

    Attributes:
        since_s: seconds since the last question; None for never.
        today: questions in the last 24 hours.
        soon: an operator wrote about credit.
        refused: the network refuses texts.
        unclear: the last question brought no balance.
        low: the last balance was low.
        parts: parts that went out since the balance was told.
    """

    since_s: float | None
    today: int
    soon: bool = False
    refused: bool = False
    unclear: bool = False
    low: bool = False
    parts: int = 0


def ask_due(now: Occasion, every_s: float, after_parts: int) -> bool:
    """Whether to ask now: at the start, once in a while, and when something points to a change."""
    if now.today >= ASKS_A_DAY:
        return False
    if now.since_s is None:
        return True
    gap_s = every_s
    if now.unclear or now.low:
        gap_s = min(gap_s, RETRY_S)
    if now.refused:
        gap_s = min(gap_s, REFUSED_GAP_S)
    if now.soon or now.parts >= after_parts:
        gap_s = min(gap_s, ASK_GAP_S)
    return now.since_s >= gap_s


class About(StrEnum):
    """What a warning is about."""

    ENDING = "ending"
    ENDED = "ended"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Care:
    """Something that people must be told.

    Attributes:
        key: the same for as long as telling it again would be a repetition.
        days_left: of the masa aktif, at `ENDING`.
    """

    about: About
    key: str
    days_left: int = 0


def warnings(
    balance_rp: int | None, valid_until: date | None, today: date | None, low_rp: int
) -> tuple[Care, ...]:
    """What is wrong with a SIM as it stands; unknown is nothing wrong.

    Args:
        balance_rp: what is left.
        valid_until: last day of the masa aktif.
        today: None while the clock is not to be believed.
        low_rp: below this the balance is low.
    """
    found: list[Care] = []
    if valid_until is not None and today is not None:
        left = (valid_until - today).days
        mark = next((days for days in WARN_DAYS if left <= days), None)
        if left < 0:
            found.append(Care(About.ENDED, f"ended:{valid_until.isoformat()}"))
        elif mark is not None:
            key = f"ending:{valid_until.isoformat()}:{mark}"
            found.append(Care(About.ENDING, key, left))
    if balance_rp is not None and balance_rp < low_rp:
        found.append(Care(About.LOW, "low"))
    return tuple(found)


def parts_left(balance_rp: int | None, price_rp: int, spent_parts: int, age_s: float) -> int | None:
    """Parts that the balance still pays for; None where nothing may be concluded from it.

    Args:
        balance_rp: as it was told.
        price_rp: of one part; 0 where texts cost nothing, as in a package.
        spent_parts: parts that went out since.
        age_s: how long ago it was told.
    """
    if balance_rp is None or price_rp <= 0 or age_s > BELIEVED_S:
        return None
    return max(0, balance_rp - price_rp * max(0, spent_parts)) // price_rp
