"""Noting by which road a desa was heard, what that carried, and whether it lags."""

from typing import Final

from server import words
from server.domain.backlog import month_of
from server.polres.district import District
from server.polres.store import nodes, roads
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from sync.chain import LogId
from sync.entry import Log

HTTPS: Final = "https"
FILE: Final = "file"
AIR: Final = "air"


def month(district: District, now_s: int) -> int:
    """The month in the district's zone."""
    return month_of(words.local(now_s, district.settings.desa.zone).date())


def heard(
    connection: Connection,
    district: District,
    number: int,
    road: str,
    octets: tuple[int, int],
    now_s: int,
) -> None:
    """A desa was heard over a road; runs in the transaction that took in what it said.

    Args:
        connection: the transaction.
        district: the server.
        number: the desa.
        road: a word of the code, e.g. `HTTPS`.
        octets: that came from it and that it was answered with.
        now_s: seconds since 1970.
    """
    node = nodes.get(connection, number)
    if node is None:
        return
    roads.count(connection, number, road, month(district, now_s), *octets)
    # What is said again by somebody else carries octets, and is no contact.
    if road != HTTPS or node.last_contact_s == now_s:
        roads.touch(connection, number, road, now_s)
    held = PolresStore(connection).head(LogId(number, Log.UP, node.instance)).seq
    if node.announced_seq > held:
        roads.lags_from(connection, number, now_s, held)
    else:
        roads.lags_no_more(connection, number)
