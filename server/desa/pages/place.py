"""What every village page needs at hand: the desk, who asks, and this phone's key."""

from typing import Final

from flask import current_app, request
from werkzeug.wrappers import Response

from server.desa.desk import Desk
from server.web.guards import person

OFFICER: Final = "petugas"
EXTENSION: Final = "kentongan_desk"
_KEY_OCTETS: Final = 32
_YEAR_S: Final = 365 * 86_400


def the_desk() -> Desk:
    """The running node."""
    desk: Desk = current_app.extensions[EXTENSION]
    return desk


def officer() -> str:
    """Name of the officer who is logged in."""
    who = person()
    return "" if who is None else who.name


def phone_key_name(code: str) -> str:
    """Name of the cookie with a phone's key; desa on one host must not share it."""
    return "kunci_hp_" + "".join(filter(str.isdigit, code))


def phone_key() -> bytes | None:
    """The key that this phone carries."""
    return parse_phone_key(request.cookies.get(current_app.config["PHONE_KEY_COOKIE"], ""))


def give_phone_key(answer: Response, text: str) -> None:
    """Let this phone carry a key, in hex, from here on."""
    answer.set_cookie(
        current_app.config["PHONE_KEY_COOKIE"],
        text,
        max_age=_YEAR_S,
        path="/",
        secure=current_app.config["HTTPS"],
        httponly=True,
        samesite="Strict",
    )


def parse_phone_key(text: str) -> bytes | None:
    """The 32 octets that a phone link or cookie spells in hex; None for anything else."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) == _KEY_OCTETS else None
