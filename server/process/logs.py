"""Logs: the event first, then key=value, without phone numbers and without texts of people."""

import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

DROPPED_FIELDS: Final = frozenset(
    {"text", "texts", "body", "pdu", "note", "result", "reason_text", "passphrase", "key", "sender"}
)
"""Fields whose content never reaches a log, whatever it holds."""

VALUE_CHARACTERS_MAX: Final = 200
_PLAIN_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
# Six or more digits, also when single signs that people put into phone numbers part them.
_NUMBER: Final = re.compile(r"[0-9](?:[^0-9A-Za-z\n=]{0,3}[0-9]){5,}")
_MASK: Final = "######"
_ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def mask(value: str) -> str:
    """Return a value fit for a log: on one line, short, every run of six or more digits hidden.

    Digits of every script count, since a full-width number is a number too.
    """
    plain = "".join(str(int(char)) if char.isdecimal() else char for char in value)
    hidden = _NUMBER.sub(_MASK, plain)
    shown = "".join(char if char.isprintable() else "?" for char in hidden)
    return shown[:VALUE_CHARACTERS_MAX]


class PlainFormatter(logging.Formatter):
    """Writes `time level event key=value ...`.

    Of an exception only its class and the places of its frames are told: its message may quote
    what a person wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One record as one line."""
        parts = [_time(record), record.levelname.lower(), mask(record.getMessage())]
        parts += [
            f"{name}={_quoted(mask(str(value)))}"
            for name, value in sorted(vars(record).items())
            if name not in _PLAIN_FIELDS and name.lower() not in DROPPED_FIELDS
        ]
        if isinstance(record.exc_info, tuple):
            parts += _told(record.exc_info)
        return " ".join(parts)


def setup(level: int | str = logging.INFO) -> None:
    """Send every log of the process to stderr in this form, and nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    sys.excepthook = lambda kind, error, trace: _uncaught((kind, error, trace))
    threading.excepthook = lambda told: _uncaught(
        (told.exc_type, told.exc_value, told.exc_traceback)
    )


def _uncaught(exc_info: _ExcInfo) -> None:
    """A fault of the program: its place is told, but nothing that it quotes."""
    kind, error, trace = exc_info
    if kind is not None and error is not None:
        logging.getLogger("kentongan").critical("fault", exc_info=(kind, error, trace))


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value or not value else value


def _told(exc_info: _ExcInfo) -> list[str]:
    kind, _, trace = exc_info
    frames = traceback.extract_tb(trace)
    places = "<".join(f"{_file(f.filename)}:{f.lineno}:{f.name}" for f in reversed(frames))
    return [f"error={kind.__name__ if kind else 'None'}", f"at={places}"]


def _file(path: str) -> str:
    return "/".join(path.split("/")[-2:])
