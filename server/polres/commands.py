"""What a district server does for commands, over its control socket or on its own."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from server.card import node_number, pack_card
from server.polres import lookup
from server.polres.accounts import Role, add_user
from server.polres.backlog.status import status
from server.polres.district import District
from server.polres.down.officers import approve_officer, drop_officer
from server.polres.down.orders import grant_keys, revoke
from server.polres.enrolment import enroll
from server.polres.errors import BadAddress, CardReplaced, EmptyName, PolresError
from server.polres.parcel import commands as parcels
from server.polres.restores import boxes
from server.polres.rotation import commands as rotation
from server.polres.store import air, nodes
from sms import pdu
from sms.errors import PduError
from sms.tpdu import Deliver, Use

Asked = dict[str, str]


class NothingToRestore(PolresError):
    """Desa ini belum pernah punya kotak yang terdaftar; buat kartu tanpa --restore."""


class UnknownRole(PolresError):
    """Peran itu tidak dikenal; pakai spkt, binmas, kapolres, propam atau admin."""


def answers(district: District) -> dict[str, Callable[[Asked], object]]:
    """Commands of the socket by name; values are plain JSON."""
    return {
        "reports": lambda _: list(lookup.reports_json(district)),
        "desa": lambda asked: _desa(district, asked["code"]),
        "status": lambda _: status(district, _now_s()),
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
        **parcels.answers(district),
        "sms": lambda _: _strays(district),
        "tls": lambda asked: _tls(district, renew=bool(asked["renew"])),
        "officer drop": lambda asked: drop_officer(
            district, asked["code"], asked["name"], asked["by"], _now_s()
        ),
        "revoke": lambda asked: revoke(district, asked["code"], _now_s()),
        **boxes.answers(district, _now_s),
        **rotation.answers(district),
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
    restore = bool(asked.get("restore"))
    card = enroll(district, asked["code"], name, asked["url"], now_s=_now_s(), restore=restore)
    if restore and not card.duties:
        raise NothingToRestore
    return pack_card(card)


def is_address(url: str) -> bool:
    """Whether a box can reach a server under it: http or https, and a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _tls(district: District, *, renew: bool) -> str:
    """The fingerprint of the key that boxes see by TLS."""
    make = district.door.renew if renew else district.door.ensure
    return make(district.random, _now_s()).digest.hex()


def _waiting(district: District, code: str) -> list[dict[str, str]]:
    waiting = lookup.desa(district, code).officers_waiting
    return [{"name": one.name, "fingerprint": one.fingerprint} for one in waiting]


def _strays(district: District) -> list[dict[str, str | int]]:
    """SMS at the modem here that no box sent; what cannot be read shows its PDU."""
    with district.read() as connection:
        kept = air.strays(connection)
    found: list[dict[str, str | int]] = []
    for hex_pdu, came_s in kept:
        try:
            read = pdu.decode(hex_pdu)
        except PduError:
            read = None
        told = read if isinstance(read, Deliver) else None
        text = hex_pdu if told is None or told.use is not Use.PERSON else told.text
        found.append({"from": "" if told is None else told.sender, "text": text, "came_s": came_s})
    return found


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
