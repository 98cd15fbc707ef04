"""Template filters: times as people say them, masked numbers, words for codes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from flask import Flask

from server import words
from server.domain.report import Status
from sms.phone import mask, parse_phone, show

# Bidirectional embeddings, overrides and isolates; and controls that no page may carry.
_ILLEGIBLE: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A))) | dict.fromkeys(
    (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)), "\ufffd"
)


def install(app: Flask, now_s: Callable[[], int], zone: str) -> None:
    """Give the templates of `app` their filters.

    Args:
        app: gets `ago clock date moment iso lasting age mask phone category urgency status
            journey line move notice reason rupiah octets thousands
            day_month`.
        now_s: seconds since 1970 (UTC), as the node believes them.
        zone: WIB, WITA or WIT.
    """
    app.jinja_env.finalize = legible
    app.jinja_env.filters.update(
        ago=lambda at_s: words.ago(at_s, now_s(), zone),
        age=lambda at_s: words.lasting(max(0, now_s() - at_s)),
        clock=lambda at_s: words.clock(at_s, zone),
        date=lambda at_s: words.date(at_s, zone),
        moment=lambda at_s: words.moment(at_s, zone),
        iso=iso,
        lasting=words.lasting,
        mask=mask,
        phone=phone,
        category=lambda key: words.word(words.CATEGORIES, key),
        urgency=lambda key: words.word(words.URGENCIES, key),
        status=lambda status: words.STATUSES[Status(status)],
        status_name=lambda status: words.STATUS_NAMES[Status(status)],
        journey=lambda key: words.word(words.JOURNEYS, key),
        line=lambda key: words.word(words.LINES, key),
        move=lambda key: words.word(words.MOVES, key),
        notice=notice,
        reason=lambda text: text[:1].upper() + text[1:],
        rupiah=words.rupiah,
        octets=words.octets,
        thousands=words.count,
        day_month=words.day_month,
    )


def legible(value: object) -> object:
    """What is shown of a string that people wrote: signs that turn the line around fall away.

    Markup made by a template stays as it is.
    """
    return value.translate(_ILLEGIBLE) if type(value) is str else value


def iso(at_s: int) -> str:
    """A time for `<time datetime>`: 2026-11-22T00:46:00Z."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def phone(number: str) -> str:
    """An officer's number as people write it; what is no mobile number stays as it is."""
    parsed = parse_phone(number)
    return number if parsed is None else show(parsed)


def notice(text: str) -> str:
    """What an automatic text was, from "<notice> <outcome>" or "<notice>"."""
    name = re.split("[ :]", text, maxsplit=1)[0].lower()
    return words.NOTICES.get(name, "kabar")
