"""What every district page needs at hand: the server, its clock, who asks, and the roles."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import abort, current_app, request

from server.card import BadDesaCode
from server.polres import lookup
from server.polres.accounts import Role
from server.polres.district import District
from server.polres.errors import UnknownDesa
from server.polres.lookup import DesaLine
from server.web.guards import person
from server.web.once import FIELD
from server.web.site import once_of

READERS: Final = tuple(Role)
"""Who may read reports and the state of every desa."""

ORDERERS: Final = (Role.SPKT, Role.BINMAS)
"""Who may order a desa to take, forward, close or answer."""

KEEPERS: Final = (Role.SPKT, Role.BINMAS, Role.ADMIN)
"""Who may give a box its keys back, or report it stolen; somebody of them is always on duty."""

LISTERS: Final = (Role.BINMAS, Role.ADMIN)
"""Who may put an officer of a desa on its signed list."""

ROLE_WORDS: Final = {
    Role.SPKT: "SPKT",
    Role.BINMAS: "Sat Binmas",
    Role.KAPOLRES: "Kapolres",
    Role.PROPAM: "Propam",
    Role.ADMIN: "Admin",
}
EXTENSION: Final = "kentongan_place"


@dataclass(frozen=True, slots=True)
class Place:
    """What the pages stand on; `now` gives seconds since 1970 (UTC)."""

    district: District
    now: Callable[[], float]


def the_district() -> District:
    """The open Polres server."""
    return _place().district


def now_s() -> int:
    """Seconds since 1970 (UTC)."""
    return int(_place().now())


def who() -> str:
    """Name of the account that is logged in."""
    found = person()
    return "" if found is None else found.name


def may(roles: tuple[Role, ...]) -> bool:
    """Whether the account that is logged in has one of these roles."""
    found = person()
    return found is not None and found.role in roles


def desa_or_404(code: str) -> DesaLine:
    """A desa, or the page that says that there is none."""
    try:
        return lookup.desa(the_district(), code, now_s())
    except (BadDesaCode, UnknownDesa):
        abort(404)


def first_time() -> bool:
    """Whether the form that was sent is acted upon; a second sending of it is not."""
    return once_of(current_app).first(request.form.get(FIELD, ""))


def not_done() -> None:
    """What the form asked for was refused, so it may be sent again."""
    once_of(current_app).release(request.form.get(FIELD, ""))


def _place() -> Place:
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Place)  # noqa: S101 - create_app put it there
    return found
