"""What a district server does for commands, over its control socket or on its own."""

import time
from collections.abc import Callable

from server.card import pack_card
from server.polres import lookup
from server.polres.accounts import Role, add_user
from server.polres.district import District
from server.polres.down.officers import approve_officer
from server.polres.down.orders import grant_keys, revoke
from server.polres.enrolment import enroll
from server.polres.errors import PolresError

Asked = dict[str, str]


class UnknownRole(PolresError):
    """Peran itu tidak dikenal; pakai spkt, binmas, kapolres, propam atau admin."""


def answers(district: District) -> dict[str, Callable[[Asked], object]]:
    """Commands of the socket by name; values are plain JSON."""
    return {
        "reports": lambda _: list(lookup.reports_json(district)),
        "enroll": lambda asked: _enroll(district, asked),
        "user add": lambda asked: _add_user(district, asked),
        "keys grant": lambda asked: grant_keys(district, asked["code"], asked["by"], _now_s()),
        "officer list": lambda asked: _waiting(district, asked["code"]),
        "officer approve": lambda asked: approve_officer(
            district,
            asked["code"],
            asked["name"],
            asked["by"],
            _now_s(),
            asked["fingerprint"] or None,
        ),
        "revoke": lambda asked: revoke(district, asked["code"], _now_s()),
    }


def _enroll(district: District, asked: Asked) -> dict[str, str | int]:
    card = enroll(district, asked["code"], asked["name"], asked["url"], now_s=_now_s())
    return pack_card(card)


def _waiting(district: District, code: str) -> list[dict[str, str]]:
    waiting = lookup.desa(district, code).officers_waiting
    return [{"name": one.name, "fingerprint": one.fingerprint} for one in waiting]


def _add_user(district: District, asked: Asked) -> dict[str, str]:
    try:
        role = Role(asked["role"])
    except ValueError as error:
        raise UnknownRole from error
    passphrase = add_user(district, asked["name"], role, _now_s())
    web = district.settings.web
    return {
        "name": asked["name"],
        "passphrase": passphrase,
        "address": f"http://{web.host}:{web.port}/masuk",
    }


def _now_s() -> int:
    return int(time.time())
