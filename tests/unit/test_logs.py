"""What a log line shows, and what it never shows."""

import io
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.process.logs import DROPPED_FIELDS, PlainFormatter, mask

NUMBERS = (
    "+6281234567890",
    "081234567890",
    "0812-3456-7890",
    "0812 3456 7890",
    "0812.3456.7890",
    "(0812) 3456 7890",
    "+62 (0) 812-3456-7890",
    "0812 - 3456 - 7890",
    "".join(chr(0xFF10 + int(digit)) for digit in "081234567890"),
    "2618214365",
    "0812\u00a03456\u00a07890",
)


def written(message: str, **fields: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter())
    record = logging.getLogger("x").makeRecord("x", 20, "f", 1, message, (), None, extra=fields)
    handler.handle(record)
    return stream.getvalue()


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("place", ["message", "field", "inside"])
def test_a_phone_number_never_reaches_a_log(number: str, place: str) -> None:
    shown = {
        "message": lambda: written(f"kept {number}"),
        "field": lambda: written("kept", origin=number),
        "inside": lambda: written("kept", detail=f"from {number}, slot 4"),
    }[place]()
    assert "######" in shown
    assert "3456" not in shown
    assert "1821436" not in shown


@given(st.text(alphabet="0123456789", min_size=6, max_size=15), st.text(max_size=5))
def test_every_long_run_of_digits_is_hidden(digits: str, beside: str) -> None:
    assert digits not in mask(f"x{beside}\n{digits}")


@pytest.mark.parametrize("field", sorted(DROPPED_FIELDS))
def test_fields_with_what_people_wrote_are_dropped(field: str) -> None:
    assert "rahasia" not in written("kept", **{field: "rahasia", "slot": 4})


def test_the_event_comes_first_and_then_its_fields() -> None:
    line = written("slot forgotten", slot=4, memory="SM")
    assert line.endswith("info slot forgotten memory=SM slot=4\n")


def test_an_error_is_told_without_its_message() -> None:
    try:
        int("maling di pasar, 081234567890")
    except ValueError:
        told = sys.exc_info()
    record = logging.makeLogRecord({"msg": "step failed", "exc_info": told})
    shown = PlainFormatter().format(record)
    assert "step failed error=ValueError" in shown
    assert "test_logs.py" in shown
    assert "maling" not in shown


def test_a_line_cannot_be_forged_by_a_value() -> None:
    assert written("kept", origin="a\n2026 info logged in\x1b[2J").count("\n") == 1
