"""What a district server does for commands, over its control socket or on its own."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from server.card import node_number, pack_card
from server.polres import lookup
from server.polres.accounts import Role, add_user
from server.polres.district import District
from server.polres.down.officers import approve_officer
from server.polres.down.orders import grant_keys, revoke
from server.polres.enrolment import enroll
from server.polres.errors import BadAddress, CardReplaced, EmptyName, PolresError
from server.polres.restores import boxes
from server.polres.store import nodes

Asked = dict[str, str]


class UnknownRole(PolresError):
    """Peran itu tidak dikenal; pakai spkt, binmas, kapolres, propam atau admin."""


def answers(district: District) -> dict[str, Callable[[Asked], object]]:
    """Commands of the socket by name; values are plain JSON."""
    return {
        "reports": lambda _: list(lookup.reports_json(district)),
        "desa": lambda asked: _desa(district, asked["code"]),
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
        **boxes.answers(district, _now_s),
    }


def _desa(district: District, code: str) -> dict[str, object] | None:
    """What is known of a desa before its card or box is ended; None for one without a card."""
    with district.read() as connection:
        node = nodes.get(connection, node_number(code))
    if node is None:
        return None
    return {
        "name": node.name,
        "enrolled": node.enrolled_s is not None,
        "closed": node.revoked_s is not None,
    }


def _enroll(district: District, asked: Asked) -> dict[str, str | int]:
    name = " ".join(asked["name"].split())
    if not name:
        raise EmptyName
    if not is_address(asked["url"]):
        raise BadAddress
    if not asked["again"] and _desa(district, asked["code"]) is not None:
        raise CardReplaced
    card = enroll(district, asked["code"], name, asked["url"], now_s=_now_s())
    return pack_card(card)


def is_address(url: str) -> bool:
    """Whether a box can reach a server under it: http or https, and a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


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
